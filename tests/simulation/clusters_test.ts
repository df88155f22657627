// Owns the short run of several clusters for every change; `deno task simulate` runs as many as wanted.
// Never takes more than some seconds.

import { assert, assertEquals } from "@std/assert";
import { runClusters } from "./cluster_run.ts";

const SEEDS = 30;

Deno.test("of several clusters never two are able to forge, and when faults stop the best one does", () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { violation, story } = runClusters(seed);
    assert(violation === undefined, `seed ${seed}: ${violation?.what}\n${story.join("\n")}`);
  }
});

Deno.test("a world of several clusters goes the same way for the same seed", () => {
  const [once, twice] = [runClusters(5), runClusters(5)];
  assertEquals(once.digest, twice.digest);
  assertEquals(once.steps, twice.steps);
});
