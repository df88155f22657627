// Owns one step of the manager under way, and the contexts in which its elections step.
// Never changes a state in place: it is replaced.

import { standingOf } from "./election_moves.ts";
import type { Election, ElectionContext, Wish } from "./election_state.ts";
import type { Standing } from "./lease.ts";
import type { LeaseWriter } from "./lease_writes.ts";
import type { ManagerEffect, ManagerInstant, Managing } from "./manager_state.ts";
import { type Monotonic, wallSecond } from "./time.ts";

/** As long as the guard waits for a fenced second that is ahead of its clock. */
const CLOCKS_APART_SECONDS_MAX = 2;

export interface Turn {
  state: Managing;
  readonly effects: ManagerEffect[];
  readonly now: ManagerInstant;
  readonly random: number;
  wakeAt: Monotonic | undefined;
  /** Of the next context; the state keeps it from one step to the next. */
  serial: number;
}

export function update(turn: Turn, change: Partial<Managing>): void {
  turn.state = { ...turn.state, ...change };
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

export function contextFor(turn: Turn, wish: Wish): ElectionContext {
  const { settings, guard, seenFencedSecond } = turn.state;
  return {
    wish,
    writer: writerOf(turn.state),
    now: turn.now,
    random: turn.random,
    fresh: turn.serial++,
    nonceBase: settings.nonceBase,
    fencedSecond: seenFencedSecond,
    epoch: guard?.epoch ?? 0,
    provenUntil: undefined,
  };
}

export function standing(turn: Turn): Standing {
  return standingOf(turn.state.local, {
    writer: writerOf(turn.state),
    now: turn.now.monotonic,
  });
}

/** Keeps the latest second of a stop that any lease told of. */
export function noteReceipt(turn: Turn, { view }: Election): void {
  if (typeof view.seen !== "object") return;
  const fencedSecond = view.seen.receipt?.fencedSecond ?? view.seen.fencedSecond;
  if (fencedSecond === undefined) return;
  const before = turn.state.seenFencedSecond;
  if (before === undefined || before < fencedSecond) {
    update(turn, { seenFencedSecond: fencedSecond });
  }
}

/**
 * What our receipt says: the second of our own stop, or that of the one before us where we never
 * came to forge in between and our clock is a little behind. One far ahead is a clock gone astray.
 */
export function secondToRelease(
  { state, now }: Pick<Turn, "state" | "now">,
  ownSecond: number,
): number {
  const seen = state.seenFencedSecond ?? ownSecond;
  const isPlausible = seen <= wallSecond(now.wall) + CLOCKS_APART_SECONDS_MAX;
  return isPlausible ? Math.max(seen, ownSecond) : ownSecond;
}
