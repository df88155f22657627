// Owns what an idle guard leaves out: ticks, looks and scrapes that would find nothing new.
// Never leaves out one that time alone gives a meaning: permit's end, back-off, a fence or a start.

import { LOOK_MS, SCRAPE_WATCH_MS } from "../../lib/core/forging_schedule.ts";
import { type Guarding, SETTLE_MS } from "../../lib/core/forging_state.ts";
import { type NodeLife, wantsForging } from "../../lib/core/node_life.ts";
import { addMs, elapsedMs, type Monotonic } from "../../lib/core/time.ts";

/** So that a mistake here shows as a delay and not as a standstill. */
const LONGEST_MS = 60_000;

export interface Surroundings {
  readonly now: Monotonic;
  /** A scrape would show what the last one showed. */
  readonly metricsAreSteady: boolean;
}

/** When an idle guard must tick at the latest; whatever changes around it nudges it earlier. */
export function quietUntil(
  state: Guarding,
  { wakeAt, permitLeftMs, surroundings }: {
    wakeAt: Monotonic;
    permitLeftMs: number;
    surroundings: Surroundings;
  },
): number {
  const { now } = surroundings;
  const { node, permit, scrapedAt, backoff } = state;
  const { signal } = node;
  if (!isIdle(state, now)) return wakeAt;
  let until = now + LONGEST_MS;
  if (permit !== undefined) until = Math.min(until, now + permitLeftMs);
  const isScraped = node.phase === "ready" || node.suspicion === "likely";
  if (isScraped && scrapedAt !== undefined && !showsNothingNew(state, surroundings)) {
    until = Math.min(until, scrapedAt + SCRAPE_WATCH_MS);
  }
  const settlesAt = signal === undefined ? now : addMs(signal.at, SETTLE_MS);
  if (now < settlesAt) until = Math.min(until, settlesAt);
  if (backoff !== undefined && now < backoff.until) until = Math.min(until, backoff.until);
  return Math.max(until, wakeAt);
}

/** An idle guard as it were by now, had it looked and scraped in its rhythm and found what it knew. */
export function caughtUp(state: Guarding, surroundings: Surroundings): Guarding {
  const { now } = surroundings;
  const { lookedAt, scrapedAt, node } = state;
  if (lookedAt === undefined || now < lookedAt + LOOK_MS || !isIdle(state, now)) return state;
  // What fell silent is looked at whenever it is scraped: it may hang.
  if (node.metricsWereReadable && !node.metricsReadable) return state;
  const scrapes = scrapedAt !== undefined && now >= scrapedAt + SCRAPE_WATCH_MS &&
    node.phase === "ready" && showsNothingNew(state, surroundings);
  return {
    ...state,
    lookedAt: lastBeat(lookedAt, { everyMs: LOOK_MS, now }),
    scrapedAt: scrapes ? lastBeat(scrapedAt, { everyMs: SCRAPE_WATCH_MS, now }) : scrapedAt,
  };
}

function lastBeat(
  since: Monotonic,
  { everyMs, now }: { everyMs: number; now: Monotonic },
): Monotonic {
  return addMs(now, -(elapsedMs(since, now) % everyMs));
}

function showsNothingNew({ node }: Guarding, { metricsAreSteady }: Surroundings): boolean {
  const { signal, metricsReadable } = node;
  // The first scrape after a stop's settle time tells that its handler is through.
  const confirmsStop = signal !== undefined && !signal.effectSeen && !wantsForging(signal.reason);
  return metricsAreSteady && metricsReadable && !confirmsStop;
}

function isIdle(state: Guarding, now: Monotonic): boolean {
  const { node, permit, fence, startSince, awaiting, files, lookedAt } = state;
  const { signal } = node;
  // A start whose effect was found and not seen to come about stays so.
  const mayStart = signal !== undefined && !signal.effectSeen && wantsForging(signal.reason) &&
    now < addMs(signal.at, SETTLE_MS);
  return fence === undefined && startSince === undefined && awaiting === undefined &&
    files.problem === undefined && !mayStart && !state.looking && !state.scraping &&
    node.phase !== "refusing" && !node.remainsToClean && lookedAt !== undefined &&
    !state.shuttingDown && state.credentials.usable &&
    (permit === undefined ? isHarmless(node) : node.forging);
}

/** What a starting node may do is not known before it is up, and nothing is asked of it till then. */
function isHarmless({ phase, suspicion }: NodeLife): boolean {
  return suspicion === "none" || phase === "starting";
}
