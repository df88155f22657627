// Owns which way the guard moves by what it knows: clean up, start, stop, or give a coming node its files.
// Never sends a signal or touches files itself: it names at most one such act a step.

import { installFiles, removeFiles, retryIsDue } from "./forging_acts.ts";
import { nextWake, planLook, planScrape } from "./forging_schedule.ts";
import { moveTowardsForging } from "./forging_start.ts";
import { moveTowardsStop } from "./forging_stop.ts";
import { closeFence, openFence, type Turn, update } from "./forging_turn.ts";
import { isUp } from "./node_life.ts";
import { addMs, isBefore, type Monotonic } from "./time.ts";

const PROBLEM_REMEMBERED_MS = 30_000;

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
