// Owns the making of an altered copy of lib/core, and how many seeds it takes to find it out.
// Never leaves a copy behind.

import { CLUSTER_MUTANTS } from "./cluster_mutants.ts";
import { type Core, loadCore } from "./core.ts";
import { KINDS } from "./kinds.ts";
import { isShownBy, type Mutant } from "./mutant.ts";
import { MUTANTS } from "./mutants.ts";
import type { Violation } from "./world.ts";

const CORE = new URL("../../lib/core/", import.meta.url);

export const ALL_MUTANTS: readonly Mutant[] = [...MUTANTS, ...CLUSTER_MUTANTS];

export type Hunt =
  | {
    readonly kind: "caught";
    readonly seeds: number;
    readonly seed: number;
    readonly violation: Violation;
  }
  | { readonly kind: "survived"; readonly seeds: number };

/** Throws when a text to be replaced does not stand there exactly once: then the table is out of date. */
export function patched(mutant: Mutant): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const { file, find, put } of mutant.edits) {
    const text = texts.get(file) ?? Deno.readTextFileSync(new URL(file, CORE));
    const count = text.split(find).length - 1;
    if (count !== 1) {
      throw new Error(
        `Cannot apply mutant "${mutant.name}": ${file} holds its text ${count} times`,
      );
    }
    texts.set(file, text.replace(find, () => put));
  }
  return texts;
}

async function withMutant<T>(mutant: Mutant, use: (core: Core) => T): Promise<T> {
  const texts = patched(mutant);
  const folder = Deno.makeTempDirSync({ prefix: "forge-manager-mutant-" });
  try {
    for (const { name } of Deno.readDirSync(CORE)) {
      const text = texts.get(name) ?? Deno.readTextFileSync(new URL(name, CORE));
      Deno.writeTextFileSync(`${folder}/${name}`, text);
    }
    return use(await loadCore(folder));
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** Runs seeds from the first on until one of them shows the mutant. */
export function hunt(
  mutant: Mutant,
  { seedsMax, firstSeed = 1 }: { seedsMax: number; firstSeed?: number },
): Promise<Hunt> {
  return withMutant(mutant, (core): Hunt => {
    const { run } = KINDS[mutant.kind];
    for (let seed = firstSeed; seed < firstSeed + seedsMax; seed++) {
      const { violation } = run(seed, { core, bug: mutant.bug });
      if (violation === undefined || !isShownBy(mutant, violation.kind)) continue;
      return { kind: "caught", seeds: seed - firstSeed + 1, seed, violation };
    }
    return { kind: "survived", seeds: seedsMax };
  });
}
