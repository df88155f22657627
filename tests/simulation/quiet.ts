// Owns which ticks of an idle guard are left out: those at which it would look and find nothing new.
// Never leaves out one that time alone gives a meaning: permit's end, scrape, back-off, a fence or a start.

import type { Guarding } from "../../lib/core/forging_state.ts";

const SCRAPE_WATCH_MS = 5_000;
/** So that a mistake here shows as a delay and not as a standstill. */
const LONGEST_MS = 20_000;

/** When an idle guard must tick at the latest; whatever changes around it nudges it earlier. */
export function quietUntil(
  state: Guarding,
  { wakeAt, now, permitLeftMs }: { wakeAt: number; now: number; permitLeftMs: number },
): number {
  const { node, permit, fence, startSince, awaiting, files, lookedAt, scrapedAt } = state;
  const settled = node.signal === undefined || node.signal.effectSeen;
  const idle = fence === undefined && startSince === undefined && awaiting === undefined &&
    files.problem === undefined && settled && !state.looking && !state.scraping &&
    (node.phase === "ready" || node.phase === "unseen") && lookedAt !== undefined &&
    !state.shuttingDown && (permit === undefined ? node.suspicion === "none" : node.forging);
  if (!idle || !state.credentials.usable) return wakeAt;
  let until = now + LONGEST_MS;
  if (permit !== undefined) until = Math.min(until, now + permitLeftMs);
  if (node.phase === "ready" && scrapedAt !== undefined) {
    until = Math.min(until, scrapedAt + SCRAPE_WATCH_MS);
  }
  if (state.backoff !== undefined) until = Math.min(until, Math.max(wakeAt, state.backoff.until));
  return Math.max(until, wakeAt);
}
