// Owns what every plan of an operator's command is, and how a region leads to a cluster.
// Never makes a plan, and never carries one out.

import type { ClusterResource } from "../../core/cluster.ts";
import { findCluster, type Verdict } from "../../core/policy_verdict.ts";
import { wishOf } from "../../core/policy_wish.ts";
import type { ClusterEdit } from "./edit.ts";
import { NO_OVERRIDE, overridePatch } from "./mark.ts";
import { type PoolView, verdictAfter } from "./view.ts";

export type Plan =
  | {
    readonly kind: "plan";
    /** In the order in which they are to be written. */
    readonly edits: readonly ClusterEdit[];
    readonly before: Verdict;
    readonly after: Verdict;
    /** What else an operator should know. */
    readonly notes: readonly string[];
  }
  | { readonly kind: "refused"; readonly why: string };

export type Found =
  | { readonly kind: "found"; readonly resource: ClusterResource }
  | { readonly kind: "refused"; readonly why: string };

/** By name or region, exactly. */
export function findTarget({ resources, unusable }: PoolView, text: string): Found {
  const broken = unusable.find(({ name }) => name === text || name.endsWith(`-${text}`));
  const named = resources.find(({ name }) => name === text);
  const matches = named === undefined
    ? resources.filter(({ spec }) => spec.region === text)
    : [named];
  const [resource, another] = matches;
  if (resource !== undefined && another === undefined) return { kind: "found", resource };
  if (resource !== undefined) {
    const names = matches.map(({ name }) => name).join(", ");
    return refused(`${text} is the region of several clusters, give a name: ${names}`);
  }
  if (broken !== undefined) {
    return refused(`${broken.name} cannot be used: ${broken.field} ${broken.problem}`);
  }
  const known = resources.map(({ name, spec }) => `${spec.region} (${name})`).join(", ");
  return refused(`no cluster has the region or name ${text}; there are: ${known || "none"}`);
}

export function refused(why: string): { readonly kind: "refused"; readonly why: string } {
  return { kind: "refused", why };
}

export function planOf(
  view: PoolView,
  { edits, notes = [] }: {
    readonly edits: readonly ClusterEdit[];
    readonly notes?: readonly string[];
  },
): Plan {
  const changing = edits.filter((edit) => changes(view, edit));
  const before = verdictAfter(view);
  return { kind: "plan", edits: changing, before, after: verdictAfter(view, changing), notes };
}

/** Whether it asks for anything that is not so already. */
function changes({ resources, marks }: PoolView, edit: ClusterEdit): boolean {
  const spec = resources.find(({ name }) => name === edit.name)?.spec;
  if (spec === undefined) return false;
  const { forgeState = spec.forgeState, override = spec.override } = edit;
  const hasMark = marks.has(edit.name);
  return forgeState !== spec.forgeState || !isSame(override, spec.override) ||
    (edit.mark === "none" ? hasMark : edit.mark !== undefined && !hasMark);
}

function isSame(a: typeof NO_OVERRIDE, b: typeof NO_OVERRIDE): boolean {
  return JSON.stringify(overridePatch(a)) === JSON.stringify(overridePatch(b));
}

/** The override of a cluster as far as it is in force. */
export function overrideInForce({ spec }: ClusterResource, { now }: PoolView) {
  return wishOf(spec, now.wall).override === "active" ? spec.override : undefined;
}

export function labelIn(verdict: Verdict, name: string): string {
  return findCluster(verdict, name)?.label ?? name;
}
