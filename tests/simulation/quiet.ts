// Owns which ticks of an idle guard are left out: those at which it would look, or scrape, and find nothing new.
// Never leaves out one that time alone gives a meaning: permit's end, back-off, a fence or a start.

import { type Guarding, SETTLE_MS } from "../../lib/core/forging_state.ts";
import { wantsForging } from "../../lib/core/node_life.ts";

/** How often an idle guard scrapes: what changes is seen within this. */
export const SCRAPE_WATCH_MS = 5_000;
/** So that a mistake here shows as a delay and not as a standstill. */
const LONGEST_MS = 60_000;

/** When an idle guard must tick at the latest; whatever changes around it nudges it earlier. */
export function quietUntil(
  state: Guarding,
  { wakeAt, now, permitLeftMs, metricsAreSteady }: {
    wakeAt: number;
    now: number;
    permitLeftMs: number;
    /** A scrape would show what the last one showed. */
    metricsAreSteady: boolean;
  },
): number {
  const { node, permit, fence, startSince, awaiting, files, lookedAt, scrapedAt } = state;
  const { signal } = node;
  // A start whose effect was found and not seen to come about stays so; a stop's next scrape settles it.
  const settled = signal === undefined || signal.effectSeen ||
    (wantsForging(signal.reason) && now >= signal.at + SETTLE_MS);
  const idle = fence === undefined && startSince === undefined && awaiting === undefined &&
    files.problem === undefined && settled && !state.looking && !state.scraping &&
    node.phase !== "refusing" && !node.remainsToClean && lookedAt !== undefined &&
    !state.shuttingDown && (permit === undefined ? node.suspicion === "none" : node.forging);
  if (!idle || !state.credentials.usable) return wakeAt;
  let until = now + LONGEST_MS;
  if (permit !== undefined) until = Math.min(until, now + permitLeftMs);
  const showsNothingNew = metricsAreSteady && node.metricsReadable;
  if (node.phase === "ready" && scrapedAt !== undefined && !showsNothingNew) {
    until = Math.min(until, scrapedAt + SCRAPE_WATCH_MS);
  }
  if (state.backoff !== undefined) until = Math.min(until, Math.max(wakeAt, state.backoff.until));
  return Math.max(until, wakeAt);
}
