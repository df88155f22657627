// Owns one isolate that runs seeds for a campaign, a batch at a time.
// Never keeps anything from one seed to the next.

import { type KindName, KINDS } from "./kinds.ts";
import type { RunSummary } from "./summary.ts";

export interface Batch {
  readonly kind: KindName;
  readonly from: number;
  readonly to: number;
  readonly hours: number;
  readonly replicas: number | undefined;
}

export interface BatchDone {
  readonly summaries: readonly RunSummary[];
}

declare const self: {
  onmessage: (message: MessageEvent<Batch>) => void;
  postMessage(done: BatchDone): void;
};

self.onmessage = ({ data: { kind, from, to, hours, replicas } }) => {
  const summaries: RunSummary[] = [];
  for (let seed = from; seed <= to; seed++) {
    summaries.push(KINDS[kind].run(seed, { hours, replicas }));
  }
  self.postMessage({ summaries });
};
