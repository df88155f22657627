// Owns the promise that a node which cannot start costs its replica the lease, however short its permits are.
// Never lets a sound one pay for permits that ended early.

import { assertEquals } from "@std/assert";
import { unfitness } from "../../../lib/core/guard_verdicts.ts";
import { GuardUnderTest, NODE } from "./forging_support.ts";

/** A start under a permit of so many milliseconds that shows no effect; then a stop, confirmed. */
function startInVain(guard: GuardUnderTest, holdMs: number): GuardUnderTest {
  begin(guard, holdMs);
  return end(guard.later(holdMs).tick());
}

function begin(guard: GuardUnderTest, holdMs: number): GuardUnderTest {
  return guard.grant(guard.stamp(), { holdMs }).later(1_000).tick().files("installed").signalled();
}

function end(guard: GuardUnderTest): GuardUnderTest {
  return guard.files("absent").signalled().later(1_500).scrape(0);
}

function unfit({ state, now }: GuardUnderTest): string | undefined {
  return unfitness(state, now.monotonic)?.code;
}

/** A follower after one start of 7 s that its permit's end cut short. */
function onceInVain(): GuardUnderTest {
  const guard = startInVain(GuardUnderTest.follower(), 7_000);
  assertEquals([guard.state.permit, unfit(guard)], [undefined, undefined]);
  return guard;
}

/** How long a start under an endless permit goes on before it is given up. */
function givenUpAfterMs(guard: GuardUnderTest): number {
  const fromMs = guard.nowMs;
  begin(guard, 9_000);
  while (guard.state.permit !== undefined && guard.nowMs < fromMs + 20_000) {
    guard.later(250).grant();
  }
  return guard.nowMs - fromMs;
}

Deno.test("starts that permits of 7 s cut short are given up in the second of them", () => {
  const guard = onceInVain();
  begin(guard, 7_000).later(2_500).tick();
  end(guard);
  assertEquals(unfit(guard), "start_failed");
});

interface Row {
  readonly since: string;
  readonly then: (guard: GuardUnderTest) => unknown;
  readonly givenUpAfterMs: number;
}

const ROWS: readonly Row[] = [
  { since: "nothing", then: () => {}, givenUpAfterMs: 3_000 },
  { since: "four minutes", then: (guard) => guard.later(240_000), givenUpAfterMs: 3_000 },
  { since: "five minutes", then: (guard) => guard.later(300_000), givenUpAfterMs: 10_000 },
  {
    since: "newer credentials",
    then: (guard) => guard.credentials(2).credentials(1),
    givenUpAfterMs: 10_000,
  },
  {
    since: "another process",
    then: (guard) =>
      guard.look(true, { identity: { ...NODE, pid: 8 } }).signalled().later(1_500)
        .scrape(0),
    givenUpAfterMs: 10_000,
  },
  {
    since: "forging confirmed",
    then: (guard) => {
      begin(guard, 9_000).later(500).scrape(1);
      end(guard.take({ kind: "revoked", reason: "lease_lost", killFrom: "half_fence" }));
    },
    givenUpAfterMs: 10_000,
  },
];

for (const { since, then, givenUpAfterMs: expected } of ROWS) {
  Deno.test(`after a start cut short and ${since} the next is given up after ${expected} ms`, () => {
    const guard = onceInVain();
    then(guard);
    assertEquals(givenUpAfterMs(guard), expected);
  });
}

Deno.test("a sound node that is slow to start under short permits is not given up", () => {
  const guard = GuardUnderTest.follower();
  for (let count = 0; count < 5; count++) startInVain(guard, 2_500);
  begin(guard, 9_000).later(1_500).scrape(1);
  assertEquals([guard.state.node.forging, guard.state.startTries], [true, undefined]);
});

Deno.test("what a guard that stood still slept through is no start in vain", () => {
  const guard = begin(GuardUnderTest.follower(), 2_000);
  end(guard.later(60_000).tick());
  assertEquals(guard.state.startTries?.tookMs, 2_000);
});
