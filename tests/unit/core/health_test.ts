// Owns the proof that failures count up and down as the contract says.
// Never calls an endpoint.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type Health,
  healthPenalty,
  noteCheck,
  resumeHealth,
  UNCHECKED_HEALTH,
} from "../../../lib/core/health.ts";
import { wallTime } from "../../../lib/core/time.ts";

/** `x` is a failure, `.` a success. */
function after(checks: string, { failureThreshold = 3, from = UNCHECKED_HEALTH } = {}): Health {
  return [...checks].reduce(
    (health, check, index) =>
      noteCheck(health, {
        ok: check === ".",
        at: wallTime(index * 30_000),
        message: check === "." ? "HTTP 200" : "HTTP 503",
        responseMs: 12,
        failureThreshold,
      }),
    from,
  );
}

const CASES: readonly [checks: string, threshold: number, failures: number, penalty: number][] = [
  ["", 3, 0, 0],
  [".", 3, 0, 0],
  ["x", 3, 1, 10],
  ["xx", 3, 2, 10],
  ["xx.", 3, 1, 10],
  ["xx..", 3, 0, 0],
  ["xx...", 3, 0, 0],
  ["xxx", 3, 3, 100],
  ["xxxx", 3, 4, 100],
  ["xxx.", 3, 2, 100],
  ["xxx..", 3, 1, 100],
  ["xxx...", 3, 0, 0],
  ["xxx..x..", 3, 0, 0],
  ["xxx..x.", 3, 1, 100],
  ["xxx...x", 3, 1, 10],
  ["x.x.x.x.", 3, 0, 0],
  ["xx.xx.xx", 3, 4, 100],
  ["x", 1, 1, 100],
  ["x.", 1, 0, 0],
  ["xxxxxxxxx", 10, 9, 10],
  ["xxxxxxxxxx", 10, 10, 100],
];

for (const [checks, failureThreshold, failures, penalty] of CASES) {
  Deno.test(`health after "${checks}" at threshold ${failureThreshold}: ${failures}, +${penalty}`, () => {
    const health = after(checks, { failureThreshold });
    assertEquals([health.consecutiveFailures, healthPenalty(health)], [failures, penalty]);
    assertEquals(health.healthy, penalty < 100);
  });
}

Deno.test("noteCheck() recovers from a night of failures in 20 successes", () => {
  const health = after("x".repeat(1_000));
  assertEquals(health.consecutiveFailures, 20);
  assertEquals(after(".".repeat(19), { from: health }).healthy, false);
  assertEquals(after(".".repeat(20), { from: health }).healthy, true);
});

Deno.test("noteCheck() follows a threshold that an operator changes", () => {
  const health = after("xx", { failureThreshold: 5 });
  assertEquals(health.healthy, true);
  assertEquals(after("x", { failureThreshold: 2, from: health }).healthy, false);
  assertEquals(after("xx", { failureThreshold: 10, from: after("xxx") }).healthy, false);
});

Deno.test("noteCheck() keeps the last check and the last success apart", () => {
  const health = after(".xx");
  assertEquals(health.lastSuccessAt, wallTime(0));
  assertEquals(health.lastCheck, {
    ok: false,
    at: wallTime(60_000),
    message: "HTTP 503",
    responseMs: 12,
  });
});

Deno.test("resumeHealth() makes sense of a status that somebody edited", () => {
  const cases: [boolean, number, boolean, number][] = [
    [true, 0, true, 0],
    [true, 2, true, 2],
    [false, 2, false, 2],
    [false, 0, true, 0],
    [false, -3, true, 0],
    [true, 2.7, true, 2],
    [false, NaN, true, 0],
    [false, Infinity, false, 20],
    [false, 1e9, false, 20],
  ];
  for (const [healthy, consecutiveFailures, expected, failures] of cases) {
    const health = resumeHealth({ healthy, consecutiveFailures });
    assertEquals([health.healthy, health.consecutiveFailures], [expected, failures]);
  }
});

const anyChecks = fc.array(fc.constantFrom("x", "."), { maxLength: 60 }).map((all) => all.join(""));

Deno.test("a new local leader goes on where the last one was, after any checks", () => {
  fc.assert(
    fc.property(anyChecks, anyChecks, fc.integer({ min: 1, max: 10 }), (a, b, threshold) => {
      const options = { failureThreshold: threshold };
      const { healthy, consecutiveFailures } = after(a + b, options);
      const resumed = after(b, { ...options, from: resumeHealth(after(a, options)) });
      assertEquals([resumed.healthy, resumed.consecutiveFailures], [healthy, consecutiveFailures]);
    }),
  );
});

Deno.test("healthy turns false only at the threshold, and true only without a failure left", () => {
  fc.assert(fc.property(anyChecks, fc.integer({ min: 1, max: 10 }), (checks, threshold) => {
    let health = UNCHECKED_HEALTH;
    for (const check of checks) {
      const next = after(check, { failureThreshold: threshold, from: health });
      if (health.healthy && !next.healthy) assert(next.consecutiveFailures >= threshold);
      if (!health.healthy && next.healthy) assertEquals(next.consecutiveFailures, 0);
      health = next;
    }
  }));
});
