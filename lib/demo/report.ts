// Owns the demo's first and last words around the table.
// Never says more than the records prove.

import { slotChart } from "./chart.ts";
import type { DemoCost, DemoEvent } from "./events.ts";
import { type Paint, seconds } from "./paint.ts";
import type { StoryEnd } from "./player.ts";
import type { NodeRecords } from "./slots.ts";
import { costTable } from "./table.ts";
import { FORGE_LEASE_MS, LEASE_MS } from "./timings.ts";

const CHART_COLUMNS = 79;

export interface OpeningOptions {
  readonly clusters: boolean;
  readonly interactive: boolean;
}

export function opening({ clusters, interactive }: OpeningOptions): readonly string[] {
  return [
    ...clusters ? openingOfTwo() : openingOfOne({ interactive }),
    "Starting; the first time, packages may have to be fetched.",
  ];
}

function openingOfTwo(): readonly string[] {
  return [
    "Two regions with two replicas each of one pool's block producer, of which one may forge: real",
    "sidecars, simulated nodes that forge in every slot (1 s), and in this process an API server",
    "for each region and one where they meet (the hub). Nothing else is needed. A local lease lasts",
    `${seconds(LEASE_MS)} instead of 15 s, the forge lease ${seconds(FORGE_LEASE_MS)} ` +
    "instead of 30 s. This takes about 50 s.",
  ];
}

function openingOfOne({ interactive }: { interactive: boolean }): readonly string[] {
  return [
    "Three replicas of a block producer, of which one may forge: real sidecars, simulated nodes",
    "that forge in every slot (1 s), and an API server in this process. Nothing else is needed.",
    `The lease lasts ${seconds(LEASE_MS)} instead of 15 s, so that waiting is short.` +
    (interactive ? "" : " This takes about 40 s."),
  ];
}

export interface SummaryOptions {
  readonly cost: DemoCost;
  readonly records: NodeRecords;
  readonly events: readonly DemoEvent[];
  readonly endMs: number;
  /** The chart is on the screen already. */
  readonly isLive: boolean;
  readonly paint: Paint;
}

export function summary(options: SummaryOptions): readonly string[] {
  const { cost, records, events, endMs, isLive, paint } = options;
  const chart = [
    "",
    "Slots forged, as the nodes themselves recorded them:",
    ...slotChart(records, { events, nowMs: endMs, columns: CHART_COLUMNS, paint }),
  ];
  return [
    ...(isLive ? [] : chart),
    "",
    ...costTable(cost, { paint }),
    "",
    "hand-over  from the event until a node forges and goes on",
    "no forger  how long in it no node was able to forge",
    "two        how long two nodes were able to forge",
    "twice      slots that were forged twice",
    "",
  ];
}

export function lateText({ scene, waitedFor }: Extract<StoryEnd, { kind: "late" }>): string {
  return `The story stood still in "${scene}": waited in vain for ${waitedFor}`;
}
