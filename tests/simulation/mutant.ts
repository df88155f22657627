// Owns what a mutant is: a known bug, as patches of lib/core or of the simulated guard's hands.
// Never touches lib/core itself: each is applied to a copy (mutation.ts).

import type { KindName } from "./kinds.ts";
import type { GuardBug, ViolationKind } from "./world.ts";

export interface Edit {
  /** File in lib/core. */
  readonly file: string;
  /** Stands there exactly once. */
  readonly find: string;
  readonly put: string;
}

export interface Mutant {
  readonly name: string;
  /** Rule of safety that it breaks, as README.md numbers them; "policy": which cluster forges. */
  readonly rule: number | "policy";
  /** In which worlds it is looked for. */
  readonly kind: KindName;
  readonly edits: readonly Edit[];
  readonly bug?: GuardBug;
}

const POLICY: readonly ViolationKind[] = ["needless_move", "wrong_winner", "nobody_forges"];

/** A bug of safety is found by what it endangers, and not by a pool that stands still. */
export function isShownBy({ rule, kind }: Mutant, violation: ViolationKind): boolean {
  if (rule === "policy") return POLICY.includes(violation);
  return kind === "one" || !POLICY.includes(violation);
}

export function mutant(
  rule: Mutant["rule"],
  name: string,
  ...edits: [string, string, string][]
): Mutant {
  return {
    name,
    rule,
    kind: "one",
    edits: edits.map(([file, find, put]) => ({ file, find, put })),
  };
}

export function clusterMutant(
  rule: Mutant["rule"],
  name: string,
  ...edits: [string, string, string][]
): Mutant {
  return { ...mutant(rule, name, ...edits), kind: "several" };
}

export function guardMutant(rule: Mutant["rule"], name: string, bug: GuardBug): Mutant {
  return { name, rule, kind: "one", edits: [], bug };
}
