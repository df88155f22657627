// Owns the surroundings in which the tests of one lease step it: only what a test is about, all else the same.
// Never anything that a test is about.

import type { ElectionContext } from "../../../lib/core/election_state.ts";
import { monotonic, wallTime } from "../../../lib/core/time.ts";

/** So long after the beginning of both clocks. */
export function electionContext(
  atMs: number,
  change: Partial<Omit<ElectionContext, "now">>,
): ElectionContext {
  return {
    wish: { kind: "follow" },
    writer: undefined,
    now: { monotonic: monotonic(atMs), wall: wallTime(atMs) },
    random: 0,
    fresh: 1,
    nonceBase: "n",
    fencedSecond: undefined,
    epoch: 1,
    provenUntil: undefined,
    ...change,
  };
}
