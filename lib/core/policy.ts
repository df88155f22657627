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

/**
 * The verdict on what is asked now, made anew only where it can differ from the last one. The last is
 * taken again for the very same things seen, as long as neither clock passed a moment at which time
 * alone changes it; of a silent cluster the reason counts the seconds, so there only for one instant.
 */
export function judgeAgain(
  input: PolicyInput,
  last: { readonly input: PolicyInput; readonly verdict: Verdict } | undefined,
): Verdict {
  if (last === undefined || !isSameQuestion(input, last.input)) return judgeClusters(input);
  const ranMs = elapsedMs(last.input.now.monotonic, input.now.monotonic);
  const wallRanMs = elapsedMs(last.input.now.wall, input.now.wall);
  if (ranMs === 0 && wallRanMs === 0) return last.verdict;
  const { clusters, changesInMs: lastsMs = Infinity } = last.verdict;
  const holds = ranMs >= 0 && wallRanMs >= 0 && Math.max(ranMs, wallRanMs) < lastsMs &&
    clusters.every(({ heartbeat }) => heartbeat !== "stale");
  return holds ? { ...last.verdict, changesInMs: changesInMs(input) } : judgeClusters(input);
}

function isSameQuestion(a: PolicyInput, b: PolicyInput): boolean {
  return a.resources === b.resources && a.unusable === b.unusable &&
    a.heartbeats === b.heartbeats && a.staleAfterMs === b.staleAfterMs &&
    a.lease.holder === b.lease.holder && a.lease.transitions === b.lease.transitions &&
    a.lease.lapsedBy === b.lease.lapsedBy && a.lease.yieldedTo === b.lease.yieldedTo &&
    a.own?.name === b.own?.name && a.own?.ready === b.own?.ready &&
    a.own?.forgeEpoch === b.own?.forgeEpoch && a.own?.farBehind === b.own?.farBehind &&
    a.own?.health === b.own?.health;
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
  let firstMs: number | undefined;
  const note = (ms: number) => firstMs = Math.min(firstMs ?? Infinity, ms);
  for (const { name, spec } of resources) {
    const heartbeat = name === own?.name ? undefined : heartbeats.get(name);
    const standing = heartbeatStanding(heartbeat, { now: now.monotonic, staleAfterMs });
    const isFresh = standing === "fresh" || standing === "found";
    if (isFresh && heartbeat !== undefined) {
      note(elapsedMs(now.monotonic, addMs(heartbeat.since, staleAfterMs)));
    }
    const { expiresAt } = spec.override;
    if (expiresAt === undefined || wishOf(spec, now.wall).override !== "active") continue;
    note(Math.min(elapsedMs(now.wall, expiresAt), WALL_LOOK_MS));
  }
  return firstMs;
}
