// Owns which Events are written, and when: equal ones as one series, and never more than a few a minute.
// Never writes one, and never reads a clock.

import { addMs, elapsedMs, isBefore, type Monotonic, type WallTime } from "../core/time.ts";

/** What happened, for people: what, why, and what is next. */
export interface Notice {
  /** The pod, or the resource that shows who leads: CardanoLeader, or the cluster's CardanoForgeCluster. */
  readonly about: "pod" | "resource";
  readonly type: "Normal" | "Warning";
  /** A code: the same as in logs, conditions and metrics. */
  readonly reason: string;
  readonly action: string;
  readonly note: string;
}

/** Writes in the long run: three a minute. */
export const REFILL_MS = 20_000;
/** An election and a hand-over come to eight. */
export const BURST = 10;
/** An Event that comes again is told of no more often. */
export const REPEAT_MS = 60_000;
/** What comes again later is an Event of its own; as long as kubectl's own recorder has it. */
export const SERIES_MS = 360_000;
/** First the requests of an election itself. */
export const SETTLE_MS = 500;
export const WAITING_MAX = 32;
export const TRIES_MAX = 5;
const RETRY_MS = 15_000;
/** A missing right may be given one day. */
export const REFUSED_MS = 600_000;

/** Equal notices: what `kubectl get events` shows as one line with a count. */
export interface Series {
  /** The first, whose note stays. */
  readonly notice: Notice;
  /** Unique in this process; part of the Event's name. */
  readonly serial: number;
  /** An Event of this name is stored. */
  readonly isStored: boolean;
  readonly count: number;
  readonly toldCount: number;
  readonly firstAt: WallTime;
  readonly lastAt: WallTime;
  readonly seenAt: Monotonic;
  /** Not written before. */
  readonly dueAt: Monotonic;
  readonly tries: number;
}

export interface EventBudget {
  readonly tokens: number;
  readonly refilledAt: Monotonic;
  readonly series: ReadonlyMap<string, Series>;
  readonly refusedUntil: Monotonic | undefined;
  /** Occurrences that nobody will be told of. */
  readonly dropped: number;
  readonly nextSerial: number;
}

export interface EventInstant {
  readonly monotonic: Monotonic;
  readonly wall: WallTime;
}

export type WriteOutcome =
  | "written"
  /** It may be tried again. */
  | "failed"
  /** This one is not taken. */
  | "invalid"
  /** Stored once, and gone since: Events are kept for an hour. */
  | "gone"
  /** None is taken: a right is missing. */
  | "refused";

export function newEventBudget(now: Monotonic): EventBudget {
  return {
    tokens: BURST,
    refilledAt: now,
    series: new Map(),
    refusedUntil: undefined,
    dropped: 0,
    nextSerial: 1,
  };
}

export function noteEvent(budget: EventBudget, notice: Notice, now: EventInstant): EventBudget {
  const { refusedUntil } = budget;
  if (refusedUntil !== undefined && isBefore(now.monotonic, refusedUntil)) {
    return { ...budget, dropped: budget.dropped + 1 };
  }
  const key = keyOf(notice);
  const before = budget.series.get(key);
  const goesOn = before !== undefined &&
    (isWaiting(before) || elapsedMs(before.seenAt, now.monotonic) < SERIES_MS);
  if (goesOn) {
    const { count } = before;
    const again = { ...before, count: count + 1, lastAt: now.wall, seenAt: now.monotonic };
    return withSeries(budget, key, again);
  }
  const first: Series = {
    notice,
    serial: budget.nextSerial,
    isStored: false,
    count: 1,
    toldCount: 0,
    firstAt: now.wall,
    lastAt: now.wall,
    seenAt: now.monotonic,
    dueAt: addMs(now.monotonic, SETTLE_MS),
    tries: 0,
  };
  const kept = forgetQuiet(budget, now.monotonic);
  return bounded(withSeries({ ...kept, nextSerial: kept.nextSerial + 1 }, key, first));
}

export interface EventTurn {
  readonly budget: EventBudget;
  /** To be written now; it is paid for. */
  readonly write: { readonly key: string; readonly series: Series } | undefined;
  /** When to ask again, if nothing happens before. */
  readonly wakeAt: Monotonic | undefined;
}

/** What may be written next: what is new before what comes again, warnings first. */
export function nextEventWrite(budget: EventBudget, now: Monotonic): EventTurn {
  const waiting = [...budget.series].filter(([, one]) => isWaiting(one));
  if (waiting.length === 0) return { budget, write: undefined, wakeAt: undefined };
  const filled = refilled(budget, now);
  const due = waiting.filter(([, one]) => !isBefore(now, one.dueAt));
  const [first] = due.sort(([, a], [, b]) => rank(a) - rank(b) || a.serial - b.serial);
  if (first !== undefined && filled.tokens >= 1) {
    const [key, series] = first;
    return {
      budget: { ...filled, tokens: filled.tokens - 1 },
      write: { key, series },
      wakeAt: undefined,
    };
  }
  const missing = Math.max(0, 1 - filled.tokens);
  const paidAt = addMs(now, Math.ceil(missing * REFILL_MS));
  const dueAt = waiting.map(([, one]) => one.dueAt).reduce((a, b) => isBefore(b, a) ? b : a);
  return { budget: filled, write: undefined, wakeAt: isBefore(dueAt, paidAt) ? paidAt : dueAt };
}

/** `told` is the series as it was written: more may have come since. */
export function noteEventWritten(
  budget: EventBudget,
  { key, told, outcome, now }: {
    readonly key: string;
    readonly told: Series;
    readonly outcome: WriteOutcome;
    readonly now: Monotonic;
  },
): EventBudget {
  const series = budget.series.get(key);
  if (series === undefined || series.serial !== told.serial) return budget;
  switch (outcome) {
    case "written":
      return withSeries(budget, key, {
        ...series,
        isStored: true,
        toldCount: told.count,
        dueAt: addMs(now, REPEAT_MS),
        tries: 0,
      });
    case "gone":
      return withSeries(budget, key, { ...series, isStored: false, dueAt: now });
    case "failed": {
      const tries = series.tries + 1;
      if (tries >= TRIES_MAX) return withoutSeries(budget, key);
      return withSeries(budget, key, { ...series, tries, dueAt: addMs(now, RETRY_MS * tries) });
    }
    case "invalid":
      return withoutSeries(budget, key);
    case "refused": {
      const emptied = [...budget.series.keys()].reduce(withoutSeries, budget);
      return { ...emptied, refusedUntil: addMs(now, REFUSED_MS) };
    }
  }
}

function keyOf({ about, type, reason, action }: Notice): string {
  return [about, type, reason, action].join(" ");
}

function isWaiting({ count, toldCount }: Series): boolean {
  return count > toldCount;
}

function rank({ isStored, notice }: Series): number {
  if (isStored) return 2;
  return notice.type === "Warning" ? 0 : 1;
}

/** A clock that stands still fills nothing, and one that leaps fills no more than the burst. */
function refilled(budget: EventBudget, now: Monotonic): EventBudget {
  const gained = Math.max(0, elapsedMs(budget.refilledAt, now)) / REFILL_MS;
  return { ...budget, tokens: Math.min(BURST, budget.tokens + gained), refilledAt: now };
}

/** Of too many that wait, the oldest that matters least goes. */
function bounded(budget: EventBudget): EventBudget {
  const waiting = [...budget.series].filter(([, one]) => isWaiting(one));
  if (waiting.length <= WAITING_MAX) return budget;
  const [least] = waiting.sort(([, a], [, b]) => rank(b) - rank(a) || a.serial - b.serial);
  return least === undefined ? budget : withoutSeries(budget, least[0]);
}

function forgetQuiet(budget: EventBudget, now: Monotonic): EventBudget {
  const kept = [...budget.series].filter(([, one]) =>
    isWaiting(one) || elapsedMs(one.seenAt, now) < SERIES_MS
  );
  return { ...budget, series: new Map(kept) };
}

function withSeries(budget: EventBudget, key: string, series: Series): EventBudget {
  return { ...budget, series: new Map(budget.series).set(key, series) };
}

/** What it had not told yet is counted as dropped. */
function withoutSeries(budget: EventBudget, key: string): EventBudget {
  const series = new Map(budget.series);
  const { count = 0, toldCount = 0 } = series.get(key) ?? {};
  series.delete(key);
  return { ...budget, series, dropped: budget.dropped + count - toldCount };
}
