// Owns the running of many seeds on several cores.
// Never depends on which core ran which seed: what is tallied is the same in any order.

import process from "node:process";
import { type KindName, KINDS } from "./kinds.ts";
import type { Batch, BatchDone } from "./seed_worker.ts";
import type { Tally } from "./tally.ts";
import { workOff } from "./workers.ts";

export interface CampaignPlan {
  readonly kind: KindName;
  readonly from: number;
  readonly to: number;
  readonly hours: number;
  readonly replicas: number | undefined;
  readonly workers: number;
}

/** Runs them all; told after each batch. */
export async function runCampaign(
  plan: CampaignPlan,
  { tally, told }: { tally: Tally; told: () => void },
): Promise<void> {
  const { kind, from, to, hours, replicas } = plan;
  let next = from;
  const nextBatch = (): Batch | undefined => {
    if (next > to) return undefined;
    const first = next;
    next = Math.min(to + 1, first + KINDS[kind].batch);
    return { kind, from: first, to: next - 1, hours, replicas };
  };
  const began = performance.now();
  const beganBusyMs = processorMs();
  await workOff<Batch, BatchDone>(new URL("./seed_worker.ts", import.meta.url), {
    workers: plan.workers,
    next: nextBatch,
    done: ({ summaries }) => {
      for (const summary of summaries) tally.add(summary);
      tally.tookMs = performance.now() - began;
      tally.busyMs = processorMs() - beganBusyMs;
      told();
    },
  });
}

/** Time of the processor that this process took so far: other load on the machine does not count. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
