// Owns the acts that change node or files, as effects: signal, install and remove, and when a refused one is tried again.
// Never decides to act: each answers with an event, and nothing else is begun before it.

import { type Turn, update } from "./forging_turn.ts";
import type { SighupReason } from "./node_life.ts";
import { addMs, isBefore } from "./time.ts";

export const RETRY_MS = 1_000;

export function sighup(turn: Turn, reason: SighupReason): void {
  const { identity } = turn.state.node;
  if (identity === undefined) return;
  update(turn, { awaiting: "signal" });
  turn.effects.push({ kind: "sighup", identity, reason });
}

export function installFiles(turn: Turn): void {
  update(turn, { awaiting: "files" });
  turn.effects.push({ kind: "install_files" });
}

export function removeFiles(turn: Turn): void {
  const { fence, files } = turn.state;
  // What was refused before the fence began does not hold its first try up.
  const firstTry = fence !== undefined && files.triedAt !== undefined &&
    isBefore(files.triedAt, fence.openedAt);
  if (!firstTry && !retryIsDue(turn)) return;
  update(turn, { awaiting: "files" });
  turn.effects.push({ kind: "remove_files" });
}

/** After a refused file operation the next try waits; otherwise there is nothing to wait for. */
export function retryIsDue(turn: Turn): boolean {
  const { problem, triedAt } = turn.state.files;
  if (problem === undefined || triedAt === undefined) return true;
  return !isBefore(turn.now.monotonic, addMs(triedAt, RETRY_MS));
}
