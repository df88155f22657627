// Owns the words for operators: why one cluster comes before another, where each stands.
// Never decides: it says what the order decided.

import { assertNever } from "./assert_never.ts";
import { decidingRule } from "./policy_order.ts";
import type { ForgeLeaseView, JudgedCluster, PenaltyKind } from "./policy_verdict.ts";

const PENALTY_TEXT: Readonly<Record<PenaltyKind, string>> = {
  failing: "its health checks fail",
  unhealthy: "it is unhealthy",
  far_behind: "its node is far behind the tip",
};

/** Why the first comes before the second, as a clause. */
export function advantage(
  ahead: JudgedCluster,
  behind: JudgedCluster,
  lease: ForgeLeaseView,
): string {
  const rule = decidingRule(ahead, behind, lease);
  switch (rule) {
    case "can_forge":
      return behind.hindrance;
    case "yielded_to":
      return `the last holder yielded to ${ahead.label}`;
    case "lapsed":
      return `${behind.label} let the forge lease run out`;
    case "state":
      return `${ahead.label} is ${ahead.effectiveState} and ${behind.label} ${behind.effectiveState}`;
    case "priority":
      return `${ahead.label} has better effective priority ` +
        `(${ahead.effectivePriority} < ${behind.effectivePriority})${penaltyNotes(ahead, behind)}`;
    case "holder":
      return `${ahead.label} has the same effective priority (${ahead.effectivePriority}) ` +
        "and holds the forge lease";
    case "name":
      return `${ahead.label} has the same effective priority (${ahead.effectivePriority}) ` +
        "and comes first by name";
    default:
      return assertNever(rule);
  }
}

function penaltyNotes(...clusters: readonly JudgedCluster[]): string {
  return clusters.filter(({ penalties }) => penalties.length > 0)
    .map(({ label, penalties }) =>
      `; ${label} bears ${
        penalties.map(({ kind, points }) => `+${points} as ${PENALTY_TEXT[kind]}`).join(", ")
      }`
    ).join("");
}

/** Where one of the candidates stands. */
export function candidateReason(
  cluster: JudgedCluster,
  { order, lease }: { readonly order: readonly JudgedCluster[]; readonly lease: ForgeLeaseView },
): string {
  const [best, second] = order;
  if (best === undefined) throw new Error(`${cluster.name} is no candidate: there is none`);
  const { label } = cluster;
  const holds = lease.holder === cluster.name;
  if (cluster.name !== best.name) {
    if (!cluster.canForge) return withHeldLease(cluster, lease);
    const why = advantage(best, cluster, lease);
    return holds
      ? `${label} holds the forge lease until ${best.label} can take over: ${why}`
      : `${label} waits: ${why}`;
  }
  if (!best.canForge) return `${best.hindrance}, and no other cluster can forge`;
  const why = second === undefined
    ? "it is the only candidate"
    : advantage({ ...best, label: "it" }, second, lease);
  if (holds) return `${label} holds the forge lease: ${why}`;
  const obstacle = claimObstacle(best, lease);
  if (obstacle !== undefined) return `${label} is the best but cannot claim: ${obstacle}`;
  return lease.holder === undefined
    ? `${label} goes first: ${why}`
    : `${label} is the best and waits for the holder to yield: ${why}`;
}

/** What keeps a cluster that can forge from claiming, by its own report; undefined: nothing known. */
export function claimObstacle(
  { forgeEpoch }: JudgedCluster,
  { holder, transitions }: ForgeLeaseView,
): string | undefined {
  if (forgeEpoch === undefined) {
    return "it has not reported that it could write the forge lease: see its role and its access " +
      "to the coordination API";
  }
  if (holder === undefined || forgeEpoch === transitions) return undefined;
  return `it has not answered epoch ${transitions} of the forge lease yet (its last was ${forgeEpoch})`;
}

function withHeldLease(cluster: JudgedCluster, lease: ForgeLeaseView): string {
  const { name, hindrance, excluded } = cluster;
  if (lease.holder !== name) return hindrance;
  return excluded === "disabled"
    ? `${hindrance}; it holds the forge lease and gives it up`
    : `${hindrance}; it holds the forge lease until another cluster can take over`;
}

/** Where an excluded cluster stands. */
export function exclusionReason(cluster: JudgedCluster, lease: ForgeLeaseView): string {
  return withHeldLease(cluster, lease);
}

/** The whole in one sentence. */
export function summarize(
  { order, clusters, lease }: {
    readonly order: readonly JudgedCluster[];
    readonly clusters: readonly JudgedCluster[];
    readonly lease: ForgeLeaseView;
  },
): string {
  if (clusters.length === 0) return "Nobody may forge: there is no CardanoForgeCluster";
  const hindrances = clusters.map(({ hindrance }) => hindrance).join("; ");
  const [best] = order;
  if (best === undefined) return `Nobody may forge: ${hindrances}`;
  if (!best.canForge) return `Nobody can forge: ${hindrances}`;
  if (lease.holder === undefined) return `Nobody holds the forge lease, ${best.label} goes first`;
  const holder = clusters.find(({ name }) => name === lease.holder);
  if (holder === undefined) {
    return `${lease.holder} holds the forge lease and has no CardanoForgeCluster`;
  }
  return holder.name === best.name
    ? `${best.label} holds the forge lease and is the best`
    : `${holder.label} holds the forge lease, ${best.label} is better`;
}
