// Owns the proof that the demo's two displays fit where they are shown and say what changed.
// Never needs a terminal.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Frame } from "../../../lib/demo/frame.ts";
import { KEY_HELP } from "../../../lib/demo/keyboard.ts";
import { block, LiveDisplay } from "../../../lib/demo/live_display.ts";
import { fit, paintWith, wrap } from "../../../lib/demo/paint.ts";
import { PlainDisplay } from "../../../lib/demo/plain_display.ts";
import type { ReplicaView } from "../../../lib/demo/replica_view.ts";
import type { RecordLine } from "../../../lib/demo/slot_record.ts";

const LEADER: ReplicaView = {
  name: "bp-0",
  pod: "up",
  node: "ready",
  leads: true,
  forging: "confirmed",
  permitLeftMs: 2_345,
  waitsFor: "",
  isForger: true,
  isStandby: false,
};
const STANDBY: ReplicaView = {
  ...LEADER,
  name: "bp-1",
  leads: false,
  forging: "no",
  permitLeftMs: 0,
  waitsFor: "bp-0 to be silent for 5 s",
  isForger: false,
  isStandby: true,
};

function forged(...slots: number[]): RecordLine[] {
  return slots.map((slot) => ({ event: "forged", slot, wallMs: slot * 1_000 }));
}

const FRAME: Frame = {
  elapsedMs: 6_400,
  nowMs: 15_000,
  scene: { number: "2 of 6", title: "The leader is told to stop", text: "bp-0 stops. ".repeat(20) },
  replicas: [LEADER, STANDBY],
  records: { "bp-0": forged(11, 12, 13), "bp-1": forged(13, 14) },
  events: [{ name: "start", atMs: 10_000 }, { name: "stop", atMs: 12_000 }],
  results: Array.from({ length: 9 }, (_, index) => `result ${index + 1}`),
};
const BY_HAND: Frame = { ...FRAME, byHand: { selected: "bp-1", keys: KEY_HELP } };

function plain(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replaceAll(/\x1b\[[0-9;?]*[A-Za-z]/g, "");
}

for (const columns of [60, 79, 110]) {
  for (const rows of [10, 23, 50]) {
    for (const frame of [FRAME, BY_HAND]) {
      const kind = frame.byHand === undefined ? "the story" : "a demo by hand";
      Deno.test(`the block of ${kind} fits ${columns} columns and ${rows} rows`, () => {
        const lines = block(frame, { columns, rows, paint: paintWith({ colours: true }) });
        assert(lines.length <= rows);
        assertEquals(lines.filter((line) => plain(line).length > columns), []);
      });
    }
  }
}

Deno.test("the block shows who leads, what was forged in each slot, and slots forged twice", () => {
  const lines = block(BY_HAND, { columns: 100, rows: 50, paint: paintWith({ colours: false }) });
  const text = lines.join("\n");
  assertStringIncludes(text, "event   1 2   \nbp-0    ·██X··\nbp-1    ···X█·");
  assertStringIncludes(text, "  bp-0    up         ready     yes   confirmed 2.3 s");
  assertStringIncludes(text, "> bp-1    up         ready     –     no        –");
  assertStringIncludes(text, "result 9");
  assert(!text.includes("result 3"));
  assert(!text.includes("\x1b"));
});

Deno.test("the live display draws over what it drew before", () => {
  const written: string[] = [];
  const display = new LiveDisplay({
    write: (text) => written.push(text),
    size: () => ({ columns: 80, rows: 24 }),
    paint: paintWith({ colours: false }),
  });
  display.show(FRAME);
  display.show(FRAME);
  display.close();
  const [hidden, first, second, shown] = written;
  assertEquals([hidden, shown], ["\x1b[?25l", "\x1b[?25h"]);
  const height = first!.split("\n").length - 1;
  assertEquals(second, `\x1b[${height}A${first}`);
});

Deno.test("the plain display says what changed, once", () => {
  const lines: string[] = [];
  const display = new PlainDisplay((line) => lines.push(line));
  const short = { ...FRAME, results: [], scene: { ...FRAME.scene, text: "bp-0 stops." } };
  display.show(short);
  display.show({
    ...short,
    replicas: [
      { ...LEADER, permitLeftMs: 1_000 },
      { ...STANDBY, waitsFor: "bp-0 to be silent for 3 s" },
    ],
  });
  display.show({ ...short, elapsedMs: 7_000, replicas: [{ ...LEADER, pod: "cut off" }, STANDBY] });
  display.show({ ...short, elapsedMs: 8_000, results: ["done"] });
  assertEquals(lines, [
    "\n2 of 6  The leader is told to stop",
    "        bp-0 stops.",
    "  6.4 s  bp-0  pod up, node ready, leads, forges (confirmed)",
    "  6.4 s  bp-1  pod up, node ready, waits for bp-0 to be silent",
    "  7.0 s  bp-0  pod cut off, node ready, leads, forges (confirmed)",
    "  8.0 s  => done",
    "  8.0 s  bp-0  pod up, node ready, leads, forges (confirmed)",
  ]);
});

Deno.test("text is wrapped between words and cut with a sign", () => {
  assertEquals(wrap("one two three", 8), ["one two", "three"]);
  assertEquals([fit("abcdef", 4), fit("ab", 4)], ["abc…", "ab  "]);
});
