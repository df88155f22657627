// Owns the report of a campaign, as Markdown that a reader can check.
// Never rounds a violation away: overlaps are told to the millisecond.

import type { Stretch } from "../../lib/demo/slots.ts";
import { headTable, type ReportHead } from "../support/report_head.ts";
import { markdownTable } from "../support/markdown_table.ts";
import type { CampaignResult } from "./campaign.ts";
import { histogram, percentiles } from "./figures.ts";

export interface Campaign {
  readonly head: ReportHead;
  readonly world: string;
  readonly seed: number;
  readonly recoveryBoundMs: number;
  readonly nodes: number;
}

export function report(campaign: Campaign, result: CampaignResult): string {
  const { verdict, journal } = result;
  const { judgement, gaps } = verdict;
  const takeOvers = gaps.filter(({ before, after }) => before !== after);
  return [
    `## ${capital(campaign.world)}, seed ${campaign.seed}`,
    "",
    `${result.violations.length === 0 ? "The promise held." : "THE PROMISE WAS BROKEN."}`,
    ...result.violations.map((line) => `- ${line}`),
    "",
    headTable(campaign.head),
    "",
    markdownTable(["what", "found"], [
      ["lasted", `${minutes(result.endedMs - result.beganMs)} min, ${result.rounds} rounds`],
      ["nodes", String(campaign.nodes)],
      ["faults injected", String(journal.entries.length)],
      ["two able to forge at once", `${within(verdict.overlaps)} ms`],
      ["slots forged", String(judgement.slotsForged)],
      [
        "slots forged twice",
        String(verdict.slotsTwice.filter((one) => one.apart === undefined).length),
      ],
      ...apartRows(result),
      ["one able to forge", `${share(result)} % of the time, faults and all`],
      ["from one forger to another", spread(takeOvers)],
      ["until the same forges again", spread(gaps.filter((gap) => !takeOvers.includes(gap)))],
      ["room left at the end of an ability", margin(result)],
      ["one forges after all faults ended", recovery(campaign, result)],
      ["kubelet stand-in late by at most", `${result.lateness.worstMs} ms`],
    ]),
    "",
    "Times in which nobody forged:",
    "",
    gapTable(gaps, takeOvers),
    "",
    "Faults:",
    "",
    markdownTable(
      ["fault", "times", "of these on the forger", "longest"],
      [...journal.counts()].toSorted().map(([name, count]) => {
        const all = journal.entries.filter(({ fault }) => fault === name);
        const longest = Math.max(...all.map(({ fromMs, toMs = fromMs }) => toMs - fromMs));
        const onForger = all.filter((one) => one.onForger).length;
        return [name, String(count), String(onForger), longest === 0 ? "–" : seconds(longest)];
      }),
    ),
    "",
    "Planned and not injected:",
    "",
    markdownTable(
      ["why", "times"],
      [...journal.passed].map(([why, count]) => [why, String(count)]),
    ),
    "",
  ].join("\n");
}

function apartRows({ verdict, journal }: CampaignResult): readonly string[][] {
  const outside = verdict.overlaps.filter((one) => one.apart !== undefined);
  const twice = verdict.slotsTwice.filter((one) => one.apart !== undefined);
  const injected = journal.entries.filter(({ apart }) => apart !== undefined).length;
  return [[
    "counted apart: both frozen together for too long",
    `${injected} times; ${outside.length} overlaps, ` +
    `${outside.reduce((sum, one) => sum + lengthOf(one), 0)} ms in all, ` +
    `${twice.length} slots twice`,
  ]];
}

function within(overlaps: CampaignResult["verdict"]["overlaps"]): number {
  return overlaps.filter((one) => one.apart === undefined)
    .reduce((sum, one) => sum + lengthOf(one), 0);
}

function share({ verdict, beganMs, endedMs }: CampaignResult): string {
  const ableMs = Object.values(verdict.judgement.able).flat()
    .map(({ fromMs, toMs }) => Math.min(toMs, endedMs) - Math.max(fromMs, beganMs))
    .filter((ms) => ms > 0).reduce((sum, ms) => sum + ms, 0);
  return (100 * ableMs / (endedMs - beganMs)).toFixed(1);
}

function margin({ margins }: CampaignResult): string {
  const [least] = margins.toSorted((a, b) => a.leftMs - b.leftMs);
  if (least === undefined) return "none ended under a lease";
  return `at least ${seconds(least.leftMs)} before the lease could be claimed ` +
    `(${margins.length} ends; ${least.node} at ${new Date(least.atMs).toISOString()})`;
}

function recovery({ recoveryBoundMs }: Campaign, { recoveries }: CampaignResult): string {
  const took = recoveries.flatMap(({ tookMs }) => tookMs ?? []);
  const missed = recoveries.length - took.length;
  const bound = `bound ${seconds(recoveryBoundMs)}`;
  return `${times(took)} (${bound}${missed === 0 ? "" : `, NOT WITHIN IT: ${missed} times`})`;
}

function gapTable(all: readonly Stretch[], takeOvers: readonly Stretch[]): string {
  const between = new Map(histogram(takeOvers.map(lengthOf)).map((one) => [one.upToMs, one.count]));
  return markdownTable(
    ["up to", "times", "of these from one to another"],
    histogram(all.map(lengthOf)).map(({ upToMs, count }) => [
      upToMs === Infinity ? "longer" : seconds(upToMs),
      String(count),
      String(between.get(upToMs) ?? 0),
    ]),
  );
}

function spread(stretches: readonly Stretch[]): string {
  return `${stretches.length} times; ${times(stretches.map(lengthOf))}`;
}

function times(values: readonly number[]): string {
  const found = percentiles(values);
  if (found === undefined) return "none";
  const [p50, p90, p99, max] = found.map(seconds);
  return `p50 ${p50}, p90 ${p90}, p99 ${p99}, max ${max}`;
}

function lengthOf({ fromMs, toMs }: Stretch): number {
  return toMs - fromMs;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

function minutes(ms: number): string {
  return (ms / 60_000).toFixed(1);
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
