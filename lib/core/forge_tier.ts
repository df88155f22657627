// Owns the second tier as one local leader sees it: how the forge lease stands, and what the clusters' order means for it.
// Never judges without the local lease.

import { holdRuns, standingOf } from "./election_moves.ts";
import type { ForgeContext, ForgeTier } from "./forge_tier_state.ts";
import { parseIsoTime } from "./iso_time.ts";
import { clusterOf, silentFrom, type Standing } from "./lease.ts";
import { judgeAgain } from "./policy.ts";
import { findCluster, type ForgeLeaseView, type PolicyInput } from "./policy_verdict.ts";
import { shouldYield } from "./policy_yield.ts";
import { newYieldMemory, noteVerdict } from "./policy_yield_memory.ts";
import { addMs, isBefore, latest, type Monotonic, type WallTime } from "./time.ts";

/** A holder whose node neither forges nor is about to lets the lease run out after this. */
const ABOUT_TO_FORGE_MS = 12_000;

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
  // Who gives the local lease up leaves this to who leads here next, and hurries no stop for its sake.
  if (context.localGivesUp !== "no") return judged;
  const epoch = context.guard?.epoch ?? 0;
  const givingUp = { epoch, reason: decision.cause, to: decision.to, lapses: false };
  return { ...judged, givingUp };
}

/**
 * Since when a lease of ours that we let run out is open to all, ourselves included: were it for the
 * others only, it would stay as it is for ever where none of them may forge.
 */
export function ranOutAt(
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
  const mayHold = standing.kind === "mine" || standing.kind === "wait" ||
    standing.kind === "exhausted";
  const isHeld = !ranOut && mayHold && record?.holder !== "";
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

/** Our own cluster as the verdict has it. */
export function ownVerdict({ verdict, settings }: ForgeTier) {
  return verdict === undefined ? undefined : findCluster(verdict, settings.cluster);
}
