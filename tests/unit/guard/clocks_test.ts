// Owns the proof that the permit clock never runs slower than any clock it is made of.
// Never reads a real clock, but to see that this machine's can be read.

import { assert, assertEquals, assertGreaterOrEqual, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import {
  parseUptime,
  PERMIT_CLOCK_SLACK_MS,
  PermitClock,
  systemClocks,
} from "../../../lib/guard/clocks.ts";

class FakeClocks {
  boot: number | undefined = 1_000_000;
  wall = 1_700_000_000_000;
  monotonic = 5;
  readonly sources = {
    bootMs: () => this.boot === undefined ? undefined : Math.floor(this.boot / 10) * 10,
    wallMs: () => Math.floor(this.wall),
    monotonicMs: () => this.monotonic,
    bootId: () => "boot",
  };

  pass(ms: number, { suspended = false, wallStepMs = 0 } = {}): void {
    if (this.boot !== undefined) this.boot += ms;
    this.wall += ms + wallStepMs;
    if (!suspended) this.monotonic += ms;
  }
}

function advance(act: (clocks: FakeClocks, clock: PermitClock) => void): number {
  const clocks = new FakeClocks();
  const clock = new PermitClock(clocks.sources);
  const before = clock.now();
  act(clocks, clock);
  return clock.now() - before;
}

Deno.test("PermitClock follows time that just passes, however often it is read", () => {
  const passed = advance((clocks, clock) => {
    for (let i = 0; i < 10_000; i++) {
      clocks.pass(1);
      clock.now();
    }
  });
  assertGreaterOrEqual(passed, 10_000 - PERMIT_CLOCK_SLACK_MS);
  assertLessOrEqual(passed, 10_000 + PERMIT_CLOCK_SLACK_MS);
});

Deno.test("PermitClock counts suspended time", () => {
  assertGreaterOrEqual(advance((clocks) => clocks.pass(60_000, { suspended: true })), 60_000 - 20);
});

Deno.test("PermitClock follows the wall clock forward", () => {
  assertGreaterOrEqual(advance((clocks) => clocks.pass(100, { wallStepMs: 3_600_000 })), 3_600_080);
});

Deno.test("PermitClock ignores a step back of the wall clock and goes on counting after it", () => {
  const passed = advance((clocks, clock) => {
    clocks.pass(100, { wallStepMs: -3_600_000 });
    clock.now();
    clocks.pass(1000);
  });
  assertGreaterOrEqual(passed, 1100 - 20);
  assertLessOrEqual(passed, 1100 + 20);
});

Deno.test("PermitClock goes on by boot time after the wall clock went forward and back", () => {
  const passed = advance((clocks, clock) => {
    clocks.pass(0, { wallStepMs: 3_600_000 });
    clock.now();
    clocks.pass(0, { wallStepMs: -3_600_000 });
    clock.now();
    clocks.pass(5000);
  });
  assertGreaterOrEqual(passed, 3_605_000 - 20);
});

Deno.test("PermitClock does without an unreadable boot clock, and takes it up when it returns", () => {
  const passed = advance((clocks, clock) => {
    clocks.boot = undefined;
    clocks.pass(1000);
    clock.now();
    clocks.boot = 1_001_000;
    clock.now();
    clocks.pass(1000, { suspended: true });
  });
  assertGreaterOrEqual(passed, 2000 - 20);
  assertLessOrEqual(passed, 2000 + 20);
  const clocks = new FakeClocks();
  clocks.boot = undefined;
  const late = new PermitClock(clocks.sources);
  clocks.boot = 99_000_000;
  assertEquals(late.now(), 0);
});

Deno.test("PermitClock advances over any stretch at least as much as each of its clocks", () => {
  const step = fc.record({
    ms: fc.nat(5000),
    suspended: fc.boolean(),
    wallStepMs: fc.oneof(fc.constant(0), fc.integer({ min: -100_000, max: 100_000 })),
  });
  fc.assert(fc.property(fc.array(step, { minLength: 1, maxLength: 30 }), (steps) => {
    const clocks = new FakeClocks();
    const clock = new PermitClock(clocks.sources);
    const readings = steps.map((each) => {
      clocks.pass(each.ms, each);
      return { ...clocks, permit: clock.now() };
    });
    readings.forEach((first, i) => {
      for (const second of readings.slice(i)) {
        const largest = Math.max(
          (second.boot ?? 0) - (first.boot ?? 0),
          second.wall - first.wall,
          second.monotonic - first.monotonic,
        );
        // Boot time is read in steps of 10 ms.
        assert(second.permit - first.permit >= largest - PERMIT_CLOCK_SLACK_MS - 10);
      }
    });
  }));
});

for (
  const [text, ms] of [
    ["895.57 1722.16\n", 895_570],
    ["0.00 0.00", 0],
    ["", undefined],
    ["12", undefined],
    ["-1.00 2", undefined],
    [undefined, undefined],
  ] as const
) {
  Deno.test(`parseUptime() of ${JSON.stringify(text)} is ${ms}`, () => {
    assertEquals(parseUptime(text), ms);
  });
}

Deno.test("systemClocks() reads this machine's clocks, and none where there is no /proc", () => {
  const clocks = systemClocks();
  assert((clocks.bootMs() ?? 0) > 0);
  assertEquals(clocks.bootId()?.length, 36);
  const none = systemClocks("/nowhere");
  assertEquals([none.bootMs(), none.bootId()], [undefined, undefined]);
});
