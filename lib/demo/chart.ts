// Owns the picture of all slots: one row a node, one column a second, a block where it forged.
// Never draws what a sidecar says: only what the nodes wrote.

import type { DemoEvent } from "./events.ts";
import type { Paint, Style } from "./paint.ts";
import type { NodeRecords } from "./slots.ts";

export interface ChartOptions {
  readonly events: readonly DemoEvent[];
  readonly nowMs: number;
  readonly columns: number;
  readonly paint: Paint;
}

const LABEL_COLUMNS = 8;
const FORGED = "█";
const NOT_FORGED = "·";
const FORGED_TWICE = "X";
const STYLES: Readonly<Record<string, Style>> = { [FORGED]: "good", [NOT_FORGED]: "dim" };

/** The latest slots that fit. A slot forged twice, by whomever, is an X in every row that has it. */
export function slotChart(records: NodeRecords, options: ChartOptions): readonly string[] {
  const { events, nowMs, columns, paint } = options;
  const lastSlot = slotOf(nowMs);
  const firstSlot = Math.max(
    slotOf(events[0]?.atMs ?? nowMs),
    lastSlot - columns + 1 + LABEL_COLUMNS,
  );
  const counts = new Map<number, number>();
  const rows = Object.entries(records).map(([node, lines]) => {
    const slots = new Set<number>();
    for (const { event, slot } of lines) {
      if (event !== "forged") continue;
      slots.add(slot);
      counts.set(slot, (counts.get(slot) ?? 0) + 1);
    }
    return { node, slots };
  });
  const range = Array.from({ length: lastSlot - firstSlot + 1 }, (_, index) => firstSlot + index);
  const marks = new Map(events.map(({ atMs }, index) => [slotOf(atMs), markOf(index)]));
  return [
    paint(
      "dim",
      "event".padEnd(LABEL_COLUMNS) + range.map((slot) => marks.get(slot) ?? " ").join(""),
    ),
    ...rows.map(({ node, slots }) =>
      node.padEnd(LABEL_COLUMNS) + cells(range, { slots, counts, paint })
    ),
  ];
}

/** Painted run by run: a colour for each cell would be most of what is written. */
function cells(
  range: readonly number[],
  { slots, counts, paint }: {
    slots: ReadonlySet<number>;
    counts: ReadonlyMap<number, number>;
    paint: Paint;
  },
): string {
  const text = range.map((slot) => {
    if (!slots.has(slot)) return NOT_FORGED;
    return (counts.get(slot) ?? 0) > 1 ? FORGED_TWICE : FORGED;
  }).join("");
  return text.replaceAll(/(.)\1*/g, (run) => paint(STYLES[run.charAt(0)] ?? "bad", run));
}

function slotOf(wallMs: number): number {
  return Math.floor(wallMs / 1_000);
}

/** 1 to 9, then letters: one column is all there is. */
function markOf(index: number): string {
  return "123456789abcdefghijklmnopqrstuvwxyz"[index % 35] ?? "*";
}
