// Owns what is kept of a run when it is over: plain values that can cross from one isolate to another.
// Never holds anything of the world itself.

import type { ApartClass } from "./apart.ts";
import type { Struck } from "./storm.ts";
import type { Violation, World } from "./world.ts";

/** From the end of one spell of forging to the beginning of the next, and what lay between. */
export interface Gap {
  readonly ms: number;
  /** Released with a receipt, or waited out; the same replica may be the next again. */
  readonly by: "hand-over" | "take-over" | "same replica";
}

export interface RunSummary {
  readonly seed: number;
  readonly violation: Violation | undefined;
  readonly apart: readonly ApartClass[];
  readonly digest: string;
  /** The end of it, where something was violated. */
  readonly story: readonly string[];
  readonly simulatedMs: number;
  readonly spells: number;
  /** From healing to steady forging; undefined where the run ended before. */
  readonly recoveredMs: number | undefined;
  readonly faults: ReadonlyMap<string, number>;
  /** Which, when and whom; where something was violated. */
  readonly struck: readonly Struck[];
  readonly gaps: readonly Gap[];
  /** How long before others could have claimed each node stopped; of stops within the assumptions. */
  readonly marginsMs: readonly number[];
  readonly steps: number;
  readonly requests: number;
}

export function summarize(
  world: World,
  { recoveredMs, storyMs }: {
    recoveredMs: number | undefined;
    storyMs: number;
  },
): RunSummary {
  const { oracle, violation } = world;
  return {
    seed: world.seed,
    violation,
    apart: world.apart,
    digest: world.story.digest,
    story: violation === undefined ? [] : world.story.tail(storyMs),
    simulatedMs: world.agenda.now,
    spells: oracle.spells.length,
    recoveredMs,
    faults: world.faults,
    struck: violation === undefined ? [] : world.struck,
    gaps: oracle.gaps,
    marginsMs: oracle.marginsMs,
    steps: world.steps,
    requests: world.requests,
  };
}
