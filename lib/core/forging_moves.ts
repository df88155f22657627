// Owns what the guard does about what it knows: start, keep, stop, clean up, look and scrape.
// Never sends a signal or touches files itself: it names at most one such act a step.

import { type Fence, killDueAt } from "./fence.ts";
import { SETTLE_MS, SLOT_WAIT_MS_MAX } from "./forging_state.ts";
import {
  closeFence,
  endPermit,
  failStart,
  log,
  openFence,
  type Turn,
  update,
} from "./forging_turn.ts";
import {
  isUp,
  type NodeLife,
  type SighupReason,
  signalIsSettled,
  wantsForging,
} from "./node_life.ts";
import { tryEndsAt } from "./start_tries.ts";
import {
  addMs,
  earliest,
  elapsedMs,
  isBefore,
  latest,
  type Monotonic,
  monotonic,
  wallSecond,
} from "./time.ts";

const LOOK_MS = 1_000;
const LOOK_SOON_MS = 250;
const LOOK_DYING_MS = 50;
const SCRAPE_WATCH_MS = 5_000;
/** Below the eight requests a second that cardano-node's own metrics server allows. */
const SCRAPE_DENSE_MS = 150;
/** A node acts on a signal within some milliseconds: the first look at its effect. */
const SCRAPE_AFTER_SIGNAL_MS = 30;
/** For the scrape that follows the settle time: two dense ones. FENCE_TIMEOUT is at least 2 s for its sake. */
const GAUGE_GRACE_MS = 400;
const RETRY_MS = 1_000;
const PROBLEM_REMEMBERED_MS = 30_000;
/** A harmless-looking node that does not confirm its first SIGHUP is asked again after this. */
const ASK_AGAIN_MS = 5_000;
/** Timers do not count suspended time, so the clock is looked at this often while it matters. */
const TICK_ACTIVE_MS = 250;
const TICK_IDLE_MS = 1_000;

/** Chooses the next moves; returns when to be asked again. */
export function actOnState(turn: Turn): Monotonic {
  if (turn.state.awaiting === undefined) move(turn);
  planLook(turn);
  planScrape(turn);
  return nextWake(turn);
}

function move(turn: Turn): void {
  const { node, permit } = turn.state;
  forgetOldProblem(turn);
  if (node.remainsToClean && !successorRunsBesideStuckFiles(turn)) return cleanUp(turn);
  if (permit !== undefined && turn.state.fence === undefined) moveTowardsForging(turn);
  if (turn.state.permit === undefined || turn.state.fence !== undefined) moveTowardsStop(turn);
  if (turn.state.awaiting === undefined && mayProvision(turn)) installFiles(turn);
}

/** A refusal of the past keeps a follower from leading no longer than this: only a new try can tell. */
function forgetOldProblem(turn: Turn): void {
  const { files, fence, permit } = turn.state;
  if (files.problem === undefined || files.triedAt === undefined) return;
  const isIdle = permit === undefined && fence === undefined && files.inPlace === "absent";
  const isOld = !isBefore(turn.now.monotonic, addMs(files.triedAt, PROBLEM_REMEMBERED_MS));
  if (isIdle && isOld) update(turn, { files: { ...files, problem: undefined } });
}

/** Then the successor is stopped like any other node, whatever remains of the one before it. */
function successorRunsBesideStuckFiles({ state: { node, files, permit } }: Turn): boolean {
  const isRefused = files.inPlace !== "absent" && files.problem !== undefined;
  return isRefused && permit === undefined && isUp(node);
}

/** An ended process forges no more once its files are gone too: what restarts in its place finds none. */
function cleanUp(turn: Turn): void {
  if (turn.state.files.inPlace !== "absent") return removeFiles(turn);
  const { node } = turn.state;
  const isGone = node.phase === "gone";
  const suspicion = isGone ? "none" : node.suspicion;
  update(turn, { node: { ...node, remainsToClean: false, suspicion } });
  // A successor without the flag may have read the files already, and will forge when it is up: the
  // fence of its predecessor stays open for it.
  if (isGone || node.startsNonProducing === true) closeFence(turn);
  else openFence(turn, { reason: "node_starts_producing", claimableAt: undefined });
  move(turn);
}

/** Files for the node's start, which exits without them. Never for one seen to start producing. */
function mayProvision(turn: Turn): boolean {
  const { node, files, credentials, settings } = turn.state;
  if (!credentials.usable || !settings.nodeRequired) return false;
  if (files.inPlace === "installed" && files.generation === credentials.generation) return false;
  if (turn.state.shuttingDown || !retryIsDue(turn)) return false;
  if (node.phase === "unseen") return turn.state.lookedAt !== undefined;
  const awaitsStart = node.phase === "gone" || (node.phase === "starting" && !node.ranBeforeGuard);
  return awaitsStart && node.startsNonProducing === true;
}

function moveTowardsForging(turn: Turn): void {
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
function isStarting({ state: { node, startSince } }: Turn): boolean {
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

function moveTowardsStop(turn: Turn): void {
  const { node, files, settings, fence, nonces } = turn.state;
  const trial = !settings.nodeRequired && node.identity === undefined;
  // Beside a restarted sidecar a socket that refuses may be that of a node that forged until now,
  // where a permit ended in this guard's life or the lease may still show a write of the last one's.
  const wasLeader = fence?.claimableAt !== undefined || nonces.length > 0;
  const mayHaveForged = node.ranBeforeGuard && node.suspicion === "likely" && wasLeader;
  const reachable = isUp(node) || node.forging || mayHaveForged || trial;
  if (!reachable) {
    if (fence !== undefined && node.suspicion === "none") closeFence(turn);
    return;
  }
  if (node.suspicion === "none" && files.inPlace === "absent") {
    if (fence !== undefined || turn.state.fencedSecond === undefined) closeFence(turn);
    if (turn.state.permit !== undefined) moveTowardsForging(turn);
    return;
  }
  openFence(turn, { reason: "no_permit", claimableAt: undefined });
  if (killIsDue(turn) && !doubtsMetrics(turn)) return kill(turn);
  if (files.inPlace !== "absent") removeFiles(turn);
  if (turn.state.awaiting === undefined) askToStop(turn);
}

function askToStop(turn: Turn): void {
  const { node, files, fence } = turn.state;
  // With all three files still in place a SIGHUP would start what it is meant to stop.
  if (fence === undefined || files.inPlace === "installed" || node.suspicion === "none") return;
  const now = turn.now.monotonic;
  if (!signalIsSettled(node, { now, settleMs: SETTLE_MS })) return;
  const askAgain = node.suspicion === "possible" && fence.signalledAt !== undefined &&
    !isBefore(now, addMs(fence.signalledAt, ASK_AGAIN_MS));
  if (fence.signalledAt !== undefined && !askAgain) return;
  const fresh = !node.toldToForge && node.signal === undefined;
  sighup(turn, fresh ? "startup_cleanup" : "disable_forging");
}

function killIsDue(turn: Turn): boolean {
  const { node, fence, files } = turn.state;
  if (fence === undefined || node.suspicion !== "likely" || node.identity === undefined) {
    return false;
  }
  const now = turn.now.monotonic;
  if (fence.killedAt !== undefined) return !isBefore(now, addMs(fence.killedAt, RETRY_MS));
  const filesStuck = files.inPlace === "installed" && files.problem !== undefined &&
    files.triedAt !== undefined && !isBefore(files.triedAt, fence.since.monotonic);
  return filesStuck || !isBefore(now, latest(softEnd(turn, fence), gaugeDueAt(node)));
}

function softEnd({ state: { settings }, now }: Turn, fence: Fence): Monotonic {
  return killDueAt(fence, { fenceTimeoutMs: settings.fenceTimeoutMs, now });
}

/** A gauge that stands at 0 confirms the stop when the signal has settled: a kill can wait for that. */
function gaugeDueAt({ gauge, signal }: NodeLife): Monotonic {
  const asked = gauge === 0 && signal !== undefined && !wantsForging(signal.reason);
  return asked ? addMs(signal.at, SETTLE_MS + GAUGE_GRACE_MS) : monotonic(-Infinity);
}

/** A fresh process that nobody told to forge, and that shows it again after a restart, is not killed twice. */
function doubtsMetrics(turn: Turn): boolean {
  const { node, vainKills, metricsUnreliable } = turn.state;
  if (!isUntold(node) || vainKills === 0) return false;
  if (metricsUnreliable) return true;
  log(turn, {
    level: "error",
    message: "Node metrics are unreliable: a restart did not change them",
    fields: { pid: node.identity?.pid },
  });
  update(turn, { metricsUnreliable: true, node: { ...node, metricsReadable: false } });
  return true;
}

function isUntold(node: NodeLife): boolean {
  return !node.toldToForge && !node.ranBeforeGuard && node.startsNonProducing === true;
}

function kill(turn: Turn): void {
  const { node, vainKills, files } = turn.state;
  if (node.identity === undefined) return;
  if (isUntold(node)) update(turn, { vainKills: vainKills + 1 });
  const why = files.inPlace === "installed" ? "key files cannot be removed" : "stop not confirmed";
  log(turn, {
    level: "error",
    message: "Killing the node",
    fields: { pid: node.identity.pid, why, problem: files.problem },
  });
  update(turn, { awaiting: "signal" });
  turn.effects.push({ kind: "sigkill", identity: node.identity, why });
}

function sighup(turn: Turn, reason: SighupReason): void {
  const { identity } = turn.state.node;
  if (identity === undefined) return;
  update(turn, { awaiting: "signal" });
  turn.effects.push({ kind: "sighup", identity, reason });
}

function installFiles(turn: Turn): void {
  update(turn, { awaiting: "files" });
  turn.effects.push({ kind: "install_files" });
}

function removeFiles(turn: Turn): void {
  const { fence, files } = turn.state;
  // What was refused before the fence began does not hold its first try up.
  const firstTry = fence !== undefined && files.triedAt !== undefined &&
    isBefore(files.triedAt, fence.since.monotonic);
  if (!firstTry && !retryIsDue(turn)) return;
  update(turn, { awaiting: "files" });
  turn.effects.push({ kind: "remove_files" });
}

/** After a refused file operation the next try waits; otherwise there is nothing to wait for. */
function retryIsDue(turn: Turn): boolean {
  const { problem, triedAt } = turn.state.files;
  if (problem === undefined || triedAt === undefined) return true;
  return !isBefore(turn.now.monotonic, addMs(triedAt, RETRY_MS));
}

function planLook(turn: Turn): void {
  const { looking, lookedAt } = turn.state;
  if (looking || (lookedAt !== undefined && isBefore(turn.now.monotonic, lookDueAt(turn)))) return;
  update(turn, { looking: true });
  turn.effects.push({ kind: "look" });
}

function lookDueAt(turn: Turn): Monotonic {
  const { node, fence, lookedAt, bornAt } = turn.state;
  const everyMs = fence?.killedAt !== undefined
    ? LOOK_DYING_MS
    // Where its end is what confirms a stop, nobody forges until it is seen.
    : node.phase === "starting" || fence !== undefined
    ? LOOK_SOON_MS
    : LOOK_MS;
  return addMs(lookedAt ?? bornAt, everyMs);
}

function planScrape(turn: Turn): void {
  const { settings, scraping, node } = turn.state;
  if (!settings.metricsConfigured || scraping || !canScrape(node)) return;
  if (isBefore(turn.now.monotonic, scrapeDueAt(turn))) return;
  update(turn, { scraping: true });
  turn.effects.push({ kind: "scrape" });
}

function canScrape(node: NodeLife): boolean {
  return isUp(node) || (node.phase === "starting" && node.ranBeforeGuard);
}

function scrapeDueAt(turn: Turn): Monotonic {
  const { node, fence, startSince, scrapedAt, bornAt } = turn.state;
  const inTransition = fence !== undefined || startSince !== undefined ||
    (node.phase === "ready" && node.gaugeReadAt === undefined && node.signal?.effectSeen !== true);
  if (scrapedAt === undefined) return bornAt;
  const { signal } = node;
  const dueAt = addMs(scrapedAt, inTransition ? SCRAPE_DENSE_MS : SCRAPE_WATCH_MS);
  if (!inTransition || signal === undefined) return dueAt;
  // A scrape that was under way when the signal was sent shows nothing of its effect.
  const firstAt = addMs(signal.at, SCRAPE_AFTER_SIGNAL_MS);
  return isBefore(scrapedAt, firstAt) ? firstAt : dueAt;
}

function ifAhead(now: Monotonic, at: Monotonic | undefined): Monotonic | undefined {
  return at !== undefined && isBefore(now, at) ? at : undefined;
}

function nextWake(turn: Turn): Monotonic {
  const { state, now } = turn;
  const at = now.monotonic;
  const active = state.permit !== undefined || state.fence !== undefined ||
    state.startSince !== undefined;
  const permitEnd = state.permit === undefined
    ? undefined
    : addMs(at, elapsedMs(now.permit, state.permit.until));
  const { signal } = state.node;
  const settles = signal === undefined || signal.effectSeen
    ? undefined
    : addMs(signal.at, SETTLE_MS);
  const secondBegins = state.slotWaitSince !== undefined && state.startSince !== undefined
    ? addMs(at, 1_000 - (now.wall % 1_000))
    : undefined;
  const killDue = state.fence === undefined
    ? undefined
    : latest(softEnd(turn, state.fence), gaugeDueAt(state.node));
  const soonest = earliest(
    addMs(at, active ? TICK_ACTIVE_MS : TICK_IDLE_MS),
    permitEnd,
    state.looking ? undefined : lookDueAt(turn),
    state.scraping || !canScrape(state.node) || !state.settings.metricsConfigured
      ? undefined
      : scrapeDueAt(turn),
    ifAhead(at, settles),
    ifAhead(at, secondBegins),
    ifAhead(at, killDue),
  );
  return soonest ?? addMs(at, TICK_IDLE_MS);
}
