// Owns the manager's machine: what is wished of each lease, when to grant, and when to give up.
// Never grants by anything but a write that succeeded, and never releases before the guard says fenced.

import { assertNever } from "./assert_never.ts";
import { stepElection } from "./election.ts";
import { holdRuns } from "./election_moves.ts";
import type { ElectionEffect, ElectionEvent, Wish } from "./election_state.ts";
import type { KillFrom } from "./fence.ts";
import {
  forgeReleaseIsDue,
  grant,
  planForgeWatches,
  stepForge,
  takeForgeEvent,
} from "./manager_forge.ts";
import { nameIsFree, stepOnePrevious, stepPrevious } from "./manager_previous.ts";
import {
  type GuardView,
  isLeaving,
  type ManagerEvent,
  type ManagerInstant,
  type ManagerStep,
  type Managing,
} from "./manager_state.ts";
import {
  contextFor,
  noteReceipt,
  secondToRelease,
  standing,
  type Turn,
  update,
} from "./manager_turn.ts";
import { earliest } from "./time.ts";

/** Takes one event; returns the state after it, what to do, and when to be asked again. */
export function stepManager(
  state: Managing,
  { event, now, random }: { event: ManagerEvent; now: ManagerInstant; random: number },
): ManagerStep {
  const { serial } = state;
  const turn: Turn = { state, effects: [], now, random, wakeAt: undefined, serial };
  take(turn, event);
  decideToGiveUp(turn);
  // While a request is under way nothing is planned beside it.
  if (turn.state.local.business === undefined) stepLocal(turn, { kind: "tick" });
  stepPrevious(turn);
  stepForge(turn, { kind: "tick" });
  noteLeadership(turn);
  planWatch(turn);
  planForgeWatches(turn);
  finish(turn);
  update(turn, { serial: turn.serial });
  return { state: turn.state, effects: turn.effects, wakeAt: turn.wakeAt };
}

function take(turn: Turn, event: ManagerEvent): void {
  switch (event.kind) {
    case "tick":
      return;
    case "report":
      return takeReport(turn, event.guard);
    case "lease_seen":
      return route(turn, event.name, { kind: "seen", object: event.object, by: event.by });
    case "lease_read_failed":
      return route(turn, event.name, { kind: "read_failed", failure: event.failure });
    case "lease_written":
      return route(turn, event.name, { kind: "written", outcome: event.outcome });
    case "stamp":
      stepLocal(turn, { ...event, kind: "stamped" });
      return stepForge(turn, { ...event, kind: "stamped" });
    case "clusters_seen":
    case "claim_tried":
    case "health_checked":
    case "tip_checked":
      return takeForgeEvent(turn, event);
    case "pod_deleting":
      if (turn.state.podDeleting) return;
      update(turn, { podDeleting: true });
      if (turn.state.givingUp === undefined) giveUp(turn, "pod_deleting", "permit_end");
      return;
    case "shutdown":
      update(turn, { shuttingDown: true });
      if (turn.state.givingUp === undefined) giveUp(turn, "shutdown", "half_fence");
      return;
    default:
      return assertNever(event);
  }
}

function takeReport(turn: Turn, guard: GuardView): void {
  const { guard: before, local, poolId } = turn.state;
  update(turn, { guard, poolId: guard.poolId ?? poolId });
  // What was renewed while a stop was unconfirmed bought no permit then, and may do so now.
  const fitAgain = before?.unfit !== undefined && guard.unfit === undefined;
  const unspent = holdRuns(local, turn.now.monotonic) && local.hold?.stamp.epoch === guard.epoch;
  if (fitAgain && unspent && local.business === undefined) grant(turn);
}

function route(turn: Turn, name: string, event: ElectionEvent): void {
  if (name === turn.state.settings.lease.name) return stepLocal(turn, event);
  if (name === turn.state.settings.forge?.lease.name) return stepForge(turn, event);
  const previous = turn.state.previous[name];
  if (previous === undefined) return;
  stepOnePrevious(turn, { name, event });
}

function decideToGiveUp(turn: Turn): void {
  const { guard, local, givingUp } = turn.state;
  if (guard === undefined) return;
  const ours = local.hold !== undefined || standing(turn).kind === "mine";
  if (givingUp !== undefined) {
    const fitAgain = guard.unfit === undefined && guard.epoch > givingUp.epoch;
    const settled = !ours && local.business === undefined;
    // Who leaves goes on giving up: that is what keeps it from any further claim.
    if (!isLeaving(turn.state) && (fitAgain || settled)) update(turn, { givingUp: undefined });
    return;
  }
  // Not knowing yet what the node does forbids a new claim, not going on with what is ours.
  if (guard.unfit === undefined || guard.unfit.code === "forging_unconfirmed") return;
  if (ours) giveUp(turn, guard.unfit.code, "half_fence");
}

function giveUp(turn: Turn, reason: string, killFrom: KillFrom): void {
  update(turn, { givingUp: { epoch: turn.state.guard?.epoch ?? 0, reason } });
  turn.effects.push({ kind: "revoke", reason, killFrom });
}

function localWish(turn: Turn): Wish {
  const { guard, givingUp } = turn.state;
  if (guard === undefined) return { kind: "follow" };
  if (givingUp !== undefined) {
    // Only a report made after the revoke says anything of the stop that it asked for.
    if (guard.epoch <= givingUp.epoch || guard.fencing) return { kind: "keep" };
    if (guard.fencedSecond !== undefined) {
      // Once ours is released we lead this cluster no more, and may not act on the other.
      if (forgeReleaseIsDue(turn)) return { kind: "keep" };
      return { kind: "release", fencedSecond: secondToRelease(turn, guard.fencedSecond) };
    }
    return { kind: "lapse" };
  }
  if (guard.unfit?.code === "forging_unconfirmed") return { kind: "keep" };
  if (guard.unfit !== undefined) return { kind: "follow" };
  return nameIsFree(turn) ? { kind: "lead" } : { kind: "keep" };
}

function stepLocal(turn: Turn, event: ElectionEvent): void {
  const { election, effects, wakeAt } = stepElection(turn.state.local, {
    event,
    context: contextFor(turn, localWish(turn)),
  });
  if (election !== turn.state.local) update(turn, { local: election });
  noteReceipt(turn, election);
  turn.wakeAt = earliest(turn.wakeAt, wakeAt);
  for (const effect of effects) takeLocalEffect(turn, effect);
}

function takeLocalEffect(turn: Turn, effect: ElectionEffect): void {
  switch (effect.kind) {
    case "wrote":
      turn.effects.push(effect);
      if (effect.write === "renew" || effect.write === "claim" || effect.write === "write_back") {
        grant(turn);
      } else if (effect.write === "release") {
        turn.effects.push({ kind: "forget_nonces" });
      }
      return;
    case "lost":
      turn.effects.push(
        { kind: "revoke", reason: "lease_lost", killFrom: "half_fence" },
        { kind: "forget_nonces" },
      );
      return;
    default:
      turn.effects.push(effect);
  }
}

function noteLeadership(turn: Turn): void {
  const leads = holdRuns(turn.state.local, turn.now.monotonic);
  if (leads === turn.state.leads) return;
  const reason = leads ? "lease_acquired" : turn.state.givingUp?.reason ?? "lease_ended";
  update(turn, { leads });
  turn.effects.push({ kind: "leadership", leads, reason });
}

/** The holder learns of every change by its own writes; a watch would only echo them. */
function planWatch(turn: Turn): void {
  const watching = !turn.state.leads && !turn.state.finished;
  if (watching === turn.state.watching) return;
  update(turn, { watching });
  const { name } = turn.state.settings.lease;
  turn.effects.push({ kind: watching ? "watch_lease" : "unwatch_lease", name });
}

function finish(turn: Turn): void {
  const { shuttingDown, finished, local } = turn.state;
  if (!shuttingDown || finished || local.business !== undefined) return;
  const held = local.hold !== undefined || standing(turn).kind === "mine";
  if (held && localWish(turn).kind !== "lapse") return;
  update(turn, { finished: true, watching: false });
  turn.effects.push({ kind: "finished" });
}
