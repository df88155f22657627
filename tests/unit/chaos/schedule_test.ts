// Owns the proof that a campaign's plan follows from its seed, and holds what it should.
// Never injects anything.

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { faultsOf } from "../../chaos/faults.ts";
import { planRound } from "../../chaos/schedule.ts";

const faults = faultsOf("two clusters");
const plan = { seed: 7, round: 3, stormMs: 240_000, faults };

Deno.test("the same seed and round plan the same faults", () => {
  assertEquals(planRound(plan), planRound(plan));
});

Deno.test("another seed, and another round, plan others", () => {
  assertNotEquals(planRound(plan), planRound({ ...plan, seed: 8 }));
  assertNotEquals(planRound(plan), planRound({ ...plan, round: 4 }));
});

Deno.test("a longer storm begins as a shorter one", () => {
  const short = planRound({ ...plan, stormMs: 60_000 });
  assert(short.length > 0);
  assertEquals(planRound(plan).slice(0, short.length), short);
});

Deno.test("faults are planned in order, within the storm, and last as their kind may", () => {
  for (let round = 0; round < 50; round++) {
    let lastMs = 0;
    for (const { atMs, fault, durationMs, target, chance } of planRound({ ...plan, round })) {
      const [min, max] = faults.find(({ name }) => name === fault)!.lastsMs ?? [0, 0];
      assert(atMs >= lastMs && atMs < plan.stormMs);
      assert(durationMs >= min && durationMs <= max, `${fault} lasts ${durationMs} ms`);
      assert(target === "forger" || target >= 0 && target < 1);
      assert(chance >= 0 && chance < 1);
      lastMs = atMs;
    }
  }
});

Deno.test("every fault comes in some round, and none of a world that has nothing for it", () => {
  const rounds = Array.from({ length: 200 }, (_, round) => planRound({ ...plan, round }));
  const planned = new Set(rounds.flat().map(({ fault }) => fault));
  assertEquals(faults.filter(({ name }) => !planned.has(name)), []);
  const names = faultsOf("one cluster").map(({ name }) => name);
  assertEquals(names.filter((name) => name.startsWith("cluster_")), []);
});
