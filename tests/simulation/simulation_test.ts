// Owns the promise that simulated worlds find nothing against the core, and tell the same story twice.
// Never runs for long: `tests/simulation/main.ts --seeds A..B` runs as many seeds as asked.

import { assertEquals } from "@std/assert";
import { runSeed } from "./run.ts";
import { ALL_FAULTS } from "./weather.ts";

const SEEDS = 250;

Deno.test(`two never forge, and one does when all is healed, in ${SEEDS} worlds`, () => {
  const struck = new Set<string>();
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { violation, story, faults } = runSeed(seed);
    for (const name of faults.keys()) struck.add(name);
    if (violation === undefined) continue;
    throw new Error(`Seed ${seed}: ${violation.kind}: ${violation.what}\n${story.join("\n")}`);
  }
  assertEquals(ALL_FAULTS.filter(({ name }) => !struck.has(name)), [], "every fault struck");
});

Deno.test("the same seed tells the same story twice", () => {
  for (const seed of [3, 7, 11, 19]) {
    const [once, twice] = [runSeed(seed), runSeed(seed)];
    assertEquals(once.digest, twice.digest);
    assertEquals(once.steps, twice.steps);
  }
});
