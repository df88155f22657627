// Owns the proof that the judge of slots misses no overlap, no double slot and no gap.
// Never starts a node: records here are written by hand.

import { assertEquals } from "@std/assert";
import { parseRecord, type RecordEvent, type RecordLine } from "../../../lib/demo/slot_record.ts";
import { ableStretches, judgeSlots } from "../../../lib/demo/slots.ts";

/** `able 1000, forged 1000, unable 1500`: events with their wall milliseconds. */
function record(text: string): readonly RecordLine[] {
  return text.split(", ").filter((part) => part !== "").map((part) => {
    const [event = "", at = ""] = part.split(" ");
    const wallMs = Number(at);
    return { event: event as RecordEvent, wallMs, slot: Math.floor(wallMs / 1000) };
  });
}

/** Able from the first to the last moment, with a line each 100 ms. */
function steady(fromMs: number, toMs: number, end = `unable ${toMs}`): string {
  const lines = [`able ${fromMs}`];
  for (let at = fromMs + 100; at < toMs; at += 100) lines.push(`still_able ${at}`);
  return [...lines, end].filter((line) => line !== "").join(", ");
}

const STRETCHES: readonly [fact: string, record: string, stretches: [number, number][]][] = [
  ["nothing", "started 1, socket_open 2, sighup 3, ended 4", []],
  ["a start and a stop", steady(1000, 3000), [[1000, 3000]]],
  ["a node that is still able", steady(1000, 3000, ""), [[1000, 2900]]],
  ["a slot forged in no time", "able 1000, forged 1000, unable 1000", [[1000, 1001]]],
  ["a killed node", `${steady(1000, 2000, "")}, started 9000`, [[1000, 1900]]],
  [
    "a frozen node",
    `${steady(1000, 2000, "")}, forged 9000, still_able 9100, unable 9150`,
    [[1000, 1900], [9000, 9150]],
  ],
  ["a node frozen until it was stopped", `${steady(1000, 2000, "")}, unable 9000`, [[1000, 1900]]],
  ["a signal right after a freeze", `${steady(1000, 2000, "")}, sighup 9000, unable 9001`, [
    [1000, 1900],
  ]],
  ["a renewed thread", `${steady(1000, 2000, "")}, ${steady(1950, 3000)}`, [[1000, 3000]]],
  ["a node that ended by itself", steady(1000, 2000, "ended 1950"), [[1000, 1950]]],
  ["a wall clock put back", `${steady(9000, 9500, "")}, ${steady(1000, 1200)}`, [
    [9000, 9400],
    [1000, 1200],
  ]],
];
for (const [fact, text, stretches] of STRETCHES) {
  Deno.test(`ableStretches() of ${fact}`, () => {
    assertEquals(ableStretches(record(text)).map(({ fromMs, toMs }) => [fromMs, toMs]), stretches);
  });
}

Deno.test("judgeSlots() finds a clean hand-over clean and measures its gap", () => {
  const judged = judgeSlots({
    a: record(steady(1000, 4200)),
    b: record(steady(5000, 7000)),
  });
  assertEquals([judged.overlapMs, judged.secondsWithTwo, judged.slotsForgedTwice], [0, [], []]);
  assertEquals([judged.gaps, judged.longestGapMs], [[{ fromMs: 4200, toMs: 5000 }], 800]);
});

Deno.test("judgeSlots() finds two nodes able in one second, one after the other", () => {
  const judged = judgeSlots({ a: record(steady(1000, 4200)), b: record(steady(4600, 7000)) });
  assertEquals([judged.overlapMs, judged.secondsWithTwo], [0, [4]]);
});

Deno.test("judgeSlots() finds an overlap among three nodes and counts its time once", () => {
  const judged = judgeSlots({
    a: record(steady(1000, 4000)),
    b: record(steady(2500, 5000)),
    c: record(steady(3500, 3800)),
  });
  assertEquals([judged.overlapMs, judged.secondsWithTwo], [1500, [2, 3]]);
});

Deno.test("judgeSlots() finds a slot forged twice, also by one node", () => {
  const judged = judgeSlots({
    a: record("forged 1000, forged 2000"),
    b: record("forged 2500, forged 3000, forged 3100"),
  });
  assertEquals(judged.slotsForgedTwice, [
    { slot: 2, nodes: ["a", "b"] },
    { slot: 3, nodes: ["b", "b"] },
  ]);
  assertEquals(judged.slotsForged, 3);
});

Deno.test("judgeSlots() counts in a window only, where silence before and after is a gap", () => {
  const judged = judgeSlots({ a: record(`${steady(3000, 6000)}, forged 9000`) }, {
    fromMs: 1000,
    toMs: 8000,
  });
  assertEquals(judged.gaps, [{ fromMs: 1000, toMs: 3000 }, { fromMs: 6000, toMs: 8000 }]);
  assertEquals([judged.longestGapMs, judged.slotsForged], [2000, 0]);
  const empty = judgeSlots({ a: [] }, { fromMs: 0, toMs: 500 });
  assertEquals([empty.longestGapMs, judgeSlots({}).longestGapMs], [500, 0]);
});

Deno.test("parseRecord() leaves out what is torn or not a record", () => {
  const line = { slot: 1, wallMs: 1000, event: "forged" } as const;
  const text = `${
    JSON.stringify(line)
  }\n\n{"slot":1}\nnull\n{"slot":1,"wallMs":2,"event":"x"}\n{"sl`;
  assertEquals(parseRecord(text), [line]);
});
