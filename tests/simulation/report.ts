// Owns the words of a campaign: its progress, and its report for a terminal or as Markdown.
// Never judges: the oracles did.

import { type KindName, KINDS } from "./kinds.ts";
import { markdownTable } from "../support/markdown_table.ts";
import type { Tally } from "./tally.ts";

const BAR_WIDTH = 30;
const FAILURES_SHOWN = 20;

export function progress(tally: Tally, whole: number): string {
  const share = tally.seeds / whole;
  const filled = Math.floor(share * BAR_WIDTH);
  const leftS = tally.tookMs / 1_000 / Math.max(1, tally.seeds) * (whole - tally.seeds);
  return `[${"#".repeat(filled)}${
    "-".repeat(BAR_WIDTH - filled)
  }] ${tally.seeds} of ${whole} seeds, ` +
    `${tally.hours.toFixed(0)} h, ${tally.failures.length} failed, ${leftS.toFixed(0)} s left`;
}

/** One line that says whether it is well. */
export function verdictLine(kind: KindName, tally: Tally): string {
  const { seeds, failures } = tally;
  return `${KINDS[kind].title}: ${seeds - failures.length} seeds passed, ${failures.length} failed`;
}

/** Markdown, which is what is read in a terminal too. */
export function reportOn(kind: KindName, tally: Tally): string {
  const { faults } = KINDS[kind];
  const struck = [...tally.faults].toSorted((a, b) => b[1] - a[1]);
  const never = faults.map(({ name }) => name).filter((name) => !tally.faults.has(name));
  return [
    `## ${capital(KINDS[kind].title)}`,
    "",
    markdownTable(["what", "figure"], [
      ["seeds", `${tally.seeds}`],
      ["simulated time", `${tally.hours.toFixed(0)} h, ${tally.years.toFixed(2)} years`],
      ["spells of forging", `${tally.spells}`],
      ["faults", `${struck.reduce((sum, [, count]) => sum + count, 0)}`],
      ["requests to API servers", `${tally.requests}`],
      ["violations", `${tally.failures.length}`],
      ["overlaps outside the assumptions, set apart", list(tally.apart) || "none"],
      [
        "simulated hours a second of one core",
        `${tally.hoursPerCoreSecond.toFixed(1)} (${
          (tally.tookMs / 1_000).toFixed(0)
        } s by the clock)`,
      ],
    ]),
    "",
    markdownTable(["seconds", "count", "p50", "p90", "p99", "most"], [
      ["from healing to steady forging", ...percentiles(tally.recoveredMs)],
      ["hand-over: released, confirmed, claimed", ...percentiles(tally.gapsMs["hand-over"])],
      ["take-over: waited out", ...percentiles(tally.gapsMs["take-over"])],
      ["the same replica again", ...percentiles(tally.gapsMs["same replica"])],
    ]),
    "",
    ...margins(tally),
    "From one forger to another, hand-overs and take-overs:",
    "",
    "```",
    ...histogram([...tally.gapsMs["hand-over"], ...tally.gapsMs["take-over"]]),
    "```",
    "",
    "Faults by kind:",
    "",
    markdownTable(["fault", "times"], struck.map(([name, count]) => [name, `${count}`])),
    "",
    ...never.length === 0 ? [] : [`Never struck: ${never.join(", ")}.`, ""],
    ...tally.failures.slice(0, FAILURES_SHOWN).map(({ seed, violation }) =>
      `**FAILED** seed ${seed}: ${violation?.kind}: ${violation?.what}\n`
    ),
  ].join("\n");
}

function margins({ marginsMs }: Tally): string[] {
  if (marginsMs.length === 0) return [];
  const sorted = marginsMs.toSorted((a, b) => a - b);
  const seconds = (ms: number | undefined) => `${((ms ?? 0) / 1_000).toFixed(2)} s`;
  return [
    "Margin of a stop: from the moment when a node could forge no more to the first at which anybody " +
    `else could have claimed by waiting. Worst of ${sorted.length}: ${seconds(sorted[0])}; ` +
    `1 in 1000 below ${seconds(sorted[Math.floor(sorted.length / 1_000)])}.`,
    "",
  ];
}

function percentiles(values: readonly number[]): string[] {
  if (values.length === 0) return ["0", "", "", "", ""];
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) =>
    ((sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0) / 1_000)
      .toFixed(1);
  return [`${values.length}`, at(0.5), at(0.9), at(0.99), at(1)];
}

const EDGES_S = [1, 2, 4, 8, 12, 16, 20, 24, 32, 48, 64, 128, 256, Infinity];

function histogram(gapsMs: readonly number[]): string[] {
  const counts = EDGES_S.map(() => 0);
  for (const ms of gapsMs) counts[EDGES_S.findIndex((edge) => ms < edge * 1_000)]!++;
  const most = Math.max(1, ...counts);
  return EDGES_S.map((edge, index) => {
    const count = counts[index] ?? 0;
    const name = edge === Infinity ? "longer" : `< ${edge} s`;
    const bar = "#".repeat(Math.ceil(40 * count / most));
    return `${name.padStart(8)} ${bar.padEnd(40)} ${count}`;
  });
}

function list(counts: ReadonlyMap<string, number>): string {
  return [...counts].map(([name, count]) => `${name} ${count}`).join(", ");
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
