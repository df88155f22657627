// Owns what is done under a permit: start the node, keep it forging, or give the start up.
// Never starts one whose stop is not confirmed, nor by a permit that was carried over.

import { installFiles, RETRY_MS, retryIsDue, sighup } from "./forging_acts.ts";
import { SETTLE_MS, SLOT_WAIT_MS_MAX } from "./forging_state.ts";
import { endPermit, failStart, log, openFence, type Turn, update } from "./forging_turn.ts";
import { signalIsSettled, wantsForging } from "./node_life.ts";
import { tryEndsAt } from "./start_tries.ts";
import { addMs, elapsedMs, isBefore, wallSecond } from "./time.ts";

export function moveTowardsForging(turn: Turn): void {
  const { node, settings } = turn.state;
  if (!settings.nodeRequired && node.identity === undefined) return keepFilesUnderPermit(turn);
  if (node.phase !== "ready") return;
  if (node.forging) return keepForging(turn);
  if (turn.state.permit?.carried) return endCarriedPermit(turn);
  if (isStarting(turn)) return awaitStart(turn);
  // A node that ran before us may forge already: its metrics are asked first, once.
  const askFirst = node.ranBeforeGuard && turn.state.settings.metricsConfigured &&
    turn.state.scrapedAt === undefined;
  if (askFirst) return;
  // Only a node whose stop is confirmed is started, so that no slot is checked twice.
  if (node.suspicion !== "none") {
    return openFence(turn, { reason: "unconfirmed", claimableAt: undefined });
  }
  startForging(turn);
}

/** Whether the start was signalled, and its effect is awaited. */
export function isStarting({ state: { node, startSince } }: Turn): boolean {
  return startSince !== undefined && node.signal !== undefined &&
    wantsForging(node.signal.reason) && !isBefore(node.signal.at, startSince);
}

function awaitStart(turn: Turn): void {
  const { startSince, startTries, files } = turn.state;
  if (startSince === undefined) return;
  if (isBefore(turn.now.monotonic, tryEndsAt(startTries, startSince))) return;
  failStart(turn, files.problem ?? "no effect of the signal was seen");
}

/** A trial without a node: the files are all there is to hold. */
function keepFilesUnderPermit(turn: Turn): void {
  const { files, credentials, permit } = turn.state;
  const current = files.inPlace === "installed" && files.generation === credentials.generation;
  if (!current && credentials.usable && permit?.carried === false && retryIsDue(turn)) {
    installFiles(turn);
  }
}

/** A carried permit lets a forging node go on; a node that is seen not to forge gets no start from it. */
function endCarriedPermit(turn: Turn): void {
  const { node } = turn.state;
  const seenStopped = node.gauge === 0 && node.gaugeReadAt !== undefined;
  if (seenStopped) endPermit(turn, "carried_permit_unused");
}

function keepForging(turn: Turn): void {
  const { startSince, permit, credentials, files, fence } = turn.state;
  if (startSince !== undefined) {
    log(turn, {
      level: "info",
      message: "Forging confirmed",
      fields: {
        tookMs: elapsedMs(startSince, turn.now.monotonic),
        verified: turn.state.node.metricsReadable ? 1 : 0,
      },
    });
    update(turn, {
      startSince: undefined,
      startTries: undefined,
      slotWaitSince: undefined,
      backoff: undefined,
      refreshing: false,
      fencedSecond: undefined,
    });
  }
  const newer = credentials.usable && files.generation !== credentials.generation;
  // A second signal inside a slot makes the node check that slot again, with the new keys: so a
  // rotation is a stop and a start, and the slot rule lies between them.
  if (newer && permit?.carried === false && fence === undefined) {
    openFence(turn, { reason: "credentials_changed", claimableAt: undefined });
    update(turn, { refreshing: true });
  }
}

function startForging(turn: Turn): void {
  const { state, now } = turn;
  const startSince = state.startSince ?? now.monotonic;
  if (state.startSince === undefined) update(turn, { startSince });
  if (!isBefore(now.monotonic, tryEndsAt(state.startTries, startSince))) {
    return failStart(turn, state.files.problem ?? "the start could not be signalled");
  }
  const { node, files, credentials } = state;
  if (!credentials.usable) return failStart(turn, "no usable credentials");
  // Nor are files put in place before: a signal whose handler is still under way would find them.
  if (!signalIsSettled(node, { now: now.monotonic, settleMs: SETTLE_MS })) return;
  if (mustAwaitSlot(turn)) return;
  if (files.inPlace !== "installed" || files.generation !== credentials.generation) {
    if (retryIsDue(turn)) installFiles(turn);
    return;
  }
  const { startMissedAt } = state;
  const missed = startMissedAt !== undefined &&
    isBefore(now.monotonic, addMs(startMissedAt, RETRY_MS));
  if (missed) return;
  sighup(turn, state.refreshing ? "credentials_changed" : "enable_forging");
}

/** Whether the second of the last fence, the other holder's or our own, is not over yet. */
function mustAwaitSlot(turn: Turn): boolean {
  const { permit, lastFencedSecond, slotWaitSince } = turn.state;
  const fenced = Math.max(permit?.fencedSecond ?? -Infinity, lastFencedSecond ?? -Infinity);
  if (wallSecond(turn.now.wall) > fenced) return false;
  const since = slotWaitSince ?? turn.now.monotonic;
  if (slotWaitSince === undefined) update(turn, { slotWaitSince: since });
  return isBefore(turn.now.monotonic, addMs(since, SLOT_WAIT_MS_MAX));
}
