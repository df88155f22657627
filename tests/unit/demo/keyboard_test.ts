// Owns the proof that keys mean what the help says.
// Never needs a keyboard.

import { assertEquals } from "@std/assert";
import { KEY_HELP, meaningsOf } from "../../../lib/demo/keyboard.ts";

const CASES: readonly [input: string, meanings: ReturnType<typeof meaningsOf>][] = [
  ["2", [{ kind: "select", index: 2 }]],
  ["\x1b[A\x1b[B\t", [
    { kind: "move", by: -1 },
    { kind: "move", by: 1 },
    { kind: "move", by: 1 },
  ]],
  ["kK", [{ kind: "deed", deed: "kill_sidecar" }, { kind: "deed", deed: "kill_sidecar" }]],
  ["fc", [{ kind: "deed", deed: "freeze_or_thaw" }, { kind: "deed", deed: "cut_off_or_heal" }]],
  ["ntm", [
    { kind: "deed", deed: "kill_node" },
    { kind: "deed", deed: "terminate_pod" },
    { kind: "deed", deed: "lose_machine" },
  ]],
  ["q\x03\x04", [{ kind: "quit" }, { kind: "quit" }, { kind: "quit" }]],
  ["x é\x1b[5~\x1b\n", []],
];
for (const [input, meanings] of CASES) {
  Deno.test(`meaningsOf(${JSON.stringify(input)}) is what the help says`, () => {
    assertEquals(meaningsOf(input), meanings);
  });
}

Deno.test("the help names a key for each deed", () => {
  for (const key of ["k", "n", "t", "m", "f", "c"]) {
    assertEquals(new RegExp(`[;,] ${key} [a-z]`).test(KEY_HELP), true);
  }
});
