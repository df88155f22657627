// Owns the promise that pods deleted while their nodes end slowly find nothing against the core.
// Never among the faults of every world: seeds that show other bugs would tell other stories.

import { assert, assertEquals } from "@std/assert";
import type { Fault } from "./fault.ts";
import { runSeed } from "./run.ts";

const SEEDS = 120;

const POD_DELETED_SLOWLY: Fault = {
  name: "pod_deleted_slowly",
  weight: 8,
  isMildForFollowers: true,
  strike: ({ random }, pod) =>
    pod.deleteSlowly({
      graceMs: random.skewed(1_000, 120_000),
      awayMs: random.skewed(500, 30_000),
      isWatched: random.chance(0.8),
    }),
};

Deno.test(`two never forge in ${SEEDS} worlds of pods that are deleted and end slowly`, () => {
  let struck = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { violation, story, faults } = runSeed(seed, { moreFaults: [POD_DELETED_SLOWLY] });
    struck += faults.get(POD_DELETED_SLOWLY.name) ?? 0;
    const told = `Seed ${seed}: ${violation?.kind}: ${violation?.what}\n${story.join("\n")}`;
    assertEquals(violation, undefined, told);
  }
  assert(struck > SEEDS, `it struck ${struck} times`);
});
