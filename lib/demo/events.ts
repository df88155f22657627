// Owns what happened in the demo and what each event cost, judged by the nodes' own records.
// Never asks a sidecar.

import { judgeSlots, type NodeRecords, type Stretch } from "./slots.ts";

/** Something that was done to the replicas; it lasts until the next. */
export interface DemoEvent {
  readonly name: string;
  readonly atMs: number;
}

export interface EventCost {
  readonly name: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** From the event until a node forges that goes on; 0 where none stopped, undefined where none does. */
  readonly handOverMs: number | undefined;
  readonly nobodyMs: number;
  readonly twoMs: number;
  readonly slotsForgedTwice: number;
}

export interface DemoCost {
  readonly events: readonly EventCost[];
  /** Of the whole demo, also what lies at an edge between two events. */
  readonly total: {
    readonly nobodyMs: number;
    readonly twoMs: number;
    readonly slotsForged: number;
    readonly slotsForgedTwice: number;
  };
}

/** A killed node's record ends up to STILL_ABLE_MS early; under load a line may come later still. */
const EDGE_MS = 500;

export function costOf(
  records: NodeRecords,
  { events, endMs }: { events: readonly DemoEvent[]; endMs: number },
): DemoCost {
  const costs = events.map(({ name, atMs }, index) => {
    const toMs = events[index + 1]?.atMs ?? endMs;
    return costOfEvent(records, { name, window: { fromMs: atMs, toMs } });
  });
  const whole = judgeSlots(records);
  return {
    events: costs,
    total: {
      nobodyMs: costs.reduce((sum, { nobodyMs }) => sum + nobodyMs, 0),
      twoMs: whole.overlapMs,
      slotsForged: whole.slotsForged,
      slotsForgedTwice: whole.slotsForgedTwice.length,
    },
  };
}

function costOfEvent(
  records: NodeRecords,
  { name, window }: { name: string; window: Stretch },
): EventCost {
  const { able, gaps, overlapMs, slotsForgedTwice } = judgeSlots(records, window);
  const before = { fromMs: window.fromMs - EDGE_MS, toMs: window.fromMs + 1 };
  const counted = gaps.filter(({ fromMs, toMs }) =>
    fromMs === window.fromMs || toMs < window.toMs || toMs - fromMs > EDGE_MS
  );
  const last = counted.at(-1);
  const isOpen = last !== undefined && last.toMs === window.toMs;
  return {
    name,
    from: lastForger(judgeSlots(records, before).able),
    to: isOpen ? undefined : lastForger(able),
    handOverMs: isOpen ? undefined : last === undefined ? 0 : last.toMs - window.fromMs,
    nobodyMs: counted.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0),
    twoMs: overlapMs,
    slotsForgedTwice: slotsForgedTwice.length,
  };
}

function lastForger(able: Readonly<Record<string, readonly Stretch[]>>): string | undefined {
  const ends = Object.entries(able).flatMap(([node, stretches]) =>
    stretches.map(({ toMs }) => ({ node, toMs }))
  );
  return ends.sort((a, b) => b.toMs - a.toMs)[0]?.node;
}
