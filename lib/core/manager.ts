// Owns the manager's machine: what is wished of each lease, when to grant, and when to give up.
// Never grants by anything but a write that succeeded, and never releases before the guard says fenced.

import { assertNever } from "./assert_never.ts";
import { stepElection } from "./election.ts";
import { holdRuns, isMarked, standingOf } from "./election_moves.ts";
import type {
  Election,
  ElectionContext,
  ElectionEffect,
  ElectionEvent,
  Wish,
} from "./election_state.ts";
import type { Standing } from "./lease.ts";
import type { LeaseWriter } from "./lease_record.ts";
import {
  type GuardView,
  type ManagerEffect,
  type ManagerEvent,
  type ManagerInstant,
  type ManagerStep,
  type Managing,
  newPreviousLease,
  type PreviousLease,
} from "./manager_state.ts";
import { combineHolds } from "./permit.ts";
import { addMs, earliest, isBefore, type Monotonic, wallSecond } from "./time.ts";

/** A lock of an older name has no watch: it is only looked at until it is marked as moved. */
const PREVIOUS_READ_MS = 3_000;
/** As long as the guard waits for a fenced second that is ahead of its clock. */
const CLOCKS_APART_SECONDS_MAX = 2;

interface Turn {
  state: Managing;
  readonly effects: ManagerEffect[];
  readonly now: ManagerInstant;
  readonly random: number;
  wakeAt: Monotonic | undefined;
}

/** Takes one event; returns the state after it, what to do, and when to be asked again. */
export function stepManager(
  state: Managing,
  { event, now, random }: { event: ManagerEvent; now: ManagerInstant; random: number },
): ManagerStep {
  const turn: Turn = { state, effects: [], now, random, wakeAt: undefined };
  take(turn, event);
  decideToGiveUp(turn);
  stepLocal(turn, { kind: "tick" });
  stepPrevious(turn);
  noteLeadership(turn);
  planWatch(turn);
  finish(turn);
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
      return stepLocal(turn, { ...event, kind: "stamped" });
    case "shutdown":
      update(turn, { shuttingDown: true });
      if (turn.state.givingUp === undefined) giveUp(turn, "shutdown");
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
  const previous = turn.state.previous[name];
  if (previous === undefined) return;
  stepOnePrevious(turn, { name, event });
}

function decideToGiveUp(turn: Turn): void {
  const { guard, local, givingUp, shuttingDown } = turn.state;
  if (guard === undefined) return;
  const ours = local.hold !== undefined || standing(turn).kind === "mine";
  if (givingUp !== undefined) {
    const fitAgain = guard.unfit === undefined && guard.epoch > givingUp.epoch;
    const settled = !ours && local.business === undefined;
    if (!shuttingDown && (fitAgain || settled)) update(turn, { givingUp: undefined });
    return;
  }
  // Not knowing yet what the node does forbids a new claim, not going on with what is ours.
  if (guard.unfit === undefined || guard.unfit.code === "forging_unconfirmed") return;
  if (ours) giveUp(turn, guard.unfit.code);
}

function giveUp(turn: Turn, reason: string): void {
  update(turn, { givingUp: { epoch: turn.state.guard?.epoch ?? 0, reason } });
  turn.effects.push({ kind: "revoke", reason });
}

function localWish(turn: Turn): Wish {
  const { guard, givingUp } = turn.state;
  if (guard === undefined) return { kind: "follow" };
  if (givingUp !== undefined) {
    // Only a report made after the revoke says anything of the stop that it asked for.
    if (guard.epoch <= givingUp.epoch || guard.fencing) return { kind: "keep" };
    if (guard.fencedSecond !== undefined) {
      return { kind: "release", fencedSecond: secondToRelease(turn, guard.fencedSecond) };
    }
    return { kind: "lapse" };
  }
  if (guard.unfit?.code === "forging_unconfirmed") return { kind: "keep" };
  if (guard.unfit !== undefined) return { kind: "follow" };
  return nameIsFree(turn) ? { kind: "lead" } : { kind: "keep" };
}

/** Whether every lock that went by another name is marked as moved, so that nobody takes it any more. */
function nameIsFree(turn: Turn): boolean {
  const { previous } = turn.state;
  const at = standing(turn);
  if (at.kind === "mine") return true;
  if (at.kind === "moved" && at.to.some((name) => previous[name] === undefined)) return false;
  return Object.values(previous).every((one) => isCleared(turn, one));
}

/**
 * Nobody takes it any more: it is another pool's, or marked as moved. Where ours is marked too, as
 * when a new name is rolled back half-way, only the later of two marks counts, else the pods of both
 * names would each see the other's lock as left. Transitions give the order; the PUT of a claim
 * proves that our own mark is still the one they were compared with.
 */
function isCleared(turn: Turn, { election }: PreviousLease): boolean {
  const at = standingOf(election, { writer: writerOf(turn.state), now: turn.now.monotonic });
  if (at.kind === "other_pool") return true;
  return at.kind === "moved" && isMarked(at.record, markWanted(turn));
}

/** By our name, and above the mark on our own lease where that has one. */
function markWanted({ state }: Turn): { to: string; above: number } {
  const { seen } = state.local.view;
  const isMarked = typeof seen === "object" && seen.movedTo.length > 0;
  return { to: state.settings.lease.name, above: isMarked ? seen.transitions : -1 };
}

function stepLocal(turn: Turn, event: ElectionEvent): void {
  const { election, effects, wakeAt } = stepElection(turn.state.local, {
    event,
    context: contextFor(turn, localWish(turn)),
  });
  update(turn, { local: election });
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
      turn.effects.push({ kind: "revoke", reason: "lease_lost" }, { kind: "forget_nonces" });
      return;
    default:
      turn.effects.push(effect);
  }
}

function grant(turn: Turn): void {
  const { local, givingUp, seenFencedSecond } = turn.state;
  const [nonce] = local.nonces;
  const request = combineHolds([local.hold]);
  if (request === undefined || nonce === undefined || givingUp !== undefined) return;
  const seconds = [request.fencedSecond, seenFencedSecond].filter((one) => one !== undefined);
  const fencedSecond = seconds.length === 0 ? undefined : Math.max(...seconds);
  turn.effects.push({ kind: "grant", request: { ...request, fencedSecond }, nonce });
}

function stepPrevious(turn: Turn): void {
  const at = standing(turn);
  if (at.kind === "moved") addPrevious(turn, at.to);
  if (at.kind === "mine" || turn.state.shuttingDown) return;
  for (const [name, previous] of Object.entries(turn.state.previous)) {
    if (!isCleared(turn, previous)) stepOnePrevious(turn, { name, event: { kind: "tick" } });
  }
}

/** A lock that a mark names as its successor may be held by pods that are not told of our name yet. */
function addPrevious(turn: Turn, names: readonly string[]): void {
  const { settings, previous } = turn.state;
  const unknown = names.filter((name) => name !== settings.lease.name && !(name in previous));
  if (unknown.length === 0) return;
  const added = unknown.map((name) => [name, newPreviousLease(settings, name)]);
  update(turn, { previous: { ...previous, ...Object.fromEntries(added) } });
}

function stepOnePrevious(
  turn: Turn,
  { name, event }: { name: string; event: ElectionEvent },
): void {
  const previous = turn.state.previous[name];
  if (previous === undefined) return;
  const { monotonic } = turn.now;
  const readDue = previous.readAt === undefined ||
    !isBefore(monotonic, addMs(previous.readAt, PREVIOUS_READ_MS));
  const readNow = readDue && previous.election.business === undefined;
  // Looked at from the beginning, so that its wait is over when ours is; marked by who may lead.
  const { guard, givingUp } = turn.state;
  const fit = guard !== undefined && guard.unfit === undefined && givingUp === undefined;
  const wish: Wish = fit ? { kind: "move", ...markWanted(turn) } : { kind: "follow" };
  const { election, effects, wakeAt } = stepElection(
    readNow ? { ...previous.election, mustRead: true } : previous.election,
    { event, context: contextFor(turn, wish) },
  );
  turn.effects.push(...effects.filter((one) => one.kind !== "lost"));
  const readAt = readNow ? monotonic : previous.readAt;
  const at = standingOf(election, { writer: writerOf(turn.state), now: monotonic });
  const one = { election, readAt };
  update(turn, { previous: { ...turn.state.previous, [name]: one } });
  if (at.kind === "moved") addPrevious(turn, at.to);
  noteReceipt(turn, election);
  if (isCleared(turn, one)) return;
  const nextRead = readAt === undefined || election.business !== undefined
    ? undefined
    : addMs(readAt, PREVIOUS_READ_MS);
  turn.wakeAt = earliest(turn.wakeAt, wakeAt, nextRead);
}

function noteReceipt(turn: Turn, { view }: Election): void {
  if (typeof view.seen !== "object") return;
  const fencedSecond = view.seen.receipt?.fencedSecond ?? view.seen.fencedSecond;
  if (fencedSecond === undefined) return;
  const before = turn.state.seenFencedSecond ?? fencedSecond;
  update(turn, { seenFencedSecond: Math.max(before, fencedSecond) });
}

/**
 * What our receipt says: the second of our own stop, or that of the one before us where we never
 * came to forge in between and our clock is a little behind. One far ahead is a clock gone astray.
 */
function secondToRelease({ state, now }: Turn, ownSecond: number): number {
  const seen = state.seenFencedSecond ?? ownSecond;
  const isPlausible = seen <= wallSecond(now.wall) + CLOCKS_APART_SECONDS_MAX;
  return isPlausible ? Math.max(seen, ownSecond) : ownSecond;
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
  turn.effects.push({ kind: watching ? "watch_lease" : "unwatch_lease" });
}

function finish(turn: Turn): void {
  const { shuttingDown, finished, local } = turn.state;
  if (!shuttingDown || finished || local.business !== undefined) return;
  const held = local.hold !== undefined || standing(turn).kind === "mine";
  if (held && localWish(turn).kind !== "lapse") return;
  update(turn, { finished: true, watching: false });
  turn.effects.push({ kind: "finished" });
}

export function writerOf({ settings, poolId }: Managing): LeaseWriter | undefined {
  if (poolId === undefined) return undefined;
  return {
    holder: settings.podName,
    holderUid: settings.podUid,
    poolId,
    durationSeconds: Math.ceil(settings.lease.durationMs / 1_000),
  };
}

function contextFor(turn: Turn, wish: Wish): ElectionContext {
  const { serial, settings, guard, seenFencedSecond } = turn.state;
  update(turn, { serial: serial + 1 });
  return {
    wish,
    writer: writerOf(turn.state),
    now: turn.now,
    random: turn.random,
    fresh: serial,
    nonceBase: settings.nonceBase,
    fencedSecond: seenFencedSecond,
    epoch: guard?.epoch ?? 0,
  };
}

function standing(turn: Turn): Standing {
  return standingOf(turn.state.local, {
    writer: writerOf(turn.state),
    now: turn.now.monotonic,
  });
}

function update(turn: Turn, change: Partial<Managing>): void {
  turn.state = { ...turn.state, ...change };
}
