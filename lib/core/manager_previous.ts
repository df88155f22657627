// Owns locks that went by an older name: each is marked as moved before the present one is first claimed.
// Never claims one.

import { stepElection } from "./election.ts";
import { isMarked, standingOf } from "./election_moves.ts";
import type { ElectionEvent, Wish } from "./election_state.ts";
import { isLeaving, newPreviousLease, type PreviousLease } from "./manager_state.ts";
import { contextFor, noteReceipt, standing, type Turn, update, writerOf } from "./manager_turn.ts";
import { addMs, earliest, isBefore } from "./time.ts";

/** A lock of an older name has no watch: it is only looked at until it is marked as moved. */
const PREVIOUS_READ_MS = 3_000;

/** Whether every lock that went by another name is marked as moved, so that nobody takes it any more. */
export function nameIsFree(turn: Turn): boolean {
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

export function stepPrevious(turn: Turn): void {
  const at = standing(turn);
  if (at.kind === "moved") addPrevious(turn, at.to);
  if (at.kind === "mine" || isLeaving(turn.state)) return;
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

export function stepOnePrevious(
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
