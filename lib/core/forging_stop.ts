// Owns what is done without a permit: take the files, ask the node to stop, and kill it where it does not.
// Never takes a stop for confirmed: what is seen on the node says that.

import { type Fence, killDueAt } from "./fence.ts";
import { removeFiles, RETRY_MS, sighup } from "./forging_acts.ts";
import { moveTowardsForging } from "./forging_start.ts";
import { SETTLE_MS } from "./forging_state.ts";
import { closeFence, log, openFence, type Turn, update } from "./forging_turn.ts";
import { isUp, type NodeLife, signalIsSettled, wantsForging } from "./node_life.ts";
import { addMs, isBefore, latest, type Monotonic, monotonic } from "./time.ts";

/** For the scrape that follows the settle time: two dense ones. FENCE_TIMEOUT is at least 2 s for its sake. */
const GAUGE_GRACE_MS = 400;
/** A harmless-looking node that does not confirm its first SIGHUP is asked again after this. */
const ASK_AGAIN_MS = 5_000;

export function moveTowardsStop(turn: Turn): void {
  const { node, files, settings, fence, nonces } = turn.state;
  const trial = !settings.nodeRequired && node.identity === undefined;
  // Beside a restarted sidecar a socket that refuses may be that of a node that forged until now,
  // where a permit ended in this guard's life or the lease may still show a write of the last one's.
  // Once that is over and done with it may be one that starts, which is asked again when it is up.
  const wasLeader = fence?.claimableAt !== undefined || nonces.length > 0;
  const mayHaveForged = node.ranBeforeGuard && node.suspicion === "likely" && wasLeader &&
    node.signal?.effectSeen !== true;
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
    files.triedAt !== undefined && !isBefore(files.triedAt, fence.openedAt);
  return filesStuck || !isBefore(now, askedUntil(turn, fence));
}

/** Until when a node is given to obey; then it is killed. */
export function askedUntil(turn: Turn, fence: Fence): Monotonic {
  return latest(softEnd(turn, fence), gaugeDueAt(turn.state.node));
}

function softEnd({ state: { settings }, now }: Turn, fence: Fence): Monotonic {
  return killDueAt(fence, { fenceTimeoutMs: settings.fenceTimeoutMs, now });
}

/** Without a gauge that stands at 1 the stop is confirmed when the signal has settled: a kill can wait for that. */
function gaugeDueAt({ gauge, signal }: NodeLife): Monotonic {
  const asked = gauge !== 1 && signal !== undefined && !wantsForging(signal.reason);
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
