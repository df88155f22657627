// Owns when the guard looks at the node, scrapes its metrics, and asks its machine again.
// Never decides what follows from what is seen.

import { SETTLE_MS } from "./forging_state.ts";
import { isStarting } from "./forging_start.ts";
import { askedUntil } from "./forging_stop.ts";
import { type Turn, update } from "./forging_turn.ts";
import { isUp, type NodeLife } from "./node_life.ts";
import { addMs, earliest, elapsedMs, isBefore, type Monotonic } from "./time.ts";

/** How often an idle guard looks at its node, and scrapes it. */
export const LOOK_MS = 1_000;
export const SCRAPE_WATCH_MS = 5_000;
const LOOK_SOON_MS = 250;
const LOOK_DYING_MS = 50;
/** Below the eight requests a second that cardano-node's own metrics server allows. */
const SCRAPE_DENSE_MS = 150;
/** A start may take half an hour, and its metrics come late in it. */
const SCRAPE_STARTING_MS = 1_000;
/** A node acts on a signal within some milliseconds: the first look at its effect. */
const SCRAPE_AFTER_SIGNAL_MS = 30;
/** Timers do not count suspended time, so the clock is looked at this often while it matters. */
const TICK_ACTIVE_MS = 250;
const TICK_IDLE_MS = 1_000;

export function planLook(turn: Turn): void {
  const { looking, lookedAt } = turn.state;
  if (looking || (lookedAt !== undefined && isBefore(turn.now.monotonic, lookDueAt(turn)))) return;
  update(turn, { looking: true });
  turn.effects.push({ kind: "look" });
}

function lookDueAt(turn: Turn): Monotonic {
  const { node, fence, lookedAt, bornAt } = turn.state;
  const everyMs = fence?.killedAt !== undefined
    ? LOOK_DYING_MS
    // Where its end is what confirms a stop, nobody forges until it is seen.
    : node.phase === "starting" || fence !== undefined
    ? LOOK_SOON_MS
    : LOOK_MS;
  return addMs(lookedAt ?? bornAt, everyMs);
}

export function planScrape(turn: Turn): void {
  const { settings, scraping, node } = turn.state;
  if (!settings.metricsConfigured || scraping || !canScrape(node)) return;
  if (isBefore(turn.now.monotonic, scrapeDueAt(turn))) return;
  update(turn, { scraping: true });
  turn.effects.push({ kind: "scrape" });
}

/** One that may forge is asked before its socket accepts: that may never come, as under another path. */
function canScrape(node: NodeLife): boolean {
  return isUp(node) || (node.phase === "starting" && node.suspicion === "likely");
}

function scrapeDueAt(turn: Turn): Monotonic {
  const { node, fence, scrapedAt, bornAt } = turn.state;
  const inTransition = fence !== undefined || isStarting(turn) ||
    (node.phase === "ready" && node.gaugeReadAt === undefined && node.signal?.effectSeen !== true);
  if (scrapedAt === undefined) return bornAt;
  const { signal } = node;
  const denseMs = isUp(node) ? SCRAPE_DENSE_MS : SCRAPE_STARTING_MS;
  const dueAt = addMs(scrapedAt, inTransition ? denseMs : SCRAPE_WATCH_MS);
  if (!inTransition || signal === undefined) return dueAt;
  // A scrape that was under way when the signal was sent shows nothing of its effect.
  const firstAt = addMs(signal.at, SCRAPE_AFTER_SIGNAL_MS);
  return isBefore(scrapedAt, firstAt) ? firstAt : dueAt;
}

/** When the machine is to be asked again at the latest, as it looks now. */
export function nextWake(turn: Turn): Monotonic {
  const { state, now } = turn;
  const at = now.monotonic;
  const active = state.permit !== undefined || state.fence !== undefined ||
    state.startSince !== undefined;
  const permitEnd = state.permit === undefined
    ? undefined
    : addMs(at, elapsedMs(now.permit, state.permit.until));
  const { signal } = state.node;
  const settles = signal === undefined || signal.effectSeen
    ? undefined
    : addMs(signal.at, SETTLE_MS);
  const secondBegins = state.slotWaitSince !== undefined && state.startSince !== undefined
    ? addMs(at, 1_000 - (now.wall % 1_000))
    : undefined;
  const killDue = state.fence === undefined ? undefined : askedUntil(turn, state.fence);
  const soonest = earliest(
    addMs(at, active ? TICK_ACTIVE_MS : TICK_IDLE_MS),
    permitEnd,
    state.looking ? undefined : lookDueAt(turn),
    state.scraping || !canScrape(state.node) || !state.settings.metricsConfigured
      ? undefined
      : scrapeDueAt(turn),
    ifAhead(at, settles),
    ifAhead(at, secondBegins),
    ifAhead(at, killDue),
  );
  return soonest ?? addMs(at, TICK_IDLE_MS);
}

function ifAhead(now: Monotonic, at: Monotonic | undefined): Monotonic | undefined {
  return at !== undefined && isBefore(now, at) ? at : undefined;
}
