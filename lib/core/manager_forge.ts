// Owns the forge lease's part of the manager's step: judge, yield, claim, renew, and the permit of both leases.
// Never grants by one lease where two are needed.

import { stepElection } from "./election.ts";
import { holdRuns, soundHold } from "./election_moves.ts";
import type { ElectionEffect, ElectionEvent, Wish } from "./election_state.ts";
import { forgeStanding, judge, noteHold } from "./forge_tier.ts";
import {
  type ForgeContext,
  forgetClusters,
  type ForgeTier,
  seeClusters,
} from "./forge_tier_state.ts";
import { forgeWish } from "./forge_tier_wish.ts";
import { noteCheck } from "./health.ts";
import { nextTransitions } from "./lease.ts";
import { claimedLease, type LeaseWriter } from "./lease_writes.ts";
import { provenUntil } from "./local_proof.ts";
import type { ManagerEvent, ManagerInstant, Managing } from "./manager_state.ts";
import {
  contextFor,
  noteReceipt,
  secondToRelease,
  type Turn,
  update,
  writerOf,
} from "./manager_turn.ts";
import { combineHolds } from "./permit.ts";
import { addMs, earliest, elapsedMs, isBefore } from "./time.ts";

/** Causes that the other replicas of this cluster share: a claim of theirs would fare no better. */
const CLUSTER_CAUSES: ReadonlySet<string> = new Set(["start_failed", "credentials_invalid"]);
const TRY_AGAIN_MS = 30_000;
/** Time alone is not asked more often. */
const LOOK_AGAIN_MS = 250;

export function stepForge(turn: Turn, event: ElectionEvent): void {
  const before = turn.state.forge;
  if (before === undefined) return;
  const context = forgeContext(turn, before);
  const tier = judge(before, context);
  if (tier.givingUp !== undefined && before.givingUp === undefined) {
    const { to, reason } = tier.givingUp;
    const revoke = { kind: "revoke", reason, killFrom: "half_fence" } as const;
    turn.effects.push({ kind: "yielding", to, reason }, revoke);
  }
  const wished = forgeWish(tier, context);
  const wish = withSecond(turn, wished.wish);
  const { election, effects, wakeAt: electionWakeAt } = stepElection(tier.election, {
    event,
    context: {
      ...contextFor(turn, wish),
      writer: context.writer,
      provenUntil: provenUntil(turn.state.local),
    },
  });
  const changesAt = tier.verdict?.changesInMs === undefined
    ? undefined
    : addMs(turn.now.monotonic, Math.max(LOOK_AGAIN_MS, tier.verdict.changesInMs));
  // A yield that is due waits for the other's answer, which is an event.
  const yieldsAt = tier.yieldAt === undefined || !isBefore(turn.now.wall, tier.yieldAt)
    ? undefined
    : addMs(turn.now.monotonic, elapsedMs(turn.now.wall, tier.yieldAt));
  turn.wakeAt = earliest(turn.wakeAt, wished.wakeAt, electionWakeAt, changesAt, yieldsAt);
  update(turn, { forge: noteHold({ ...tier, election }, context) });
  noteReceipt(turn, election);
  for (const effect of effects) takeEffect(turn, effect);
  tryClaim(turn, context);
}

/** The receipt of the forge lease names the latest second of either lease, as that of the local one does. */
function withSecond(turn: Turn, wish: Wish): Wish {
  if (wish.kind !== "release") return wish;
  return { ...wish, fencedSecond: secondToRelease(turn, wish.fencedSecond) };
}

function takeEffect(turn: Turn, effect: ElectionEffect): void {
  switch (effect.kind) {
    case "wrote":
      turn.effects.push(effect);
      if (effect.write !== "release" && effect.write !== "move") grant(turn);
      return;
    case "lost":
      turn.effects.push({ kind: "revoke", reason: "forge_lease_lost", killFrom: "half_fence" });
      return;
    case "request_stamp":
      turn.effects.push({ ...effect, nonce: undefined });
      return;
    default:
      turn.effects.push(effect);
  }
}

/** Whether the forge lease is ours to release, and nothing is known to be in the way of it. */
export function forgeReleaseIsDue(turn: Turn): boolean {
  const { forge } = turn.state;
  if (forge === undefined || forge.election.failures > 0) return false;
  const context = forgeContext(turn, forge);
  if (forgeStanding(forge, context).kind !== "mine") return false;
  return forgeWish(forge, context).wish.kind === "release";
}

/** Grants what all leases together allow, if they do. */
export function grant(turn: Turn): void {
  const { local, givingUp, forge, seenFencedSecond } = turn.state;
  const [nonce] = local.nonces;
  const elections = forge === undefined ? [local] : [local, forge.election];
  const request = combineHolds(elections.map(soundHold));
  if (request === undefined || nonce === undefined || givingUp !== undefined) return;
  if (forge?.givingUp !== undefined) return;
  const seconds = [request.fencedSecond, seenFencedSecond].filter((one) => one !== undefined);
  const fencedSecond = seconds.length === 0 ? undefined : Math.max(...seconds);
  turn.effects.push({ kind: "grant", request: { ...request, fencedSecond }, nonce });
}

type ForgeEvent = Extract<
  ManagerEvent,
  { kind: "clusters_seen" | "claim_tried" | "health_checked" | "tip_checked" }
>;

export function takeForgeEvent(turn: Turn, event: ForgeEvent): void {
  const { forge } = turn.state;
  if (forge === undefined) return;
  update(turn, { forge: afterEvent(forge, { event, turn }) });
}

function afterEvent(
  forge: ForgeTier,
  { event, turn }: { event: ForgeEvent; turn: Turn },
): ForgeTier {
  const at = turn.now.monotonic;
  switch (event.kind) {
    case "clusters_seen":
      return seeClusters(forge, { ...event, at });
    case "health_checked":
      return { ...forge, health: noteCheck(forge.health, event.result) };
    case "tip_checked":
      return { ...forge, farBehind: event.farBehind };
    case "claim_tried": {
      const { transitions, outcome, problem } = event;
      const trial = outcome === "retry" ? forge.trial : { transitions, outcome, problem, at };
      return { ...forge, trying: false, trial };
    }
  }
}

/** Finds out whether this cluster could claim, so that the holder knows to whom it may yield. */
function tryClaim(turn: Turn, context: ForgeContext): void {
  const { forge } = turn.state;
  const { writer } = context;
  if (forge === undefined || writer === undefined || forge.trying) return;
  if (!context.localHolds || context.guard?.isFit !== true) return;
  const { seen } = forge.election.view;
  const { kind } = forgeStanding(forge, context);
  const isPointless = kind === "mine" || kind === "exhausted";
  if (typeof seen !== "object" || isPointless || forge.election.business !== undefined) return;
  const { trial } = forge;
  const isCurrent = trial !== undefined && trial.transitions === seen.transitions &&
    (trial.outcome === "possible" ||
      isBefore(turn.now.monotonic, addMs(trial.at, TRY_AGAIN_MS)));
  if (isCurrent) return;
  update(turn, { forge: { ...forge, trying: true } });
  const object = claimedLease(seen, {
    writer,
    mark: { nonce: "dry-run", now: turn.now.wall },
    transitions: nextTransitions(forge.election.view),
  });
  const { name } = forge.settings.lease;
  turn.effects.push({ kind: "try_claim", name, object, transitions: seen.transitions });
}

/** Only the local leader watches: the forge lease while it is another's, and the clusters always. */
export function planForgeWatches(turn: Turn): void {
  const { forge, leads, finished } = turn.state;
  if (forge === undefined) return;
  const { name } = forge.settings.lease;
  const active = leads && !finished;
  const watching = active && !holdRuns(forge.election, turn.now.monotonic);
  if (watching !== forge.watching) {
    turn.effects.push({ kind: watching ? "watch_lease" : "unwatch_lease", name });
  }
  if (active !== forge.watchingClusters) {
    turn.effects.push({ kind: active ? "watch_clusters" : "unwatch_clusters" });
  }
  const kept = active || !forge.watchingClusters ? forge : forgetClusters(forge);
  update(turn, { forge: { ...kept, watching, watchingClusters: active } });
}

function forgeContext(turn: Turn, forge: ForgeTier): ForgeContext {
  return forgeContextOf({ ...turn.state, forge }, turn);
}

/** How the second tier stands in the first. */
export function forgeContextOf(
  state: Managing,
  { now }: { now: ManagerInstant },
): ForgeContext {
  const { guard, givingUp, local } = state;
  const localGivesUp = givingUp === undefined
    ? "no"
    : CLUSTER_CAUSES.has(givingUp.reason)
    ? "cluster"
    : "replica";
  return {
    localHolds: holdRuns(local, now.monotonic),
    writer: forgeWriter(state),
    guard: guard === undefined ? undefined : {
      epoch: guard.epoch,
      fencing: guard.fencing,
      fencedSecond: guard.fencedSecond,
      forging: guard.forging,
      isFit: guard.unfit === undefined,
      isUnconfirmed: guard.unfit?.code === "forging_unconfirmed",
    },
    localGivesUp,
    localEpoch: givingUp?.epoch ?? 0,
    now,
  };
}

/** `name@uid of the local Lease`: whoever holds that object acts for the cluster. */
function forgeWriter(state: Managing): LeaseWriter | undefined {
  const { seen } = state.local.view;
  const base = writerOf(state);
  if (base === undefined || state.forge === undefined || typeof seen !== "object") return undefined;
  const { cluster, lease } = state.forge.settings;
  return {
    holder: `${cluster}@${seen.uid}`,
    holderUid: seen.uid,
    poolId: base.poolId,
    durationSeconds: Math.ceil(lease.durationMs / 1_000),
  };
}
