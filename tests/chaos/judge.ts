// Owns the verdict on a campaign: overlaps, slots forged twice, gaps, take-overs, from the nodes' records.
// Never asks a sidecar, and excuses nothing but what the journal shows to break a stated assumption.

import {
  judgeSlots,
  type NodeRecords,
  type SlotJudgement,
  type Stretch,
} from "../../lib/demo/slots.ts";
import type { ApartClass } from "./fault.ts";
import type { JournalEntry } from "./journal.ts";

/** For so long a node that was frozen together with its guard may forge when they run again. */
const THAWED_MS = 1_000;

export interface Overlap extends Stretch {
  readonly nodes: readonly [string, string];
  readonly apart?: ApartClass;
}

export interface SlotTwice {
  readonly slot: number;
  readonly nodes: readonly string[];
  readonly apart?: ApartClass;
}

export interface Gap extends Stretch {
  readonly before: string;
  readonly after: string;
}

export interface Verdict {
  readonly judgement: SlotJudgement;
  readonly overlaps: readonly Overlap[];
  readonly slotsTwice: readonly SlotTwice[];
  readonly gaps: readonly Gap[];
}

export function judge(
  records: NodeRecords,
  journal: readonly JournalEntry[],
  window?: Stretch,
): Verdict {
  const judgement = judgeSlots(records, window);
  const isThawed = thawed(journal);
  const overlaps = overlapsOf(judgement.able).map((overlap) => ({
    ...overlap,
    ...apart(overlap.nodes.some((node) => isThawed(node, overlap))),
  }));
  const slotsTwice = judgement.slotsForgedTwice.map(({ slot, nodes }) => {
    const second = { fromMs: slot * 1_000, toMs: slot * 1_000 + 1_000 };
    return { slot, nodes, ...apart(nodes.some((node) => isThawed(node, second))) };
  });
  return { judgement, overlaps, slotsTwice, gaps: gapsOf(judgement.able) };
}

/** What is against the promise, in words; none when it held. */
export function violations({ overlaps, slotsTwice }: Verdict): readonly string[] {
  return [
    ...overlaps.filter((one) => one.apart === undefined).map(({ nodes, fromMs, toMs }) =>
      `${nodes.join(" and ")} were able to forge at once for ${toMs - fromMs} ms from ` +
      new Date(fromMs).toISOString()
    ),
    ...slotsTwice.filter((one) => one.apart === undefined).map(({ slot, nodes }) =>
      `slot ${slot} (${new Date(slot * 1_000).toISOString()}) was forged by ${nodes.join(" and ")}`
    ),
  ];
}

type Able = SlotJudgement["able"];

export function overlapsOf(able: Able): readonly Overlap[] {
  const all = byBeginning(able);
  return all.flatMap((one, index) => {
    const later = all.slice(index + 1);
    const end = later.findIndex(({ fromMs }) => fromMs >= one.toMs);
    return later.slice(0, end < 0 ? undefined : end).map((other): Overlap => ({
      nodes: [one.node, other.node],
      fromMs: other.fromMs,
      toMs: Math.min(one.toMs, other.toMs),
    }));
  });
}

/** From the end of one ability to the beginning of the next. */
export function gapsOf(able: Able): readonly Gap[] {
  const gaps: Gap[] = [];
  let last: (Stretch & { readonly node: string }) | undefined;
  for (const next of byBeginning(able)) {
    if (last !== undefined && next.fromMs > last.toMs) {
      gaps.push({ fromMs: last.toMs, toMs: next.fromMs, before: last.node, after: next.node });
    }
    if (last === undefined || next.toMs > last.toMs) last = next;
  }
  return gaps;
}

function byBeginning(able: Able) {
  return Object.entries(able)
    .flatMap(([node, stretches]) => stretches.map((stretch) => ({ ...stretch, node })))
    .sort((a, b) => a.fromMs - b.fromMs);
}

/** Whether that node's joint freeze ended shortly before. */
function thawed(journal: readonly JournalEntry[]) {
  const thaws = journal.filter(({ apart }) => apart === "joint_freeze");
  return (node: string, { fromMs, toMs }: Stretch) =>
    thaws.some((entry) =>
      entry.target === node && entry.toMs !== undefined && fromMs < entry.toMs + THAWED_MS &&
      toMs > entry.fromMs
    );
}

function apart(is: boolean): { readonly apart?: ApartClass } {
  return is ? { apart: "joint_freeze" } : {};
}
