// Owns the tests of the benchmark's arguments.
// Never measures.

import { assertEquals } from "@std/assert";
import { parseOptions } from "../../bench/options.ts";

const KNOWN = ["size", "steady", "clusters"];

Deno.test("parseOptions() takes all parts without one, and the named ones in any place", () => {
  assertEquals(parseOptions([], KNOWN), { parts: KNOWN, isQuick: false, reportPath: undefined });
  assertEquals(parseOptions(["--quick", "steady", "--report", "a.md", "size"], KNOWN), {
    parts: ["steady", "size"],
    isQuick: true,
    reportPath: "a.md",
  });
});

Deno.test("parseOptions() refuses an unknown word and a report without a file", () => {
  for (const [args, word] of [[["stedy"], "stedy"], [["--report"], "--report"]] as const) {
    const found = parseOptions(args, KNOWN);
    assertEquals(
      typeof found === "string" && found.startsWith(`Cannot use "${word}". Usage:`),
      true,
    );
  }
});
