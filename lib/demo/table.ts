// Owns the demo's last words: the table of events and the verdict.
// Never judges: events.ts has.

import type { DemoCost, EventCost } from "./events.ts";
import { type Paint, seconds } from "./paint.ts";

/** Narrow, so that the table fits 80 columns; the text below it explains them. */
const COLUMNS = ["hand-over", "no forger", "   two", "twice"] as const;
const GAP = 2;

export function costTable(cost: DemoCost, { paint }: { paint: Paint }): readonly string[] {
  const names = cost.events.map((event, index) => `${index + 1}  ${event.name}`);
  const nameColumns = Math.max(...names.map(({ length }) => length), "all of them".length) + GAP;
  const forgers = cost.events.map(forgerText);
  const forgerColumns = Math.max(...forgers.map(({ length }) => length), "forger".length) + GAP;
  const row = (name: string, forger: string, cells: readonly string[]) =>
    name.padEnd(nameColumns) + forger.padEnd(forgerColumns) +
    cells.map((cell, index) => cell.padStart((COLUMNS[index] ?? "").length + GAP)).join("");
  const heading = row("event", "forger", COLUMNS);
  const line = "─".repeat(heading.length);
  const { total } = cost;
  return [
    paint("dim", heading),
    paint("dim", line),
    ...cost.events.map((event, index) =>
      row(names[index] ?? "", forgers[index] ?? "", [
        event.handOverMs === undefined ? "none" : seconds(event.handOverMs),
        ...judged(event),
      ])
    ),
    paint("dim", line),
    paint("bold", row("all of them", `${total.slotsForged} slots`, ["", ...judged(total)])),
  ];
}

function judged(
  { nobodyMs, twoMs, slotsForgedTwice }: Pick<EventCost, "nobodyMs" | "twoMs" | "slotsForgedTwice">,
): readonly string[] {
  return [seconds(nobodyMs), twoMs === 0 ? "0 s" : seconds(twoMs), String(slotsForgedTwice)];
}

function forgerText({ from, to }: EventCost): string {
  if (from === undefined) return to === undefined ? "none" : to;
  if (to === undefined) return `${from} -> none`;
  return from === to ? `${from} goes on` : `${from} -> ${to}`;
}

/** One event as a line, as soon as it is over. */
export function costLine(event: EventCost): string {
  const { name, handOverMs, nobodyMs } = event;
  if (handOverMs === undefined) return `${name}: nobody forges yet`;
  if (handOverMs === 0) return `${name}: ${forgerText(event)}, not a moment is lost`;
  const cost = seconds(handOverMs) === seconds(nobodyMs)
    ? `after ${seconds(nobodyMs)} without a forger`
    : `after ${seconds(handOverMs)}, of which ${seconds(nobodyMs)} without a forger`;
  return `${name}: ${forgerText(event)} ${cost}`;
}

export function wasSafe({ total }: DemoCost): boolean {
  return total.twoMs === 0 && total.slotsForgedTwice === 0;
}

export function verdict(cost: DemoCost): string {
  const { twoMs, slotsForgedTwice, slotsForged } = cost.total;
  if (slotsForged === 0) return "No slot was forged.";
  if (wasSafe(cost)) {
    return `Two nodes never forged at once, and none of ${slotsForged} slots was forged twice.`;
  }
  return `WRONG: two nodes forged at once for ${seconds(twoMs)}, ` +
    `and ${slotsForgedTwice} slots were forged twice.`;
}
