// Owns the short run of several clusters for every change; `main.ts --clusters` runs as many as wanted.
// Never takes more than some seconds.

import { assert, assertEquals } from "@std/assert";
import { CLUSTER_MUTANTS } from "./cluster_mutants.ts";
import { huntCluster, patchedCore } from "./cluster_mutation.ts";
import { runClusters } from "./cluster_run.ts";

const SEEDS = 30;
/** Found within few seeds; clusters_hunt.ts looks for all of them. */
const QUICK = [
  "permit from one hold only",
  "yield before the stop is confirmed",
  "forge lease claimed without the wait",
  "mine by name without uid",
];

Deno.test("of several clusters never two are able to forge, and when faults stop the best one does", () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { violation, story } = runClusters(seed);
    assert(violation === undefined, `seed ${seed}: ${violation?.what}\n${story.join("\n")}`);
  }
});

Deno.test("a world of several clusters goes the same way for the same seed", () => {
  assertEquals(runClusters(5).digest, runClusters(5).digest);
});

Deno.test("each mutant of the second tier still fits the code", () => {
  for (const mutant of CLUSTER_MUTANTS) patchedCore(mutant);
});

for (const name of QUICK) {
  Deno.test(`a broken rule of two tiers is found: ${name}`, async () => {
    const mutant = CLUSTER_MUTANTS.find((one) => one.name === name);
    assert(mutant !== undefined);
    assertEquals((await huntCluster(mutant, { seedsMax: 20 })).kind, "caught");
  });
}
