// Owns the read-only view of this replica for probes, metrics and /status.
// Never waits for anything: it is what the two machines know at this moment.

import type { Config } from "../config.ts";
import { standingOf } from "../core/election_moves.ts";
import { isExhausted } from "../core/lease.ts";
import { writerOf } from "../core/manager_turn.ts";
import type { Managing } from "../core/manager_state.ts";
import { elapsedMs, type Monotonic, type WallTime } from "../core/time.ts";
import { type CertificateLife, certificateLife } from "../credentials/certificate_life.ts";
import { kesPeriodAt } from "../credentials/networks.ts";
import { certificateOf } from "../credentials/verdict.ts";
import type { GuardReport } from "../door.ts";
import { VERSION } from "../version.ts";
import { describeStanding } from "./standing_text.ts";
import type { TierSnapshot } from "./tier_snapshot.ts";

export interface Snapshot {
  readonly version: string;
  readonly pod: string;
  readonly namespace: string;
  readonly network: string;
  readonly pool: { readonly id: string; readonly ticker: string };
  readonly application: string;
  /** By the clock and the genesis; undefined on a custom network whose genesis is not configured. */
  readonly kesPeriod: number | undefined;
  /** Of the certificate in use, else of the one that is there and may not be used. */
  readonly certificate: CertificateLife | undefined;
  /** Under a running hold that is not being given up. */
  readonly leads: boolean;
  /** Why leadership is being given up, or was last. */
  readonly givingUp: string | undefined;
  readonly lease: {
    readonly name: string;
    readonly holder: string;
    readonly transitions: number;
    /** By its record: also when it is only kept until a stop is confirmed. */
    readonly isOurs: boolean;
    /** Claimable only when it stood still for the wait. */
    readonly isWaitedFor: boolean;
    /** Set while the lock is another pool's, and never claimed. */
    readonly otherPool: string | undefined;
    /** Locks, of this name and of older ones, whose leaseTransitions a hand edit used up: to be deleted. */
    readonly exhausted: readonly string[];
    /** In words: what stands between this replica and the lease. */
    readonly standing: string;
    readonly olderManagerRenews: boolean;
  };
  /** Undefined until the guard's first report. */
  readonly guard: GuardReport | undefined;
  /** Counted from this isolate's start before the first. */
  readonly guardReportAgeMs: number;
  readonly permitLeftMs: number;
  /** What a permit can last from the sending of its renewal. */
  readonly renewDeadlineMs: number;
  readonly lastRenewalSeconds: number | undefined;
  readonly leadershipChanges: number;
  readonly workerRestarts: number;
  readonly turnAgeMs: number;
  /** Why the API cannot be used at all; undefined when it can be tried, or was not yet. */
  readonly accessProblem: string | undefined;
  readonly watchConnected: boolean;
  readonly ownPod: {
    /** A watch of it is open, so that its deletion would be noticed at once. */
    readonly isWatched: boolean;
    /** From here on this replica claims nothing. */
    readonly isDeleting: boolean;
  };
  /** Occurrences that no Event tells of. */
  readonly eventsDropped: number;
  /** The second tier; undefined: cluster management is off. */
  readonly tier: TierSnapshot | undefined;
}

export interface SnapshotSources {
  readonly config: Config;
  readonly state: Managing;
  readonly now: Monotonic;
  readonly wall: WallTime;
  readonly startedAt: Monotonic;
  readonly guard: { readonly report: GuardReport; readonly at: Monotonic } | undefined;
  readonly lastRenewalSeconds: number | undefined;
  readonly leadershipChanges: number;
  readonly workerRestarts: number;
  readonly turnedAt: Monotonic;
  readonly accessProblem: string | undefined;
  readonly watchConnected: boolean;
  readonly ownPodWatched: boolean;
  readonly eventsDropped: number;
  readonly tier: TierSnapshot | undefined;
}

export function takeSnapshot(sources: SnapshotSources): Snapshot {
  const { config, state, now, guard } = sources;
  const { seen } = state.local.view;
  const record = typeof seen === "object" ? seen : undefined;
  const standing = standingOf(state.local, { writer: writerOf(state), now });
  const credentials = guard?.report.credentials;
  const facts = credentials && certificateOf(credentials);
  const { genesis } = config.network;
  const reportAgeMs = elapsedMs(guard?.at ?? sources.startedAt, now);
  return {
    version: VERSION,
    pod: config.podName,
    namespace: config.namespace,
    network: config.network.name,
    pool: { id: config.pool.id ?? facts?.poolId ?? "", ticker: config.pool.ticker ?? "" },
    application: config.applicationType,
    kesPeriod: genesis && kesPeriodAt(genesis, sources.wall),
    certificate: facts && certificateLife(facts, { genesis, now: sources.wall }),
    leads: leadsBy(state),
    givingUp: state.givingUp?.reason,
    lease: {
      name: state.settings.lease.name,
      holder: record?.holder ?? "",
      transitions: record?.transitions ?? 0,
      isOurs: standing.kind === "mine",
      isWaitedFor: standing.kind === "wait",
      otherPool: standing.kind === "other_pool" ? standing.poolId : undefined,
      exhausted: exhaustedLocks(state),
      standing: describeStanding(standing, { state, now }),
      olderManagerRenews: state.local.view.renewedByForeignManager,
    },
    guard: guard?.report,
    guardReportAgeMs: reportAgeMs,
    permitLeftMs: Math.max(0, (guard?.report.permitLeftMs ?? 0) - reportAgeMs),
    renewDeadlineMs: Math.min(
      config.lease.renewDeadlineMs,
      config.cluster?.forgeLease.renewDeadlineMs ?? Infinity,
    ),
    lastRenewalSeconds: sources.lastRenewalSeconds,
    leadershipChanges: sources.leadershipChanges,
    workerRestarts: sources.workerRestarts,
    turnAgeMs: elapsedMs(sources.turnedAt, now),
    accessProblem: sources.accessProblem,
    watchConnected: sources.watchConnected,
    ownPod: { isWatched: sources.ownPodWatched, isDeleting: state.podDeleting },
    eventsDropped: sources.eventsDropped,
    tier: sources.tier,
  };
}

function exhaustedLocks({ local, previous }: Managing): string[] {
  const locks = [local, ...Object.values(previous).map(({ election }) => election)];
  return locks.filter(({ view }) => isExhausted(view)).map(({ settings }) => settings.name);
}

/** A lease that is renewed while a fence is under way is held, and nobody leads by it. */
export function leadsBy(state: Managing): boolean {
  return state.leads && state.givingUp === undefined;
}
