// Owns how the groups of metrics are made and filled, so that one file alone has the package.
// Never keeps one.

import type { Counter, Gauge, Histogram } from "prom-client";

export interface MetricMaker {
  gauge(name: string, help: string, labelNames?: readonly string[]): Gauge;
  counter(name: string, help: string, labelNames?: readonly string[]): Counter;
  histogram(name: string, help: string, shape: HistogramShape): Histogram;
}

export interface HistogramShape {
  readonly labelNames?: readonly string[];
  readonly bucketsSeconds: readonly number[];
}

/** A counter whose value somebody else counted. */
export function setCounter(counter: Counter, value: number): void {
  counter.reset();
  counter.inc(value);
}

export function flag(value: boolean): 0 | 1 {
  return value ? 1 : 0;
}
