// Owns the proof that an event is charged with what it cost, and not with what the next one did.
// Never starts a node: records here are written by hand.

import { assertEquals } from "@std/assert";
import { costOf } from "../../../lib/demo/events.ts";
import type { RecordLine } from "../../../lib/demo/slot_record.ts";
import { costLine, costTable, verdict, wasSafe } from "../../../lib/demo/table.ts";

/** Able in each of these stretches, with a line each 100 ms and a block in each second. */
function node(...stretches: readonly (readonly [fromMs: number, toMs: number])[]): RecordLine[] {
  const line = (event: RecordLine["event"], wallMs: number): RecordLine => ({
    event,
    wallMs,
    slot: Math.floor(wallMs / 1_000),
  });
  return stretches.flatMap(([fromMs, toMs]) => {
    const lines = [line("able", fromMs)];
    for (let at = fromMs; at < toMs; at += 100) {
      lines.push(line(at === fromMs || at % 1_000 === 0 ? "forged" : "still_able", at));
    }
    return [...lines, line("unable", toMs)];
  });
}

const START = { name: "start", atMs: 1_000 };
const EVENT = { name: "event", atMs: 10_000 };

const CASES: readonly [
  fact: string,
  records: Record<string, RecordLine[]>,
  cost: [line: string, nobodyMs: number, twoMs: number, twice: number],
][] = [
  [
    "a hand-over on notice, from the slot after the stop",
    { a: node([5_000, 10_200]), b: node([11_000, 15_000]) },
    ["event: a -> b after 1.0 s, of which 0.8 s without a forger", 800, 0, 0],
  ],
  [
    "the end of a node whose record ends a little before the event",
    { a: node([5_000, 9_950]), b: node([14_000, 15_000]) },
    ["event: a -> b after 4.0 s without a forger", 4_000, 0, 0],
  ],
  [
    "nothing, where the forger goes on",
    { a: node([5_000, 15_000]), b: [] },
    ["event: a goes on, not a moment is lost", 0, 0, 0],
  ],
  [
    "all time since, where nobody forges yet",
    { a: node([5_000, 10_000]), b: [] },
    ["event: nobody forges yet", 5_000, 0, 0],
  ],
  [
    "not with the end of the next event's victim",
    { a: node([5_000, 10_200]), b: node([11_000, 14_950]) },
    ["event: a -> b after 1.0 s, of which 0.8 s without a forger", 800, 0, 0],
  ],
  [
    "two forgers and their slots",
    { a: node([5_000, 13_500]), b: node([11_000, 15_000]) },
    ["event: a -> b, not a moment is lost", 0, 2_500, 3],
  ],
];
for (const [fact, records, [line, nobodyMs, twoMs, twice]] of CASES) {
  Deno.test(`costOf() charges an event with ${fact}`, () => {
    const { events } = costOf(records, { events: [START, EVENT], endMs: 15_000 });
    const event = events[1]!;
    assertEquals(costLine(event), line);
    assertEquals([event.nobodyMs, event.twoMs, event.slotsForgedTwice], [nobodyMs, twoMs, twice]);
  });
}

Deno.test("costOf() finds in the whole what lies at the edge of two events", () => {
  const records = { a: node([5_000, 10_002]), b: node([9_998, 15_000]) };
  const cost = costOf(records, { events: [START, EVENT], endMs: 15_000 });
  assertEquals(cost.total.twoMs, 4);
  assertEquals(wasSafe(cost), false);
});

Deno.test("the table fits 80 columns and says every figure of the story", () => {
  const records = { "bp-0": node([5_000, 10_200]), "bp-1": node([11_000, 15_000]) };
  const events = [
    { name: "three pods start", atMs: 1_000 },
    { name: "bp-0 loses its sidecar", atMs: 10_000 },
  ];
  const cost = costOf(records, { events, endMs: 15_000 });
  const lines = costTable(cost, { paint: (_style, text) => text });
  assertEquals(lines.filter((line) => line.length >= 80), []);
  assertEquals(lines.map((line) => line.replaceAll(/\s+/g, " ").trim()), [
    "event forger hand-over no forger two twice",
    lines[1],
    "1 three pods start bp-0 4.0 s 4.0 s 0 s 0",
    "2 bp-0 loses its sidecar bp-0 -> bp-1 1.0 s 0.8 s 0 s 0",
    lines[4],
    "all of them 10 slots 4.8 s 0 s 0",
  ]);
  assertEquals(
    verdict(cost),
    "Two nodes never forged at once, and none of 10 slots was forged twice.",
  );
});

Deno.test("the verdict is plain where two forged", () => {
  const records = { a: node([5_000, 13_000]), b: node([11_000, 15_000]) };
  const cost = costOf(records, { events: [START], endMs: 15_000 });
  assertEquals(
    verdict(cost),
    "WRONG: two nodes forged at once for 2.0 s, and 2 slots were forged twice.",
  );
});
