// Owns the manager's machine: what is wished of each lease, when to grant, and when to give up.
// Never grants by anything but a write that succeeded, and never releases before the guard says fenced.

import { assertNever } from "./assert_never.ts";
import { stepElection } from "./election.ts";
import { holdRuns, standingOf } from "./election_moves.ts";
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
} from "./manager_state.ts";
import { combineHolds } from "./permit.ts";
import { addMs, earliest, isBefore, type Monotonic } from "./time.ts";

/** A lock of an older name has no watch: it is only looked at until it is marked as moved. */
const PREVIOUS_READ_MS = 3_000;

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
      return { kind: "release", fencedSecond: guard.fencedSecond };
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
  if (at.kind === "moved" && previous[at.to]?.cleared !== true) return false;
  return Object.values(previous).every((one) => one.cleared);
}

function stepLocal(turn: Turn, event: ElectionEvent): void {
  const { election, effects, wakeAt } = stepElection(turn.state.local, {
    event,
    context: contextFor(turn, localWish(turn)),
  });
  update(turn, { local: election });
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
  const { local, givingUp, previousFencedSecond } = turn.state;
  const [nonce] = local.nonces;
  const request = combineHolds([local.hold]);
  if (request === undefined || nonce === undefined || givingUp !== undefined) return;
  const seconds = [request.fencedSecond, previousFencedSecond].filter((one) => one !== undefined);
  const fencedSecond = seconds.length === 0 ? undefined : Math.max(...seconds);
  turn.effects.push({ kind: "grant", request: { ...request, fencedSecond }, nonce });
}

function stepPrevious(turn: Turn): void {
  const { guard, givingUp, settings } = turn.state;
  const at = standing(turn);
  if (at.kind === "moved" && turn.state.previous[at.to] === undefined) {
    const added = { ...turn.state.previous, [at.to]: newPreviousLease(settings, at.to) };
    update(turn, { previous: added });
  }
  const fit = guard !== undefined && guard.unfit === undefined && givingUp === undefined;
  if (!fit || at.kind === "mine") return;
  for (const [name, previous] of Object.entries(turn.state.previous)) {
    if (!previous.cleared) stepOnePrevious(turn, { name, event: { kind: "tick" } });
  }
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
  const wish: Wish = { kind: "move", to: turn.state.settings.lease.name };
  const { election, effects, wakeAt } = stepElection(
    readNow ? { ...previous.election, mustRead: true } : previous.election,
    { event, context: contextFor(turn, wish) },
  );
  turn.effects.push(...effects.filter((one) => one.kind !== "lost"));
  const readAt = readNow ? monotonic : previous.readAt;
  const at = standingOf(election, { writer: writerOf(turn.state), now: monotonic });
  const cleared = at.kind === "moved" || at.kind === "other_pool";
  const all = { ...turn.state.previous, [name]: { election, readAt, cleared } };
  update(turn, { previous: all });
  const fencedSecond = receiptSecond(previous.election);
  if (fencedSecond !== undefined) {
    const before = turn.state.previousFencedSecond ?? fencedSecond;
    update(turn, { previousFencedSecond: Math.max(before, fencedSecond) });
  }
  if (cleared) return;
  const nextRead = readAt === undefined ? undefined : addMs(readAt, PREVIOUS_READ_MS);
  turn.wakeAt = earliest(turn.wakeAt, wakeAt, nextRead);
}

function receiptSecond({ view }: Election): number | undefined {
  return typeof view.seen === "object" ? view.seen.receipt?.fencedSecond : undefined;
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
  const { serial, settings, guard } = turn.state;
  update(turn, { serial: serial + 1 });
  return {
    wish,
    writer: writerOf(turn.state),
    now: turn.now,
    random: turn.random,
    fresh: serial,
    nonceBase: settings.nonceBase,
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
