// Owns the proof that the guard tells what changed, and a sign of life, and nothing more often.
// Never runs the machine: states are made for it.

import { assertEquals } from "@std/assert";
import { type Guarding, newGuarding } from "../../../lib/core/forging_state.ts";
import {
  addMs,
  type GuardInstant,
  monotonic,
  permitTime,
  wallTime,
} from "../../../lib/core/time.ts";
import type { GuardToManager } from "../../../lib/door.ts";
import { Reporter } from "../../../lib/guard/report.ts";
import { createLog } from "../../../lib/log.ts";
import { report, VALID } from "../http/sample.ts";

const STATE = newGuarding({
  fenceTimeoutMs: 4_000,
  renewDeadlineMs: 9_000,
  leaseDurationMs: 15_000,
  socketWaitTimeoutMs: 600_000,
  nodeRequired: true,
  metricsConfigured: true,
}, { bornAt: monotonic(0), carried: undefined, stopOwedSince: undefined, nonces: [] });

function at(ms: number): GuardInstant {
  return { monotonic: monotonic(ms), permit: permitTime(ms), wall: wallTime(ms) };
}

function arrange() {
  const told: GuardToManager[] = [];
  const lines: string[] = [];
  const { signals, fileOperations } = report();
  const reporter = new Reporter({
    keeper: { verdict: VALID, rejected: [] },
    hands: { signals, kills: 0, fileOperations },
    log: createLog({
      level: "INFO",
      format: "json",
      sink: (line) => lines.push(line),
      now: () => wallTime(0),
    }),
    tell: (message) => told.push(message),
  });
  const messages = () => lines.map((line) => JSON.parse(line).message);
  return { reporter, told, messages };
}

function change(part: Partial<Guarding>): Guarding {
  return { ...STATE, ...part };
}

Deno.test("a change is told at once, and the same again only as a sign of life", () => {
  const { reporter, told } = arrange();
  for (let ms = 0; ms < 5_000; ms += 250) reporter.turn({ ...STATE }, at(ms));
  assertEquals(told.length, 1);
  reporter.turn(STATE, at(5_000));
  assertEquals(told.length, 2);
  reporter.turn(change({ credentials: { usable: true, generation: 1 } }), at(5_100));
  assertEquals(told.length, 3);
});

Deno.test("what changes by time alone is told within a second", () => {
  const { reporter, told, messages } = arrange();
  reporter.turn(STATE, at(599_500));
  assertEquals(told.length, 1);
  reporter.turn({ ...STATE }, at(600_500));
  const last = told.at(-1);
  assertEquals(last?.kind === "report" && last.report.node.socketOverdue, true);
  reporter.turn({ ...STATE }, at(606_000));
  assertEquals(messages(), [
    "Not fit to lead",
    "No node accepted connections within SOCKET_WAIT_TIMEOUT: waiting on",
  ]);
});

Deno.test("a permit's extension is news, its shrinking is not", () => {
  const { reporter, told } = arrange();
  const permit = {
    until: permitTime(9_000),
    sentAt: permitTime(0),
    fencedSecond: undefined,
    carried: false,
  };
  reporter.turn(change({ permit }), at(0));
  reporter.turn(change({ permit }), at(1_000));
  reporter.turn(change({ permit }), at(2_000));
  assertEquals(told.length, 1);
  const longer = { ...permit, until: addMs(permit.until, 3_750) };
  reporter.turn(change({ permit: longer }), at(2_100));
  assertEquals(told.length, 2);
});
