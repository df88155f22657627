// Owns what a campaign adds up: hours, faults, gaps, margins, failures.
// Never formats anything.

import type { Gap, RunSummary } from "./summary.ts";

/** Of each gap and margin one figure is kept; beyond this many the percentiles rest on the first. */
const FIGURES_KEPT = 4_000_000;

export class Tally {
  seeds = 0;
  simulatedMs = 0;
  spells = 0;
  steps = 0;
  requests = 0;
  /** Of the processor, all isolates together. */
  busyMs = 0;
  tookMs = 0;
  readonly faults = new Map<string, number>();
  readonly apart = new Map<string, number>();
  readonly recoveredMs: number[] = [];
  readonly gapsMs: Record<Gap["by"], number[]> = {
    "hand-over": [],
    "take-over": [],
    "same replica": [],
  };
  readonly marginsMs: number[] = [];
  readonly failures: RunSummary[] = [];

  add(summary: RunSummary): void {
    this.seeds++;
    this.simulatedMs += summary.simulatedMs;
    this.spells += summary.spells;
    this.steps += summary.steps;
    this.requests += summary.requests;
    for (const [name, count] of summary.faults) count_(this.faults, name, count);
    for (const name of summary.apart) count_(this.apart, name, 1);
    if (summary.recoveredMs !== undefined) keep(this.recoveredMs, summary.recoveredMs);
    for (const { ms, by } of summary.gaps) keep(this.gapsMs[by], ms);
    for (const ms of summary.marginsMs) keep(this.marginsMs, ms);
    if (summary.violation === undefined) return;
    this.failures.push(summary);
    this.failures.sort((a, b) => a.seed - b.seed);
  }

  get hours(): number {
    return this.simulatedMs / 3_600_000;
  }

  get years(): number {
    return this.hours / 24 / 365.25;
  }

  /** Simulated hours for each second of one core. */
  get hoursPerCoreSecond(): number {
    return this.hours / (this.busyMs / 1_000);
  }
}

function count_(counts: Map<string, number>, name: string, count: number): void {
  counts.set(name, (counts.get(name) ?? 0) + count);
}

function keep(figures: number[], figure: number): void {
  if (figures.length < FIGURES_KEPT) figures.push(figure);
}
