// Owns which cluster should forge: the order of all of them, and for each the reason.
// Never says who may: the forge lease does, and whoever ranks later only claims later.

import { heartbeatStanding } from "./policy_heartbeat.ts";
import { judgeEach } from "./policy_judge.ts";
import { orderCandidates } from "./policy_order.ts";
import { candidateReason, exclusionReason, summarize } from "./policy_reason.ts";
import {
  type ClusterVerdict,
  findCluster,
  type JudgedCluster,
  type PolicyInput,
  type Verdict,
} from "./policy_verdict.ts";
import { wishOf } from "./policy_wish.ts";
import { addMs, elapsedMs } from "./time.ts";

/** A favourite that is alive but unable costs this much, and not the pool. */
const CLAIM_STEP_MS = 5_000;

/** A wall clock may be set while we sleep, and an override may end in years, longer than a timer runs. */
const WALL_LOOK_MS = 60_000;

/** Depends on nothing but what it is given, whatever its order: who is asked the same says the same. */
export function judgeClusters(input: PolicyInput): Verdict {
  const { lease } = input;
  const clusters = judgeEach(input);
  const order = orderCandidates(clusters, lease);
  const candidates = order.map((one, rank): ClusterVerdict => ({
    ...one,
    rank,
    reason: candidateReason(one, { order, lease }),
  }));
  const excluded = clusters.filter((one) => one.excluded !== undefined).map(
    (one: JudgedCluster): ClusterVerdict => ({
      ...one,
      rank: undefined,
      reason: exclusionReason(one, lease),
    }),
  );
  return {
    clusters: [...candidates, ...excluded],
    best: order[0]?.name,
    lease,
    summary: summarize({ order, clusters, lease }),
    changesInMs: changesInMs(input),
  };
}

/** How long to leave a claimable forge lease to better clusters; undefined: not to be claimed at all. */
export function claimDelayMs(verdict: Verdict, own: string): number | undefined {
  const cluster = findCluster(verdict, own);
  if (cluster?.rank === undefined || !cluster.canForge) return undefined;
  return cluster.rank * CLAIM_STEP_MS;
}

/** The verdict as lines: who holds or goes first, then each cluster in the order. */
export function explain(verdict: Verdict): string[] {
  return [
    verdict.summary,
    ...verdict.clusters.map(({ rank, reason }) =>
      `${rank === undefined ? "–" : `${rank + 1}.`} ${reason}`
    ),
  ];
}

function changesInMs(input: PolicyInput): number | undefined {
  const { resources, heartbeats, own, now, staleAfterMs } = input;
  const changes = resources.flatMap(({ name, spec }) => {
    const heartbeat = name === own?.name ? undefined : heartbeats.get(name);
    const standing = heartbeatStanding(heartbeat, { now: now.monotonic, staleAfterMs });
    const isFresh = standing === "fresh" || standing === "found";
    const { expiresAt } = spec.override;
    const ends = expiresAt !== undefined && wishOf(spec, now.wall).override === "active";
    return [
      ...isFresh && heartbeat !== undefined
        ? [elapsedMs(now.monotonic, addMs(heartbeat.since, staleAfterMs))]
        : [],
      ...ends ? [Math.min(elapsedMs(now.wall, expiresAt), WALL_LOOK_MS)] : [],
    ];
  });
  return changes.length === 0 ? undefined : Math.min(...changes);
}
