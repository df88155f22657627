// Owns whether metrics that were found unreliable tell of this process what is true.
// Never decides what follows from it: forging.ts does.

import { type NodeLife, type NodeScrape, wantsForging } from "./node_life.ts";
import { isBefore, type Monotonic } from "./time.ts";

/**
 * How one process's gauge went with what was done to the process.
 * - `open`: nothing was seen yet.
 * - `idle`: it showed 0, or no gauge as before a first start, while nobody had told it to forge.
 * - `followed`: and 1 after it was told: it tells of this process, and of no other.
 * - `failed`: it showed 1 before anybody told it to forge.
 */
export type MetricsTrial = "open" | "idle" | "followed" | "failed";

/** After a scrape that began at `begunAt`. */
export function metricsTrial(
  node: NodeLife,
  { scrape, begunAt }: { readonly scrape: NodeScrape; readonly begunAt: Monotonic },
): MetricsTrial {
  const before = node.metricsTrial;
  if (scrape.kind === "unreadable") return before;
  // What was done to a process before this guard's time, or what it does by itself, is not known.
  if (node.ranBeforeGuard || node.startsNonProducing !== true) return before;
  if (!node.toldToForge) {
    if (before === "failed" || scrape.forgingEnabled === 1) return "failed";
    return "idle";
  }
  return before === "idle" && scrape.forgingEnabled === 1 && isAfterStart(node, begunAt)
    ? "followed"
    : before;
}

function isAfterStart({ signal }: NodeLife, begunAt: Monotonic): boolean {
  return signal !== undefined && wantsForging(signal.reason) && isBefore(signal.at, begunAt);
}
