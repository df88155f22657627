// Owns the proof that no overlap and no slot forged twice escapes a campaign's judge.
// Never starts a node: the records are written here.

import { assertEquals } from "@std/assert";
import type { RecordLine } from "../../../lib/demo/slot_record.ts";
import type { JournalEntry } from "../../chaos/journal.ts";
import { gapsOf, judge, violations } from "../../chaos/judge.ts";

/** Able from then to then, with a line every 100 ms and a block in every slot that begins meanwhile. */
function able(fromMs: number, toMs: number): RecordLine[] {
  const lines: RecordLine[] = [];
  const line = (wallMs: number, event: RecordLine["event"]) =>
    lines.push({ wallMs, slot: Math.floor(wallMs / 1_000), event });
  line(fromMs, "able");
  for (let ms = fromMs; ms < toMs; ms += 100) line(ms, ms % 1_000 === 0 ? "forged" : "still_able");
  line(toMs, "unable");
  return lines;
}

function frozen(apart: boolean, toMs: number): JournalEntry {
  const entry = { round: 0, fault: "x", target: "a", onForger: true, fromMs: 1_000, toMs };
  return apart ? { ...entry, apart: "joint_freeze" } : entry;
}

Deno.test("nodes that forge one after the other break nothing", () => {
  const verdict = judge({ a: able(1_000, 5_000), b: able(5_000, 9_000) }, []);
  assertEquals(violations(verdict), []);
  assertEquals(verdict.judgement.slotsForged, 8);
});

Deno.test("an overlap of one millisecond is told, and the slot of both, with nodes and moment", () => {
  const verdict = judge({ a: able(1_000, 5_001), b: able(5_000, 9_000) }, []);
  assertEquals(violations(verdict), [
    "a and b were able to forge at once for 1 ms from 1970-01-01T00:00:05.000Z",
    "slot 5 (1970-01-01T00:00:05.000Z) was forged by a and b",
  ]);
});

Deno.test("a stretch that holds two others overlaps with each of them", () => {
  const b = [...able(2_300, 2_600), ...able(4_300, 4_600)];
  const { overlaps } = judge({ a: able(1_000, 8_000), b }, []);
  assertEquals(overlaps.map(({ fromMs, toMs }) => [fromMs, toMs]), [[2_300, 2_600], [
    4_300,
    4_600,
  ]]);
});

Deno.test("a slot forged twice is told, also by one node alone", () => {
  const twice = [...able(1_000, 1_400), ...able(1_500, 1_900)];
  const forgedAgain = twice.map((line) =>
    line.wallMs === 1_500 && line.event === "still_able"
      ? { ...line, event: "forged" as const }
      : line
  );
  assertEquals(violations(judge({ a: forgedAgain }, [])), [
    "slot 1 (1970-01-01T00:00:01.000Z) was forged by a and a",
  ]);
});

Deno.test("what follows the end of a joint freeze is counted apart, and nothing else is", () => {
  const records = { a: able(30_000, 30_200), b: able(20_300, 40_000) };
  const excused = judge(records, [frozen(true, 29_990)]);
  assertEquals([excused.overlaps.length, violations(excused).length], [1, 0]);
  assertEquals(excused.overlaps[0]?.apart, "joint_freeze");
  for (
    const journal of [
      [],
      [frozen(false, 29_990)],
      [{ ...frozen(true, 29_990), target: "c" }],
      [frozen(true, 28_000)],
    ]
  ) assertEquals(violations(judge(records, journal)).length, 2, JSON.stringify(journal));
});

Deno.test("a gap is told with who forged before and after", () => {
  const records = { a: [...able(1_000, 2_000), ...able(7_000, 8_000)], b: able(3_500, 6_000) };
  assertEquals(gapsOf(judge(records, []).judgement.able), [
    { fromMs: 2_000, toMs: 3_500, before: "a", after: "b" },
    { fromMs: 6_000, toMs: 7_000, before: "b", after: "a" },
  ]);
});
