// Owns locks that went by an older name: each is marked as moved before the present one is first claimed.
// Never claims one.

import { stepElection } from "./election.ts";
import { standingOf } from "./election_moves.ts";
import type { Election, ElectionEvent, Wish } from "./election_state.ts";
import { newPreviousLease } from "./manager_state.ts";
import { contextFor, standing, type Turn, update, writerOf } from "./manager_turn.ts";
import { addMs, earliest, isBefore } from "./time.ts";

/** A lock of an older name has no watch: it is only looked at until it is marked as moved. */
const PREVIOUS_READ_MS = 3_000;

export function stepPrevious(turn: Turn): void {
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
  const nextRead = readAt === undefined || election.business !== undefined
    ? undefined
    : addMs(readAt, PREVIOUS_READ_MS);
  turn.wakeAt = earliest(turn.wakeAt, wakeAt, nextRead);
}

function receiptSecond({ view }: Election): number | undefined {
  return typeof view.seen === "object" ? view.seen.receipt?.fencedSecond : undefined;
}
