// Owns the tables of what may be done about a lease, case by case.
// Never plays a whole election: manager_test.ts does.

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  leaseStanding,
  type LeaseStandpoint,
  type LeaseView,
  nextTransitions,
  observeLease,
  UNOBSERVED,
} from "../../../lib/core/lease.ts";
import { monotonic } from "../../../lib/core/time.ts";
import { leaseRecord, type LeaseSketch } from "./lease_support.ts";

const SELF: LeaseStandpoint = {
  holder: "me",
  holderUid: "my-uid",
  poolId: "pool",
  durationMs: 15_000,
  nonces: ["mine"],
};

/** Sees the records one after the other, each so many ms after the one before. */
function see(...steps: (readonly [afterMs: number, sketch: LeaseSketch | undefined])[]): {
  view: LeaseView;
  nowMs: number;
} {
  let view = UNOBSERVED;
  let nowMs = 1_000;
  for (const [afterMs, sketch] of steps) {
    nowMs += afterMs;
    view = observeLease(view, {
      seen: sketch === undefined ? undefined : leaseRecord(sketch),
      at: monotonic(nowMs),
      ownDurationMs: SELF.durationMs,
    });
  }
  return { view, nowMs };
}

function standing(
  steps: Parameters<typeof see>,
  { laterMs = 0, self = SELF }: { laterMs?: number; self?: LeaseStandpoint } = {},
): string {
  const { view, nowMs } = see(...steps);
  const at = leaseStanding(view, { self, now: monotonic(nowMs + laterMs) });
  switch (at.kind) {
    case "wait":
      return `wait ${at.until - nowMs - laterMs}`;
    case "claimable":
      return `claimable ${at.why}`;
    case "moved":
      return `moved ${at.to.join(" ")}`;
    default:
      return at.kind;
  }
}

const OTHER = { holder: "other", holderUid: "other-uid", nonce: "theirs" };
const MINE = { holder: "me", holderUid: "my-uid", nonce: "mine" };
const RELEASED = { receipt: {} };

const CASES: readonly [
  what: string,
  seen: Parameters<typeof see>,
  laterMs: number,
  expected: string,
][] = [
  ["never seen", [], 0, "unobserved"],
  ["missing", [[0, undefined]], 99_000, "absent"],
  ["vacant, no receipt", [[0, {}]], 0, "wait 15000"],
  ["vacant, no receipt, after the wait", [[0, {}]], 15_000, "claimable silent"],
  ["vacant with a receipt", [[0, RELEASED]], 0, "claimable released"],
  ["receipt of another uid", [[0, { receipt: { uid: "gone" } }]], 0, "wait 15000"],
  ["receipt of another renewTime", [[0, { receipt: { renewTime: "t0" } }]], 0, "wait 15000"],
  ["receipt of other transitions", [[0, { receipt: { transitions: 2 } }]], 0, "wait 15000"],
  ["receipt without a second", [[0, { receipt: { fencedSecond: "soon" } }]], 0, "wait 15000"],
  ["receipt beside a holder", [[0, { ...OTHER, ...RELEASED }]], 0, "wait 15000"],
  ["held by another", [[0, OTHER]], 14_999, "wait 1"],
  ["held by another, after the wait", [[0, OTHER]], 15_000, "claimable silent"],
  [
    "renewed meanwhile",
    [[0, OTHER], [14_000, { ...OTHER, renewTime: "t2", nonce: "n2" }]],
    0,
    "wait 15000",
  ],
  [
    "labels changed meanwhile",
    [[0, OTHER], [14_000, { ...OTHER, labels: { a: "b" } }]],
    0,
    "wait 1000",
  ],
  [
    "another holder meanwhile",
    [[0, OTHER], [14_000, { ...OTHER, holder: "third" }]],
    0,
    "wait 15000",
  ],
  ["made anew meanwhile", [[0, OTHER], [14_000, { ...OTHER, uid: "new" }]], 0, "wait 15000"],
  ["the holder's duration is longer", [[0, { ...OTHER, seconds: 40 }]], 15_000, "wait 25000"],
  ["the holder's duration is shorter", [[0, { ...OTHER, seconds: 2 }]], 2_000, "wait 13000"],
  [
    "a longer duration was seen before",
    [[0, { ...OTHER, seconds: 40 }], [1, { ...OTHER, seconds: 2 }]],
    20_000,
    "wait 19999",
  ],
  ["a day by hand", [[0, { ...OTHER, seconds: 86_400 }]], 300_000, "claimable silent"],
  ["ours by name, UID and nonce", [[0, MINE]], 0, "mine"],
  ["ours by name alone", [[0, { holder: "me" }]], 0, "wait 15000"],
  ["our name, another UID", [[0, { ...MINE, holderUid: "before" }]], 0, "wait 15000"],
  [
    "our name and UID, a nonce we did not write",
    [[0, { ...MINE, nonce: "edited" }]],
    0,
    "wait 15000",
  ],
  [
    "another pool's, vacant with a receipt",
    [[0, { ...RELEASED, pool: "b" }]],
    99_000,
    "other_pool",
  ],
  ["marked as moved", [[0, { ...RELEASED, movedTo: "new,third" }]], 99_000, "moved new third"],
  [
    "transitions fell, released",
    [[0, { ...OTHER, transitions: 9 }], [1_000, RELEASED]],
    0,
    "wait 15000",
  ],
  ["transitions fell, ours", [[0, { ...OTHER, transitions: 9 }], [1_000, MINE]], 0, "wait 15000"],
  [
    "transitions fell, after the wait",
    [[0, { ...OTHER, transitions: 9 }], [0, RELEASED]],
    15_000,
    "claimable released",
  ],
  [
    "transitions rose again, but not to the highest",
    [
      [0, { ...OTHER, transitions: 9 }],
      [0, { ...OTHER, transitions: 1 }],
      [30_000, { ...RELEASED, transitions: 5, receipt: { transitions: 5 } }],
    ],
    0,
    "wait 15000",
  ],
  [
    "renewed by a manager that writes no nonce",
    [
      [0, { holder: "old" }],
      [5_000, { holder: "old", renewTime: "t2" }],
    ],
    15_000,
    "wait 45000",
  ],
];

for (const [what, seen, laterMs, expected] of CASES) {
  Deno.test(`a lease ${what}: ${expected.replace(/ \d+$/, "")}`, () => {
    assertEquals(standing(seen, { laterMs }), expected);
  });
}

Deno.test("a wait never ends before the record stood still for our own duration", () => {
  const sketch = fc.record({
    holder: fc.constantFrom("", "a", "b"),
    transitions: fc.nat(4),
    renewTime: fc.constantFrom("t1", "t2", "t3"),
    seconds: fc.constantFrom(1, 15, 60),
    nonce: fc.constantFrom("n1", "n2"),
  });
  const steps = fc.array(fc.tuple(fc.nat(40_000), sketch), { minLength: 1, maxLength: 12 });
  fc.assert(fc.property(steps, fc.nat(100_000), (seen, laterMs) => {
    const { view, nowMs } = see(...seen as Parameters<typeof see>);
    const now = monotonic(nowMs + laterMs);
    const at = leaseStanding(view, { self: SELF, now });
    const stoodMs = nowMs + laterMs - (view.stillSince ?? 0);
    return at.kind !== "claimable" || at.why !== "silent" || stoodMs >= SELF.durationMs;
  }));
});

Deno.test("transitions of a claim are above everything that was ever seen", () => {
  const seen = fc.array(fc.nat(50), { minLength: 1, maxLength: 8 });
  fc.assert(fc.property(seen, (transitions) => {
    const { view } = see(...transitions.map((value) => [1, { transitions: value }] as const));
    return nextTransitions(view) > Math.max(...transitions);
  }));
});
