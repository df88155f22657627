// Owns the judgement on the records of several nodes: did two ever forge at once, and was there a gap.
// Never trusts what a sidecar says: only what the nodes wrote of themselves counts.

import { type RecordLine, STILL_ABLE_MS } from "./slot_record.ts";

/** Records by node. A node's record goes on over its restarts. */
export type NodeRecords = Readonly<Record<string, readonly RecordLine[]>>;

/** A stretch of wall time, from inclusive, to exclusive, in milliseconds since the Unix epoch. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface SlotJudgement {
  /** Stretches in which each node had a live forge thread and was running. */
  readonly able: Readonly<Record<string, readonly Stretch[]>>;
  /** Time in which two or more nodes were able to forge. */
  readonly overlapMs: number;
  /** Wall seconds in which two or more nodes were able, be it one after the other. */
  readonly secondsWithTwo: readonly number[];
  /** Slots forged more than once, by the nodes named, the same one twice included. */
  readonly slotsForgedTwice: readonly {
    readonly slot: number;
    readonly nodes: readonly string[];
  }[];
  /** Stretches between the first and the last ability in which no node was able. */
  readonly gaps: readonly Stretch[];
  readonly longestGapMs: number;
  readonly slotsForged: number;
}

/** Lines further apart than this mean that the node did not run between them. */
const SILENCE_MS = 5 * STILL_ABLE_MS;

/**
 * Judges records. Without a window, gaps count from the first to the last moment of any ability. The
 * end of a killed or frozen node's stretch is its last line, up to STILL_ABLE_MS early.
 */
export function judgeSlots(records: NodeRecords, window?: Stretch): SlotJudgement {
  const able: Record<string, readonly Stretch[]> = {};
  for (const [node, lines] of Object.entries(records)) {
    able[node] = clip(ableStretches(lines), window);
  }
  const forged = forgedBy(records, window);
  const gaps = gapsBetween(Object.values(able).flat(), window);
  return {
    able,
    overlapMs: overlap(able),
    secondsWithTwo: secondsWithTwo(able),
    slotsForgedTwice: [...forged].filter(([, nodes]) => nodes.length > 1)
      .map(([slot, nodes]) => ({ slot, nodes })).sort((a, b) => a.slot - b.slot),
    gaps,
    longestGapMs: Math.max(0, ...gaps.map(({ fromMs, toMs }) => toMs - fromMs)),
    slotsForged: forged.size,
  };
}

/** Stretches of one node's ability, each at least 1 ms long, since a slot can be forged in no time. */
export function ableStretches(lines: readonly RecordLine[]): readonly Stretch[] {
  const stretches: Stretch[] = [];
  let fromMs: number | undefined;
  let lastMs = 0;
  const end = (toMs: number) => {
    if (fromMs !== undefined) stretches.push({ fromMs, toMs: Math.max(toMs, fromMs + 1) });
    fromMs = undefined;
  };
  for (const { wallMs, event } of lines) {
    const silent = wallMs - lastMs > SILENCE_MS || wallMs < lastMs;
    if (event === "able" || event === "still_able" || event === "forged") {
      if (silent) end(lastMs);
      fromMs ??= wallMs;
    } else if (event === "started") {
      end(lastMs);
    } else if (event === "unable" || event === "ended") {
      end(silent ? lastMs : wallMs);
    } else if (fromMs === undefined || silent) {
      continue; // says nothing about forging, and a frozen node's first line must not bridge the gap
    }
    lastMs = wallMs;
  }
  end(lastMs);
  return stretches;
}

function clip(stretches: readonly Stretch[], window: Stretch | undefined): readonly Stretch[] {
  if (window === undefined) return stretches;
  return stretches
    .map(({ fromMs, toMs }) => ({
      fromMs: Math.max(fromMs, window.fromMs),
      toMs: Math.min(toMs, window.toMs),
    }))
    .filter(({ fromMs, toMs }) => fromMs < toMs);
}

function forgedBy(records: NodeRecords, window: Stretch | undefined): Map<number, string[]> {
  const forged = new Map<number, string[]>();
  for (const [node, lines] of Object.entries(records)) {
    for (const { event, slot, wallMs } of lines) {
      if (event !== "forged") continue;
      if (window !== undefined && (wallMs < window.fromMs || wallMs >= window.toMs)) continue;
      forged.set(slot, [...forged.get(slot) ?? [], node]);
    }
  }
  return forged;
}

/** Sweeps over all beginnings and ends; an end at the same moment comes first. */
function overlap(able: Readonly<Record<string, readonly Stretch[]>>): number {
  const edges = Object.values(able).flat()
    .flatMap(({ fromMs, toMs }) => [{ at: fromMs, by: 1 }, { at: toMs, by: -1 }])
    .sort((a, b) => a.at - b.at || a.by - b.by);
  let nodes = 0;
  let sinceMs = 0;
  let totalMs = 0;
  for (const { at, by } of edges) {
    if (nodes > 1) totalMs += at - sinceMs;
    nodes += by;
    sinceMs = at;
  }
  return totalMs;
}

function secondsWithTwo(able: Readonly<Record<string, readonly Stretch[]>>): readonly number[] {
  const nodesBySecond = new Map<number, Set<string>>();
  for (const [node, stretches] of Object.entries(able)) {
    for (const { fromMs, toMs } of stretches) {
      for (let second = Math.floor(fromMs / 1000); second * 1000 < toMs; second++) {
        const nodes = nodesBySecond.get(second) ?? new Set();
        nodesBySecond.set(second, nodes.add(node));
      }
    }
  }
  return [...nodesBySecond].filter(([, nodes]) => nodes.size > 1).map(([second]) => second)
    .sort((a, b) => a - b);
}

function gapsBetween(all: readonly Stretch[], window: Stretch | undefined): readonly Stretch[] {
  const sorted = [...all].sort((a, b) => a.fromMs - b.fromMs);
  const gaps: Stretch[] = [];
  let coveredMs = window?.fromMs ?? sorted[0]?.fromMs ?? 0;
  for (const { fromMs, toMs } of sorted) {
    if (fromMs > coveredMs) gaps.push({ fromMs: coveredMs, toMs: fromMs });
    coveredMs = Math.max(coveredMs, toMs);
  }
  if (window !== undefined && coveredMs < window.toMs) {
    gaps.push({ fromMs: coveredMs, toMs: window.toMs });
  }
  return gaps;
}
