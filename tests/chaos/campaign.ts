// Owns a campaign: storms and calms in turn until its time is over, or until the promise is broken.
// Never goes on after a violation: what led to it must still be there to be read.

import type { Fault } from "./fault.ts";
import { Journal } from "./journal.ts";
import { judge, type Verdict, violations } from "./judge.ts";
import { Lateness } from "./lateness.ts";
import { LeaseLog } from "./lease_log.ts";
import { type Margin, marginsOf } from "./margins.ts";
import { planRound } from "./schedule.ts";
import { sleep } from "../../lib/sleep.ts";
import { Storm } from "./storm.ts";
import { type ChaosWorld, forgerOf, recordsOf } from "./world.ts";

const STORM_MS = 240_000;
/** Kept for the last calm. */
const CALM_MS = 40_000;
/** It must go on forging for so long. */
const STEADY_MS = 5_000;
const HASTE_MS = 5_000;
const LOOK_EVERY_MS = 5_000;
/** Looked back over while it goes on, beyond the longest suspension of what writes the records. */
const LOOK_BACK_MS = 90_000;

export interface Recovery {
  readonly round: number;
  readonly healedMs: number;
  /** From the end of all faults to a node that forges; undefined when none did within the bound. */
  readonly tookMs: number | undefined;
}

export interface CampaignResult {
  readonly beganMs: number;
  readonly endedMs: number;
  readonly verdict: Verdict;
  readonly violations: readonly string[];
  readonly recoveries: readonly Recovery[];
  readonly margins: readonly Margin[];
  readonly journal: Journal;
  readonly leases: readonly Pick<LeaseLog, "sightings">[];
  readonly lateness: Pick<Lateness, "worstMs" | "late">;
  readonly rounds: number;
  readonly wasInterrupted: boolean;
}

export interface CampaignOptions {
  readonly world: ChaosWorld;
  readonly faults: readonly Fault[];
  readonly seed: number;
  readonly minutes: number;
  readonly tell: (line: string) => void;
  readonly signal: AbortSignal;
}

export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const { world, tell, minutes, signal } = options;
  const journal = new Journal(tell);
  const recoveries: Recovery[] = [];
  const beganMs = Date.now();
  const endsMs = beganMs + minutes * 60_000;
  const found = new AbortController();
  const stop = AbortSignal.any([signal, found.signal]);
  await using leases = new AsyncDisposableStack();
  const logs = world.leases.map((lease) => leases.use(new LeaseLog(lease)));
  using lateness = new Lateness();
  const watch = watchOver(world, journal, found);
  let round = 0;
  try {
    for (; !stop.aborted && Date.now() < endsMs - CALM_MS; round++) {
      const stormMs = Math.min(STORM_MS, endsMs - CALM_MS - Date.now());
      const plan = planRound({ ...options, round, stormMs });
      journal.note(`round ${round}: ${plan.length} faults planned in ${Math.round(stormMs)} ms`);
      const storm = new Storm({ ...options, journal, leases: logs, round });
      await storm.play(plan, stormMs, stop);
      if (signal.aborted) {
        await healInHaste(storm, journal);
        break;
      }
      await storm.heal();
      if (stop.aborted) break;
      const recovery = await calm(world, round, stop);
      journal.note(`round ${round}: a node forges ${recovery.tookMs} ms after all faults ended`);
      recoveries.push(recovery);
      if (recovery.tookMs === undefined) break;
    }
  } finally {
    clearInterval(watch);
  }
  const endedMs = Date.now();
  const verdict = judge(recordsOf(world), journal.entries);
  const seen = logs.map(({ lease, sightings }) => ({
    durationMs: lease.durationMs,
    sightings,
    isHeldBy: (holder: string, node: string) => {
      const pod = world.pods.find(({ label }) => label === node);
      return pod !== undefined && lease.isHeldBy(holder, pod);
    },
  }));
  return {
    beganMs,
    endedMs,
    verdict,
    violations: violations(verdict),
    recoveries,
    margins: marginsOf(verdict.judgement.able, seen),
    journal,
    leases: logs,
    lateness: { worstMs: lateness.worstMs, late: lateness.late },
    rounds: round,
    wasInterrupted: signal.aborted,
  };
}

/** A terminal's interrupt ends the API servers, too, without which not all can be undone. */
async function healInHaste(storm: Storm, journal: Journal): Promise<void> {
  const healed = storm.heal().catch((error) => journal.note(`${error}`));
  await Promise.race([healed, sleep(HASTE_MS)]);
}

/** Judges what happened lately, again and again. */
function watchOver(world: ChaosWorld, journal: Journal, found: AbortController) {
  return setInterval(() => {
    const toMs = Date.now();
    const window = { fromMs: toMs - LOOK_BACK_MS, toMs };
    const broken = violations(judge(recordsOf(world), journal.entries, window));
    if (broken.length === 0 || found.signal.aborted) return;
    for (const line of broken) journal.note(`VIOLATION: ${line}`);
    found.abort();
  }, LOOK_EVERY_MS);
}

async function calm(world: ChaosWorld, round: number, signal: AbortSignal): Promise<Recovery> {
  const healedMs = Date.now();
  const deadlineMs = healedMs + world.recoveryBoundMs;
  let steadySinceMs: number | undefined;
  while (!signal.aborted) {
    const isForging = forgerOf(world) !== undefined;
    steadySinceMs = isForging ? steadySinceMs ?? Date.now() : undefined;
    if (steadySinceMs !== undefined && Date.now() - steadySinceMs >= STEADY_MS) {
      return { round, healedMs, tookMs: steadySinceMs - healedMs };
    }
    if (steadySinceMs === undefined && Date.now() >= deadlineMs) break;
    await sleep(100, signal);
  }
  return { round, healedMs, tookMs: undefined };
}
