// Owns one step under way, and the few ways in which a permit ends and a fence opens and closes.
// Never reads a clock: the instant of the step came with its event.

import { hurried, type KillFrom } from "./fence.ts";
import type { ForgingEffect, Guarding } from "./forging_state.ts";
import { nextEpoch } from "./permit.ts";
import { withTry } from "./start_tries.ts";
import {
  addMs,
  elapsedMs,
  type GuardInstant,
  instantAgo,
  type PermitTime,
  wallSecond,
} from "./time.ts";

const BACKOFF_FIRST_MS = 30_000;
const BACKOFF_MS_MAX = 300_000;
const MARGINS_KEPT = 16;

/** One step under way: the state is replaced, never changed in place. */
export interface Turn {
  state: Guarding;
  readonly effects: ForgingEffect[];
  readonly now: GuardInstant;
}

/** Ends the permit, for whatever reason, and opens a fence where there is something to fence. */
export function endPermit(
  turn: Turn,
  reason: string,
  { killFrom = "half_fence" }: { killFrom?: KillFrom } = {},
): void {
  const { state } = turn;
  const { permit, startSince: since, startTries } = state;
  const cutShort = permit !== undefined && since !== undefined;
  update(turn, {
    startTries: cutShort ? withTry(startTries, { since, permit, now: turn.now }) : startTries,
    stamps: nextEpoch(state.stamps),
    permit: undefined,
    startSince: undefined,
    slotWaitSince: undefined,
    refreshing: false,
  });
  if (state.permit === undefined) return;
  update(turn, { stopOwedSince: turn.now.permit });
  log(turn, { level: "info", message: "Permit ends", fields: { reason } });
  openFence(turn, {
    reason,
    claimableAt: addMs(state.permit.sentAt, state.settings.leaseDurationMs),
    patientUntil: killFrom === "permit_end" ? state.permit.until : undefined,
  });
  keepPermit(turn);
}

/** A fence that was patient is so no more: who asks now does not know how long others still wait. */
export function hurryFence(turn: Turn, reason: string): void {
  const { fence } = turn.state;
  if (fence === undefined) return;
  const after = hurried(fence, turn.now);
  if (after === fence) return;
  update(turn, { fence: after });
  log(turn, {
    level: "info",
    message: "Fence has no more time",
    fields: { reason, was: fence.reason },
  });
}

export function openFence(
  turn: Turn,
  { reason, claimableAt, patientUntil }: {
    reason: string;
    claimableAt: PermitTime | undefined;
    patientUntil?: PermitTime | undefined;
  },
): void {
  const { fence, stopOwedSince } = turn.state;
  if (fence !== undefined) return;
  const { now } = turn;
  update(turn, {
    fence: {
      reason,
      since: stopOwedSince === undefined
        ? now
        : instantAgo(now, elapsedMs(stopOwedSince, now.permit)),
      openedAt: now.monotonic,
      claimableAt,
      patientUntil,
      signalledAt: undefined,
      killedAt: undefined,
    },
    fencedSecond: undefined,
  });
}

/** The stop is confirmed: notes the second for the receipt, when the files are gone too. */
export function closeFence(turn: Turn): void {
  const { fence, files, fenceMarginsMs, fences, permit, stopOwedSince } = turn.state;
  update(turn, { stopOwedSince: undefined });
  const isOnFile = fence !== undefined || stopOwedSince !== undefined;
  if (permit === undefined && isOnFile) keepPermit(turn);
  const second = wallSecond(turn.now.wall);
  if (files.inPlace === "absent") {
    update(turn, { fencedSecond: second, lastFencedSecond: second });
  }
  if (fence === undefined) return;
  const tookMs = elapsedMs(fence.since.monotonic, turn.now.monotonic);
  const marginMs = fence.claimableAt === undefined
    ? undefined
    : elapsedMs(turn.now.permit, fence.claimableAt);
  update(turn, {
    fence: undefined,
    fences: marginMs === undefined ? fences : fences + 1,
    fenceMarginsMs: marginMs === undefined
      ? fenceMarginsMs
      : [...fenceMarginsMs, marginMs].slice(-MARGINS_KEPT),
  });
  log(turn, {
    level: "info",
    message: "Fence confirmed",
    fields: { reason: fence.reason, tookMs, marginMs },
  });
}

/** A start took no effect: gives the permit up, and backs off before the next try. */
export function failStart(turn: Turn, why: string): void {
  const failures = (turn.state.backoff?.failures ?? 0) + 1;
  const backoffMs = Math.min(BACKOFF_FIRST_MS * 2 ** (failures - 1), BACKOFF_MS_MAX);
  update(turn, { backoff: { until: addMs(turn.now.monotonic, backoffMs), failures } });
  log(turn, {
    level: "error",
    message: "Start took no effect: giving up leadership",
    fields: { why, failures, backoffMs },
  });
  endPermit(turn, "start_failed");
  // What follows the pause has its whole time anew.
  update(turn, { startTries: undefined });
}

export function update(turn: Turn, change: Partial<Guarding>): void {
  turn.state = { ...turn.state, ...change };
}

export function log(turn: Turn, line: Omit<Extract<ForgingEffect, { kind: "log" }>, "kind">): void {
  turn.effects.push({ kind: "log", ...line });
}

/** Writes permit, or its end while the stop is owed, and nonces to the permit file, before any later effect. */
export function keepPermit(turn: Turn): void {
  turn.effects.push({
    kind: "keep_permit",
    until: turn.state.permit?.until ?? turn.state.stopOwedSince,
    nonces: turn.state.nonces,
  });
}
