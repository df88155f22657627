// Owns the proof that each lint rule of our own finds what it is for and leaves the rest alone.
// Never lints the tree: `deno lint` does.

import { assertEquals } from "@std/assert";
import plugin from "../../tools/lint_plugin.ts";

function found(source: string): string[] {
  return Deno.lint.runPlugin(plugin, "file.ts", source).map(({ id }) => id);
}

const CASES: [source: string, rule: string | undefined][] = [
  ["const timeout = 5;", "forge/unit-in-name"],
  ["interface A { readonly interval: number }", "forge/unit-in-name"],
  ["class A { delay = 1; }", "forge/unit-in-name"],
  ["export function f(timeout: number) {}", "forge/unit-in-name"],
  ["const timeoutMs = 5; interface A { intervalMs: number }", undefined],
  ["const f = () => 1;", "forge/no-top-level-arrow"],
  ["export const f = () => 1;", "forge/no-top-level-arrow"],
  ["function g() { const f = () => 1; }", undefined],
  ['throw new Error("Failed to read x");', "forge/error-message"],
  ["throw new TypeError(`Cannot read ${x}.`);", "forge/error-message"],
  ['throw new Error("Cannot read " + "x.");', "forge/error-message"],
  ['throw new Error("Cannot read x: no such file");', undefined],
  ["throw new Error(`Waited for ${x}`);", undefined],
];
for (const [source, rule] of CASES) {
  Deno.test(`the lint rules answer ${rule ?? "nothing"} to: ${source}`, () => {
    assertEquals(found(source), rule === undefined ? [] : [rule]);
  });
}
