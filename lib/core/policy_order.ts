// Owns the order of the candidates, and by which rule one comes before another.
// Never excludes: the order says who goes first, not who may.

import { byCodeUnit } from "./policy_judge.ts";
import type { ForgeLeaseView, JudgedCluster } from "./policy_verdict.ts";

export type Rule =
  | "can_forge"
  | "yielded_to"
  | "lapsed"
  | "state"
  | "priority"
  | "holder"
  | "name";

/** Each gives a number, the smaller the better; the first that tells two clusters apart decides. */
const RULES: readonly (readonly [
  Rule,
  (cluster: JudgedCluster, lease: ForgeLeaseView) => number,
])[] = [
  ["can_forge", ({ canForge }) => canForge ? 0 : 1],
  // Only among claimants. While somebody holds, these would hide from it who is really better.
  ["yielded_to", ({ name }, lease) => isVacant(lease) && lease.yieldedTo === name ? 0 : 1],
  ["lapsed", ({ name }, lease) => isVacant(lease) && lease.lapsedBy === name ? 1 : 0],
  ["state", ({ effectiveState }) => effectiveState === "Enabled" ? 0 : 1],
  ["priority", ({ effectivePriority }) => effectivePriority ?? Infinity],
  ["holder", ({ name }, lease) => lease.holder === name ? 0 : 1],
];

function isVacant(lease: ForgeLeaseView): boolean {
  return lease.holder === undefined;
}

export function orderCandidates(
  clusters: readonly JudgedCluster[],
  lease: ForgeLeaseView,
): JudgedCluster[] {
  return clusters
    .filter(({ excluded }) => excluded === undefined)
    .toSorted((a, b) => compare(a, b, lease).order);
}

/** The rule that puts the first before the second, or the second before the first. */
export function decidingRule(a: JudgedCluster, b: JudgedCluster, lease: ForgeLeaseView): Rule {
  return compare(a, b, lease).rule;
}

function compare(
  a: JudgedCluster,
  b: JudgedCluster,
  lease: ForgeLeaseView,
): { readonly rule: Rule; readonly order: number } {
  for (const [rule, valueOf] of RULES) {
    const [first, second] = [valueOf(a, lease), valueOf(b, lease)];
    if (first !== second) return { rule, order: first < second ? -1 : 1 };
  }
  return { rule: "name", order: byCodeUnit(a.name, b.name) };
}
