// Owns what scenarios of two clusters expect of a move from one to the other: its time, and its gap.
// Never moves one: the scenarios do.

import { assert, assertEquals } from "@std/assert";
import type { Cluster } from "./cluster.ts";
import type { ClusterStage } from "./cluster_scenarios.ts";
import {
  type Clusters,
  FAILBACK_DELAY_MS,
  FORGE_LEASE_DURATION_MS,
  MINIMUM_STAY_MS,
} from "./clusters.ts";
import { untilPassed } from "./scenarios.ts";

/** Between two who both live: fence, release, claim, signal. */
const GAP_MS_MAX = 2_000;
const PLANNED_MS_MAX = 3_000;
/** Until the holder has seen the other ready, with a start of two nodes before it. */
const RECOVERY_MS_MAX = 15_000;
/** What a node records when it begins or ceases to forge. */
const CHANGES: ReadonlySet<string> = new Set(["able", "unable", "started", "ended"]);

/** After a cluster was lost: not before the wait for its last renewal is over, nor long after. */
export async function expectTakeover(
  stage: ClusterStage,
  { clusters, by, sinceMs, waitMs = FORGE_LEASE_DURATION_MS }: {
    clusters: Clusters;
    by: Cluster;
    sinceMs: number;
    waitMs?: number;
  },
): Promise<void> {
  const lost = clusters.both.find((one) => one !== by)!;
  await lost.untilNotForging();
  const renewedAtMs = await clusters.hub.renewedAtMs();
  await by.untilForging();
  const afterMs = by.nextAbleMs(sinceMs) - renewedAtMs;
  stage.note("forges after the last renewal, ms:", afterMs);
  stage.note("gap ms:", clusters.longestGapMs(sinceMs));
  assert(afterMs >= 0.99 * waitMs, "forges before the wait is over");
  assert(afterMs <= waitMs + 1_000, "forges too late");
}

/** Nobody edits: it moves after the present holder's minimum stay and the failback delay. */
export async function expectFailback(
  stage: ClusterStage,
  { clusters, to, healedAtMs, delayMs = FAILBACK_DELAY_MS }: {
    clusters: Clusters;
    to: Cluster;
    healedAtMs: number;
    delayMs?: number;
  },
): Promise<void> {
  const claimedAtMs = Date.parse((await clusters.hub.lease())?.spec?.acquireTime ?? "");
  const earliestMs = Math.max(claimedAtMs + MINIMUM_STAY_MS, healedAtMs + delayMs);
  await to.untilForging(MINIMUM_STAY_MS + RECOVERY_MS_MAX + 10_000);
  const ableMs = to.nextAbleMs(healedAtMs);
  stage.note("fails back after s:", Math.round((ableMs - claimedAtMs) / 1_000));
  stage.note("gap ms:", clusters.longestGapMs(healedAtMs));
  assert(ableMs >= earliestMs - 1_000, "fails back too early");
  assert(ableMs <= earliestMs + RECOVERY_MS_MAX, "fails back too late");
  assert(clusters.longestGapMs(healedAtMs) <= GAP_MS_MAX, "fails back with too long a gap");
}

/** The holder is ill: it moves after its minimum stay, or at once where that is over. */
export async function expectMoveAfterStay(
  stage: ClusterStage,
  { clusters, to, sinceMs }: { clusters: Clusters; to: Cluster; sinceMs: number },
): Promise<void> {
  const claimedAtMs = Date.parse((await clusters.hub.lease())?.spec?.acquireTime ?? "");
  await to.untilForging(MINIMUM_STAY_MS + RECOVERY_MS_MAX);
  const stayedMs = to.nextAbleMs(sinceMs) - claimedAtMs;
  stage.note("moves after s:", Math.round(stayedMs / 1_000));
  stage.note("gap ms:", clusters.longestGapMs(sinceMs));
  assert(stayedMs >= MINIMUM_STAY_MS, "moves before its stay is over");
  assert(stayedMs <= MINIMUM_STAY_MS + RECOVERY_MS_MAX, "moves too late");
  assert(clusters.longestGapMs(sinceMs) <= GAP_MS_MAX, "moves with too long a gap");
}

/** By an operator's edit; answers how long it took, and how long of it nobody forged. */
export async function expectPlannedMove(
  { clusters, to, edit }: { clusters: Clusters; to: Cluster; edit: () => Promise<void> },
): Promise<{ tookMs: number; gapMs: number }> {
  const sinceMs = Date.now();
  await edit();
  await to.untilForging(10_000);
  const tookMs = to.nextAbleMs(sinceMs) - sinceMs;
  const gapMs = clusters.longestGapMs(sinceMs);
  assert(tookMs <= PLANNED_MS_MAX, `forges ${tookMs} ms after the edit`);
  assert(gapMs <= GAP_MS_MAX, `nobody forges for ${gapMs} ms`);
  return { tookMs, gapMs };
}

/** The same node of it goes on forging for so long; that a busy machine halts it for a moment is no stop. */
export async function expectSteady(
  { by, sinceMs, forMs }: { by: Cluster; sinceMs: number; forMs: number },
): Promise<void> {
  await untilPassed(forMs, sinceMs);
  const changes = by.replicas.all.flatMap(({ key, record }) =>
    record.lines().filter(({ event, wallMs }) => wallMs >= sinceMs && CHANGES.has(event))
      .map(({ event }) => `${key} ${event}`)
  );
  assert(by.forges(), `${by.key} does not forge on`);
  assertEquals(changes, []);
}

/** For the median of figures. */
export function median(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? NaN;
}
