// Owns which worlds there are to be run: one cluster, or several and the API server on which they meet.
// Never runs any.

import { runClusters } from "./cluster_run.ts";
import { ALL_CLUSTER_FAULTS } from "./cluster_weather.ts";
import type { RunOptions } from "./course.ts";
import { runSeed } from "./run.ts";
import type { RunSummary } from "./summary.ts";
import { ALL_FAULTS } from "./weather.ts";

export type KindName = "one" | "several";

export interface Kind {
  readonly title: string;
  readonly run: (seed: number, options: RunOptions) => RunSummary;
  readonly faults: readonly { readonly name: string }[];
  /** Seeds that a worker gets at once: few, so that all end together. */
  readonly batch: number;
}

export const KINDS: Readonly<Record<KindName, Kind>> = {
  one: { title: "one cluster", run: runSeed, faults: ALL_FAULTS, batch: 10 },
  several: { title: "several clusters", run: runClusters, faults: ALL_CLUSTER_FAULTS, batch: 2 },
};
