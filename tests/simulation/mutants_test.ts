// Owns the promise that every known bug is found: what the simulation finds nothing against holds.
// Never hunts from the first seed on: the one that showed it is tried, others only when it no longer does.

import { assert, assertEquals } from "@std/assert";
import { clusterMutant, mutant } from "./mutant.ts";
import { ALL_MUTANTS, hunt, patched } from "./mutation.ts";
import { NAMED_BUGS } from "./named_bugs.ts";

/** Where the first seeds do not show a mutant. Found anew by `deno task mutants`. */
const SHOWN_BY: Readonly<Record<string, number>> = {
  "permit counts from the answer's time": 551,
  "grant of an older epoch is given and honoured": 64,
  "a restarted guard gives the node all its time anew": 1_171,
  "wait is our own duration only": 115,
  "no signal when the files are gone already": 118,
  "two signals in flight": 282,
  "a slot's second is lost by who passes the lease on": 2_673,
  "a missing previous lock counts as left": 173,
};
const SEEDS_MAX = 3_000;
/** Of several clusters those are hunted here that the first seeds show; `deno task mutants` hunts all. */
const QUICK = [
  "permit from one hold only",
  "yield before the stop is confirmed",
  "forge lease claimed without the wait",
  "mine by name without uid",
];

for (const one of ALL_MUTANTS) {
  if (one.kind === "several" && !QUICK.includes(one.name)) continue;
  Deno.test(`rule ${one.rule} is needed: ${one.name}`, async () => {
    const firstSeed = SHOWN_BY[one.name];
    if (firstSeed !== undefined) {
      const again = await hunt(one, { seedsMax: 1, firstSeed });
      if (again.kind === "caught") return;
    }
    const { kind, seeds } = await hunt(one, { seedsMax: one.kind === "one" ? SEEDS_MAX : 20 });
    assertEquals(kind, "caught", `not in ${seeds} worlds`);
  });
}

Deno.test("every mutant still fits the code, under a name of its own", () => {
  for (const one of ALL_MUTANTS) patched(one);
  assertEquals(new Set(ALL_MUTANTS.map(({ name }) => name)).size, ALL_MUTANTS.length);
});

Deno.test("every rule has a mutant, and so has every bug that a review would name", () => {
  const rules = new Set(ALL_MUTANTS.map(({ rule }) => `${rule}`));
  assertEquals([...rules].sort(), ["1", "10", "2", "3", "4", "5", "6", "7", "8", "9", "policy"]);
  const names = new Set(ALL_MUTANTS.map(({ name }) => name));
  const unknown = Object.values(NAMED_BUGS).flat().filter((name) => !names.has(name));
  assertEquals(unknown, []);
});

Deno.test("a mutant whose text is not there is an error, not a survivor", () => {
  for (const make of [mutant, clusterMutant]) {
    let message = "";
    try {
      patched(make(1, "old", ["permit.ts", "no such text", ""]));
    } catch (error) {
      message = error instanceof Error ? error.message : "";
    }
    assertEquals(message, 'Cannot apply mutant "old": permit.ts holds its text 0 times');
  }
});

Deno.test("what is no mutant is not found: the code as it is survives", async () => {
  const { kind } = await hunt(mutant(1, "none"), { seedsMax: 20 });
  assert(kind === "survived");
});
