// Owns the proof that a log line is one line, says what was given, and cannot break its caller.
// Never writes to the real standard output.

import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { wallTime } from "../../lib/core/time.ts";
import { createLog, errorText, type LogOptions } from "../../lib/log.ts";

function logTo(lines: string[], options: Partial<LogOptions> = {}) {
  return createLog({
    level: "INFO",
    format: "json",
    sink: (line) => lines.push(line),
    now: () => wallTime(1_700_000_000_000),
    ...options,
  });
}

Deno.test("a JSON line holds time, level, message and fields, and keeps our keys from the fields", () => {
  const lines: string[] = [];
  logTo(lines).with({ pod: "bp-0" }).info("Lease acquired", { transitions: 3, message: "mine" });
  assertEquals(lines.map((line) => JSON.parse(line)), [{
    timestamp: "2023-11-14T22:13:20.000Z",
    level: "INFO",
    message: "Lease acquired",
    pod: "bp-0",
    transitions: 3,
    message_: "mine",
  }]);
});

Deno.test("a text line is for people", () => {
  const lines: string[] = [];
  logTo(lines, { format: "text" }).warning("Node is gone", {
    pid: 7,
    why: "no /proc",
    x: undefined,
  });
  assertEquals(lines, ['2023-11-14T22:13:20.000Z WARNING Node is gone  pid=7  why="no /proc"']);
});

Deno.test("lines below the level are not written", () => {
  const lines: string[] = [];
  const log = logTo(lines, { level: "WARNING" });
  log.debug("a");
  log.info("b");
  log.warning("c");
  log.error("d");
  assertEquals(lines.length, 2);
});

Deno.test("errorText() flattens the chain of causes to one short line", () => {
  const refused = new Error("connection\n  refused");
  const error = new Error("Cannot read lease", {
    cause: new Error("GET failed", { cause: refused }),
  });
  assertEquals(errorText(error), "Cannot read lease: GET failed: connection refused");
  assertEquals(errorText(undefined), "undefined");
  assertEquals(errorText("text"), "text");
  const circular = new Error("round");
  circular.cause = circular;
  assertEquals(errorText(circular), "round");
});

Deno.test("bytes never reach a line", () => {
  const lines: string[] = [];
  logTo(lines).info("x", { key: new Uint8Array([171, 205]), deep: { buffer: new ArrayBuffer(3) } });
  assertStringIncludes(lines[0]!, '"key":"[2 bytes]"');
  assertStringIncludes(lines[0]!, '"buffer":"[3 bytes]"');
  assertFalse(lines[0]!.includes("171"));
});

Deno.test("a log never throws and writes exactly one line, whatever the fields", () => {
  const throwing = new Proxy({}, {
    ownKeys() {
      throw new Error("no");
    },
  });
  const circular: Record<string, unknown> = { big: 1n, f: () => 1, s: Symbol("s"), throwing };
  circular["self"] = circular;
  for (const format of ["json", "text"] as const) {
    const lines: string[] = [];
    const log = logTo(lines, { format });
    log.info("odd", circular);
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.anything()), (fields) => log.info("x", fields)),
    );
    assertEquals(lines.length, 101);
    assert(lines.every((line) => !line.includes("\n")));
  }
  const log = logTo([], {
    sink() {
      throw new Error("closed");
    },
  });
  log.error("x");
});
