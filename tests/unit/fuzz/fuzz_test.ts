// Owns the short run of every fuzz target, and the proof that a fault would be found.
// Never takes another seed each time: what fails here fails again.

import { assert, assertEquals } from "@std/assert";
import { corpusOf, fuzz } from "../../fuzz/run.ts";
import { bytes, type FuzzTarget, text } from "../../fuzz/target.ts";
import { TARGETS } from "../../fuzz/targets.ts";

const SHORT = { seed: 1, runs: 300 };

for (const target of TARGETS) {
  Deno.test(`${target.name}: ${target.holds}`, async () => {
    const { failure } = await fuzz(target, SHORT);
    assert(failure === undefined, `${failure?.error}\n${text(failure?.input ?? new Uint8Array())}`);
  });
}

Deno.test("every case of the corpus belongs to a target", async () => {
  const names = new Set(TARGETS.map(({ name }) => name));
  for await (const { name } of Deno.readDir(new URL("../../fuzz/corpus/", import.meta.url))) {
    assert(names.has(name), name);
    assert((await corpusOf(name)).length > 0, name);
  }
});

function targetWith(check: (input: string) => void): FuzzTarget {
  const seeds = [bytes('{"priority":1,"name":"a"}')];
  const rest = { name: "made-up", holds: "", seeds, words: ["]", "9"], isJson: true };
  return { ...rest, check: (input) => check(text(input)) };
}

const FAULTS: Readonly<Record<string, (input: string) => void>> = {
  "a wrong type": (input) => assert(!input.startsWith('{"priority":[')),
  "a missing field": (input) => assert(input === "" || /priority|^[^{]/.test(input)),
  "a cut": (input) => assert(input !== '{"priority":1,"name"'),
  "a long repetition": (input) => assert(input.length < 15_000),
};
for (const [what, check] of Object.entries(FAULTS)) {
  Deno.test(`fuzz() finds ${what}, and the same again with its seed`, async () => {
    const options = { seed: 3, runs: 20_000 };
    const [one, other] = [
      await fuzz(targetWith(check), options),
      await fuzz(targetWith(check), options),
    ];
    assert(one.failure !== undefined);
    assertEquals(one.failure.input, other.failure?.input);
  });
}
