// Owns the tests of the tables in which reports tell their figures.
// Never reads this machine.

import { assertEquals } from "@std/assert";
import { figure } from "../../bench/figures.ts";
import { report } from "../../bench/report.ts";
import { markdownTable } from "../../support/markdown_table.ts";

const HEAD = {
  commit: "0123456789ab of 2026-01-02",
  program: "93.1 MB",
  machine: "2 cores",
  command: "deno task bench",
  began: new Date("2026-01-02T03:04:05Z"),
};

Deno.test("report() puts the target beside what was found, and leaves out what was not measured", () => {
  const figures = [figure("scrape", "2 ms", "1 ms"), figure("  of it waiting", "1 ms")];
  const sections = [{ title: "One", figures }, { title: "Two", figures: [] }];
  const text = report({ head: HEAD, sections, isQuick: false });
  assertEquals(text.includes("| scrape          | 1 ms   | 2 ms  |"), true, text);
  assertEquals(text.includes("| … of it waiting | –      | 1 ms  |"), true, text);
  assertEquals(text.includes("| commit "), true);
  assertEquals([text.includes("## Two"), text.includes("A quick look")], [false, false]);
  assertEquals(report({ head: HEAD, sections, isQuick: true }).includes("A quick look"), true);
});

Deno.test("markdownTable() keeps a | inside its cell", () => {
  assertEquals(
    markdownTable(["a", "b"], [["x|y", "1"]]),
    "| a    | b   |\n| ---- | --- |\n| x\\|y | 1   |",
  );
});
