// Owns the promise that every bug of the table is found: what the simulation finds nothing against holds.
// Never runs all seeds for each: the first that showed it is tried first, the others when it no longer does.

import { assert, assertEquals } from "@std/assert";
import { MUTANTS } from "./mutants.ts";
import { hunt, patched } from "./mutation.ts";

/** Seeds that showed a mutant which the first ones do not. */
const SHOWN_BY: Readonly<Record<string, number>> = {
  "permit counts from the answer's time": 188,
  "PUT without uid": 177,
  "wait counts on the wall clock": 54,
  "wait is our own duration only": 33,
  "transitions that went back are believed": 32,
  "receipt stays when claimed": 113,
  "release by a report from before the revoke": 68,
  "no signal when the files are gone already": 82,
  "stop confirmed by a gauge that was 0 before": 156,
  "a slot's second is lost by who passes the lease on": 1397,
  "a missing previous lock counts as left": 28,
};
const SEEDS_MAX = 400;

for (const mutant of MUTANTS) {
  Deno.test(`rule ${mutant.rule} is needed: ${mutant.name}`, async () => {
    const firstSeed = SHOWN_BY[mutant.name];
    if (firstSeed !== undefined) {
      const again = await hunt(mutant, { seedsMax: 1, firstSeed });
      if (again.kind === "caught") return;
    }
    const { kind, seeds } = await hunt(mutant, { seedsMax: SEEDS_MAX });
    assertEquals(kind, "caught", `not in ${seeds} worlds`);
  });
}

Deno.test("every rule that concerns one cluster has a mutant", () => {
  const rules = new Set(MUTANTS.map(({ rule }) => rule));
  assertEquals([...rules].sort((a, b) => a - b), [1, 2, 3, 4, 5, 6, 7, 8, 10]);
  assert(MUTANTS.length >= 20);
});

Deno.test("a mutant whose text is not there is an error, not a survivor", () => {
  let message = "";
  try {
    patched({
      name: "old",
      rule: 1,
      edits: [{ file: "permit.ts", find: "no such text", put: "" }],
    });
  } catch (error) {
    message = error instanceof Error ? error.message : "";
  }
  assertEquals(message, 'Cannot apply mutant "old": permit.ts holds its text 0 times');
});
