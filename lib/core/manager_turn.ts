// Owns one step of the manager under way, and the contexts in which its elections step.
// Never changes a state in place: it is replaced.

import { standingOf } from "./election_moves.ts";
import type { ElectionContext, Wish } from "./election_state.ts";
import type { Standing } from "./lease.ts";
import type { LeaseWriter } from "./lease_record.ts";
import type { ManagerEffect, ManagerInstant, Managing } from "./manager_state.ts";
import type { Monotonic } from "./time.ts";

export interface Turn {
  state: Managing;
  readonly effects: ManagerEffect[];
  readonly now: ManagerInstant;
  readonly random: number;
  wakeAt: Monotonic | undefined;
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

export function standing(turn: Turn): Standing {
  return standingOf(turn.state.local, {
    writer: writerOf(turn.state),
    now: turn.now.monotonic,
  });
}
