// Owns when the next thing may be done to two regions: one forges, and the other could take over.
// Never looks at nodes' records: here it is enough what the replicas say.

import type { PodStatus } from "./pod_status.ts";
import type { Replica } from "./replica.ts";
import type { ReplicaView } from "./replica_view.ts";

/** What is known of one replica. */
export interface Look {
  readonly view: ReplicaView;
  readonly tier: PodStatus["tier"];
}

interface Observed {
  view(replica: Replica): ReplicaView;
  tier(replica: Replica): PodStatus["tier"];
}

/** Well below CLUSTER_STALE_AFTER, since an operator's command looks a moment later. */
const FRESH_MS = 2_500;

export function isCalm(
  regions: readonly { readonly replicas: readonly Replica[] }[],
  observer: Observed,
): boolean {
  return areCalm(
    regions.map(({ replicas }) =>
      replicas.map((replica) => ({ view: observer.view(replica), tier: observer.tier(replica) }))
    ),
  );
}

/** Of each region, its replicas. */
export function areCalm(regions: readonly (readonly Look[])[]): boolean {
  const leaders = regions.map(leaderOf).filter((leader) => leader !== undefined);
  const forgers = leaders.filter(({ view }) => view.isForger);
  const epoch = forgers[0]?.tier?.forgeLease.transitions;
  return leaders.length === regions.length && forgers.length === 1 &&
    leaders.every((leader) =>
      seesAll(leader, regions.length) &&
      (leader.view.isForger || couldTakeOver(leader, epoch))
    );
}

/** Undefined where none leads, or another could not follow it. */
function leaderOf(region: readonly Look[]): Look | undefined {
  const leaders = region.filter(({ view }) => view.leads && view.pod === "up");
  const standbys = region.filter(({ view }) => view.isStandby);
  return leaders.length === 1 && standbys.length === region.length - 1 ? leaders[0] : undefined;
}

function seesAll({ tier }: Look, count: number): boolean {
  return tier !== undefined && tier.coordination.reach === "reached" &&
    tier.clusters.filter(({ canForge, heartbeatAgeMs = 0 }) =>
        canForge && heartbeatAgeMs < FRESH_MS
      ).length === count;
}

/** It tried whether it might claim, since the forge lease last moved. */
function couldTakeOver({ tier }: Look, epoch: number | undefined): boolean {
  return tier?.forgeLease.transitions === epoch && tier?.forgeLease.claim === "possible";
}
