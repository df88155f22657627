// Owns the second tier as one local leader sees it: the forge lease, the clusters, and what is wished.
// Never acts without the local lease, and never without the guard's word that a stop is confirmed.

import type { ClusterResource, UnusableCluster } from "./cluster.ts";
import { clusterOf, holdRuns, standingOf } from "./election_moves.ts";
import { type Election, type ElectionSettings, newElection, type Wish } from "./election_state.ts";
import { type Health, resumeHealth, UNCHECKED_HEALTH } from "./health.ts";
import { parseIsoTime } from "./iso_time.ts";
import { silentFrom, type Standing } from "./lease.ts";
import type { LeaseWriter } from "./lease_record.ts";
import { claimDelayMs, judgeAgain } from "./policy.ts";
import { type Heartbeats, observeHeartbeats } from "./policy_heartbeat.ts";
import {
  findCluster,
  type ForgeLeaseView,
  type PolicyInput,
  type Verdict,
} from "./policy_verdict.ts";
import { shouldYield } from "./policy_yield.ts";
import { newYieldMemory, noteVerdict, type YieldMemory } from "./policy_yield_memory.ts";
import { addMs, isBefore, latest, type Monotonic, type WallTime } from "./time.ts";

/** A holder whose node neither forges nor is about to lets the lease run out after this. */
export const ABOUT_TO_FORGE_MS = 12_000;

export interface ForgeTierSettings {
  /** Name of our CardanoForgeCluster. */
  readonly cluster: string;
  readonly lease: ElectionSettings;
  readonly staleAfterMs: number;
  readonly failbackDelayMs: number;
}

export interface ForgeTier {
  readonly settings: ForgeTierSettings;
  readonly election: Election;
  /** Undefined until they were listed once. */
  readonly resources: readonly ClusterResource[] | undefined;
  readonly unusable: readonly UnusableCluster[];
  readonly heartbeats: Heartbeats;
  readonly health: Health;
  readonly farBehind: boolean;
  readonly memory: YieldMemory | undefined;
  readonly betterSince: WallTime | undefined;
  readonly verdict: Verdict | undefined;
  /** The verdict and what it was made of. */
  readonly judged: { readonly input: PolicyInput; readonly verdict: Verdict } | undefined;
  /** Why we hold on, or whom we wait for, in words. */
  readonly yieldReason: string | undefined;
  readonly heldSince: WallTime | undefined;
  /** When the wait for a yield ends, if nothing else happens. */
  readonly yieldAt: WallTime | undefined;
  /** Until when the lease is renewed without forging. */
  readonly renewUntil: Monotonic | undefined;
  readonly givingUp: ForgeGiveUp | undefined;
  /** The last dry run of a claim: whether we could, and in which epoch of the lease. */
  readonly trial: ClaimTrial | undefined;
  readonly trying: boolean;
  readonly watching: boolean;
  readonly watchingClusters: boolean;
}

export interface ForgeGiveUp {
  /** The guard's epoch before the revoke. */
  readonly epoch: number;
  readonly reason: string;
  /** For whose sake, where for anybody's. */
  readonly to: string | undefined;
  /** Our own node could not be started: we go last at the next claim. */
  readonly lapses: boolean;
}

export interface ClaimTrial {
  readonly transitions: number;
  readonly outcome: "possible" | "impossible";
  readonly problem: string | undefined;
  readonly at: Monotonic;
}

export interface ForgeContext {
  readonly localHolds: boolean;
  readonly writer: LeaseWriter | undefined;
  readonly guard: {
    readonly epoch: number;
    readonly fencing: boolean;
    readonly fencedSecond: number | undefined;
    readonly forging: "forging" | "stopped" | "unknown";
    readonly isFit: boolean;
    readonly isUnconfirmed: boolean;
  } | undefined;
  /** The local lease is being given up, for a cause of this replica or of the whole cluster. */
  readonly localGivesUp: "no" | "replica" | "cluster";
  readonly localEpoch: number;
  readonly now: { readonly monotonic: Monotonic; readonly wall: WallTime };
}

export function newForgeTier(settings: ForgeTierSettings): ForgeTier {
  return {
    settings,
    election: newElection(settings.lease, []),
    resources: undefined,
    unusable: [],
    heartbeats: new Map(),
    health: UNCHECKED_HEALTH,
    farBehind: false,
    memory: undefined,
    betterSince: undefined,
    verdict: undefined,
    judged: undefined,
    yieldReason: undefined,
    heldSince: undefined,
    yieldAt: undefined,
    renewUntil: undefined,
    givingUp: undefined,
    trial: undefined,
    trying: false,
    watching: false,
    watchingClusters: false,
  };
}

/** The tier after a list of all clusters of the pool; the first one resumes what our own status says. */
export function seeClusters(
  tier: ForgeTier,
  { resources, unusable, at }: {
    resources: readonly ClusterResource[];
    unusable: readonly UnusableCluster[];
    at: Monotonic;
  },
): ForgeTier {
  const own = resources.find(({ name }) => name === tier.settings.cluster);
  const isFirst = tier.resources === undefined;
  const resumed = isFirst && own?.report !== undefined ? resumeHealth(own.report) : tier.health;
  // Nobody checks any more: a verdict of the past must not outlive the checks.
  const health = own?.spec.healthCheck.enabled === false ? UNCHECKED_HEALTH : resumed;
  return {
    ...tier,
    resources,
    unusable,
    health,
    heartbeats: observeHeartbeats(tier.heartbeats, { resources, at }),
  };
}

export function forgeStanding(tier: ForgeTier, context: ForgeContext): Standing {
  return standingOf(tier.election, {
    writer: context.writer,
    now: context.now.monotonic,
  });
}

/** Another cluster that goes by our name: its values were copied, and both would forge by turns. */
export function hasDuplicateName(tier: ForgeTier, context: ForgeContext): boolean {
  const { seen } = tier.election.view;
  if (typeof seen !== "object" || seen.holder === "" || context.writer === undefined) return false;
  const isOurs = forgeStanding(tier, context).kind === "mine";
  return !isOurs && clusterOf(seen.holder) === tier.settings.cluster &&
    seen.holder !== context.writer.holder;
}

/** Judges the clusters anew, and what that means for a lease we hold. */
export function judge(tier: ForgeTier, context: ForgeContext): ForgeTier {
  if (tier.resources === undefined || !context.localHolds) return tier;
  const { settings, unusable, heartbeats, health, farBehind } = tier;
  const standing = forgeStanding(tier, context);
  const input: PolicyInput = {
    resources: tier.resources,
    unusable,
    heartbeats,
    lease: leaseView(tier, { standing, now: context.now.monotonic }),
    own: {
      name: settings.cluster,
      ready: context.guard?.isFit === true,
      forgeEpoch: claimableEpoch(tier, standing),
      farBehind,
      health,
    },
    staleAfterMs: settings.staleAfterMs,
    now: context.now,
  };
  const verdict = judgeAgain(input, tier.judged);
  const judgedOn = { input, verdict };
  const own = tier.resources.find(({ name }) => name === settings.cluster);
  const memory = tier.memory ?? newYieldMemory(own?.report?.betterSince);
  const holds = holdRuns(tier.election, context.now.monotonic);
  if (!holds || tier.heldSince === undefined) {
    const noted = noteVerdict(memory, { verdict, own: settings.cluster, now: context.now.wall });
    return {
      ...tier,
      judged: judgedOn,
      verdict,
      memory: noted,
      betterSince: undefined,
      yieldReason: undefined,
      yieldAt: undefined,
    };
  }
  const answer = shouldYield({
    verdict,
    own: settings.cluster,
    memory,
    heldSince: tier.heldSince,
    now: context.now.wall,
    failbackDelayMs: settings.failbackDelayMs,
  });
  const { decision, betterSince } = answer;
  const judged = {
    ...tier,
    judged: judgedOn,
    verdict,
    memory: answer.memory,
    betterSince,
    yieldReason: decision.reason,
    yieldAt: decision.kind === "wait" ? decision.notBefore : undefined,
  };
  if (decision.kind !== "yield" || tier.givingUp !== undefined) return judged;
  const epoch = context.guard?.epoch ?? 0;
  const givingUp = { epoch, reason: decision.cause, to: decision.to, lapses: false };
  return { ...judged, givingUp };
}

/**
 * Since when a lease of ours that we let run out is open to all, ourselves included: were it for the
 * others only, it would stay as it is for ever where none of them may forge.
 */
function ranOutAt(
  { election }: ForgeTier,
  { standing, now }: { standing: Standing; now: Monotonic },
): Monotonic | undefined {
  if (standing.kind !== "mine" || holdRuns(election, now)) return undefined;
  const silentAt = silentFrom(election.view, election.settings.durationMs);
  return silentAt === undefined || isBefore(now, silentAt) ? undefined : silentAt;
}

function leaseView(
  tier: ForgeTier,
  { standing, now }: { standing: Standing; now: Monotonic },
): ForgeLeaseView {
  const { seen } = tier.election.view;
  const record = typeof seen === "object" ? seen : undefined;
  const ranOut = ranOutAt(tier, { standing, now }) !== undefined;
  const isHeld = !ranOut && (standing.kind === "mine" || standing.kind === "wait") &&
    record?.holder !== "";
  const isSilent = ranOut || (standing.kind === "claimable" && standing.why === "silent");
  return {
    holder: isHeld && record !== undefined ? clusterOf(record.holder) : undefined,
    transitions: record?.transitions ?? 0,
    lapsedBy: isSilent && record !== undefined && record.holder !== ""
      ? clusterOf(record.holder)
      : record?.lapsedBy,
    yieldedTo: record?.preferredCluster,
  };
}

/** The epoch of the forge lease for which this cluster knows that it can claim, or has claimed. */
export function claimableEpoch(tier: ForgeTier, standing: Standing): number | undefined {
  const { seen } = tier.election.view;
  if (typeof seen !== "object") return undefined;
  if (standing.kind === "mine") return seen.transitions;
  const { trial } = tier;
  const answers = trial?.outcome === "possible" && trial.transitions === seen.transitions;
  return answers ? seen.transitions : undefined;
}

/** What is wished of the forge lease, and when that may change by time alone. */
export function forgeWish(
  tier: ForgeTier,
  context: ForgeContext,
): { wish: Wish; wakeAt: Monotonic | undefined } {
  const { guard } = context;
  const now = context.now.monotonic;
  const only = (wish: Wish) => ({ wish, wakeAt: undefined });
  if (!context.localHolds || guard === undefined) return only({ kind: "lapse" });
  const givingUp = tier.givingUp ?? localGiveUp(context);
  if (givingUp !== undefined) return only(wishWhileGivingUp(givingUp, guard));
  // Another replica of this cluster inherits what this one cannot use.
  if (context.localGivesUp !== "no") return only({ kind: "lapse" });
  if (guard.isUnconfirmed) return only({ kind: "keep" });
  if (!guard.isFit) return only({ kind: "lapse" });
  const standing = forgeStanding(tier, context);
  const openSince = ranOutAt(tier, { standing, now });
  if (standing.kind === "mine" && openSince === undefined) {
    const wish = wishForOurs(tier, { guard, now });
    const silentAt = silentFrom(tier.election.view, tier.settings.lease.durationMs);
    const opens = wish.kind === "lapse" && silentAt !== undefined && isBefore(now, silentAt);
    return { wish, wakeAt: opens ? silentAt : undefined };
  }
  if (holdRuns(tier.election, now)) return only({ kind: "lead" });
  const since = standing.kind === "claimable" ? standing.since : openSince;
  // What is still ours would be renewed by who keeps it.
  const waits: Wish = { kind: openSince === undefined ? "keep" : "lapse" };
  if (since === undefined || tier.verdict === undefined) return only(waits);
  const delayMs = claimDelayMs(tier.verdict, tier.settings.cluster);
  if (delayMs === undefined) return only(waits);
  const claimFrom = addMs(since, delayMs);
  return isBefore(now, claimFrom) ? { wish: waits, wakeAt: claimFrom } : only({ kind: "lead" });
}

function localGiveUp(context: ForgeContext): ForgeGiveUp | undefined {
  if (context.localGivesUp !== "cluster") return undefined;
  return { epoch: context.localEpoch, reason: "start_failed", to: undefined, lapses: true };
}

function wishWhileGivingUp(
  { epoch, to, lapses }: ForgeGiveUp,
  guard: NonNullable<ForgeContext["guard"]>,
): Wish {
  if (guard.epoch <= epoch || guard.fencing) return { kind: "keep" };
  if (guard.fencedSecond === undefined) return { kind: "lapse" };
  return { kind: "release", fencedSecond: guard.fencedSecond, preferredCluster: to, lapses };
}

/** Renewed only while the node forges or is about to: a cluster that cannot forge lets it run out. */
function wishForOurs(
  tier: ForgeTier,
  { guard, now }: { guard: NonNullable<ForgeContext["guard"]>; now: Monotonic },
): Wish {
  const isNew = tier.renewUntil === undefined;
  const mayStill = tier.renewUntil !== undefined && isBefore(now, tier.renewUntil);
  return guard.forging === "forging" || isNew || mayStill ? { kind: "lead" } : { kind: "lapse" };
}

/** Notes after each step how long we may renew without forging, and since when we hold. */
export function noteHold(tier: ForgeTier, context: ForgeContext): ForgeTier {
  const { monotonic, wall } = context.now;
  if (!holdRuns(tier.election, monotonic)) {
    const standing = forgeStanding(tier, context);
    const settled = tier.election.business === undefined &&
      (standing.kind !== "mine" || ranOutAt(tier, { standing, now: monotonic }) !== undefined);
    return {
      ...tier,
      heldSince: undefined,
      renewUntil: settled ? undefined : tier.renewUntil,
      givingUp: settled ? undefined : tier.givingUp,
    };
  }
  const forges = context.guard?.forging === "forging";
  const until = addMs(monotonic, ABOUT_TO_FORGE_MS);
  const renewUntil = forges || tier.renewUntil === undefined
    ? latest(tier.renewUntil ?? until, until)
    : tier.renewUntil;
  return { ...tier, renewUntil, heldSince: claimedAt(tier) ?? tier.heldSince ?? wall };
}

/** When this cluster claimed the lease, by whichever leader: renewals and inheritance keep the time. */
function claimedAt({ election: { view: { seen } } }: ForgeTier): WallTime | undefined {
  const acquireTime = typeof seen === "object" ? seen.object.spec?.acquireTime : undefined;
  return typeof acquireTime === "string" ? parseIsoTime(acquireTime) : undefined;
}

/** Local leadership ended: what was known of the clusters is of the past when it begins again. */
export function forgetClusters(tier: ForgeTier): ForgeTier {
  const { election, watching, watchingClusters } = tier;
  return { ...newForgeTier(tier.settings), election, watching, watchingClusters };
}

/** Our own cluster as the verdict has it. */
export function ownVerdict({ verdict, settings }: ForgeTier) {
  return verdict === undefined ? undefined : findCluster(verdict, settings.cluster);
}
