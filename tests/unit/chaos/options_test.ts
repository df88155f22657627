// Owns the proof that a campaign's arguments are read as they are meant, or refused.
// Never runs one.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { parseOptions } from "../../chaos/options.ts";

const fresh = () => 5;

Deno.test("without arguments a campaign of three minutes has a fresh seed", () => {
  assertEquals(parseOptions([], fresh), {
    minutes: 3,
    seed: 5,
    clusters: false,
    report: undefined,
    keep: undefined,
  });
});

Deno.test("every argument is read", () => {
  const args = "--minutes 60 --seed 0 --clusters --report r.md --keep d".split(" ");
  assertEquals(parseOptions(args, fresh), {
    minutes: 60,
    seed: 0,
    clusters: true,
    report: "r.md",
    keep: "d",
  });
});

for (const line of ["--minutes 0", "--minutes", "--seed x", "--seed -1", "--report", "--hours 3"]) {
  Deno.test(`"${line}" is refused by name`, () => {
    assertStringIncludes(String(parseOptions(line.split(" "), fresh)), line.split(" ")[0]!);
  });
}
