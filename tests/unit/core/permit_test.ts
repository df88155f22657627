// Owns the proof that a permit is bought by nothing but a stamp of this guard's present epoch.
// Never runs the guard's machine: guard_table_test.ts does.

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  combineHolds,
  EMPTY_STAMP_BOOK,
  type Hold,
  honourGrant,
  issueStamp,
  nextEpoch,
  type Permit,
  permitLeftMs,
  type StampBook,
} from "../../../lib/core/permit.ts";
import { permitTime } from "../../../lib/core/time.ts";

const H = 9_000;
const ISSUED = issueStamp(EMPTY_STAMP_BOOK, permitTime(1_000));

function grant(
  { book = ISSUED.book, stamp = ISSUED.stamp, holdMs = H, nowMs = 2_000, running }: {
    book?: StampBook;
    stamp?: typeof ISSUED.stamp;
    holdMs?: number;
    nowMs?: number;
    running?: Permit;
  } = {},
): string | number {
  const answer = honourGrant(book, {
    request: { stamp, holdMs, fencedSecond: undefined },
    running,
    holdMsMax: H,
    now: permitTime(nowMs),
  });
  return answer.kind === "permit" ? answer.permit.until : answer.why;
}

const RUNNING: Permit = {
  until: permitTime(20_000),
  sentAt: permitTime(11_000),
  fencedSecond: 5,
  carried: true,
};

const CASES: readonly [what: string, actual: () => string | number, expected: string | number][] = [
  ["counts from the stamp", () => grant(), 10_000],
  ["counts from the stamp, however late it comes", () => grant({ nowMs: 9_999 }), 10_000],
  ["comes to nothing when its time is over", () => grant({ nowMs: 10_000 }), "too_late"],
  ["is never longer than the guard's own setting", () => grant({ holdMs: 99_000 }), 10_000],
  ["may be shorter", () => grant({ holdMs: 4_000 }), 5_000],
  ["of an older epoch is refused", () => grant({ book: nextEpoch(ISSUED.book) }), "old_epoch"],
  [
    "of an epoch to come is refused",
    () => grant({ stamp: { ...ISSUED.stamp, epoch: 9 } }),
    "old_epoch",
  ],
  [
    "with a serial nobody issued is refused",
    () => grant({ stamp: { ...ISSUED.stamp, serial: 9 } }),
    "foreign_stamp",
  ],
  [
    "with its time moved is refused",
    () => grant({ stamp: { ...ISSUED.stamp, at: permitTime(1_900) } }),
    "foreign_stamp",
  ],
  ["shortens no running permit", () => grant({ running: RUNNING }), 20_000],
];

for (const [what, actual, expected] of CASES) {
  Deno.test(`a grant ${what}`, () => assertEquals(actual(), expected));
}

Deno.test("a grant for a carried permit makes it one of this guard's own", () => {
  const request = { stamp: ISSUED.stamp, holdMs: H, fencedSecond: undefined };
  const now = permitTime(2_000);
  const answer = honourGrant(ISSUED.book, { request, running: RUNNING, holdMsMax: H, now });
  assertEquals(answer.kind === "permit" && answer.permit.carried, false);
});

Deno.test("no stamp is honoured after a change of epoch", () => {
  const acts = fc.array(fc.constantFrom("issue", "change"), { maxLength: 20 });
  fc.assert(fc.property(acts, (list) => {
    let book = EMPTY_STAMP_BOOK;
    const before = [];
    for (const act of list) {
      if (act === "change") book = nextEpoch(book);
      else {
        const issued = issueStamp(book, permitTime(1_000));
        book = issued.book;
        before.push(issued.stamp);
      }
    }
    book = nextEpoch(book);
    return before.every((stamp) => typeof grant({ book, stamp }) === "string");
  }));
});

Deno.test("a permit has time left until its end, and never less than none", () => {
  assertEquals(permitLeftMs(RUNNING, permitTime(19_000)), 1_000);
  assertEquals(permitLeftMs(RUNNING, permitTime(21_000)), 0);
  assertEquals(permitLeftMs(undefined, permitTime(0)), 0);
});

function hold(sentMs: number, holdMs: number, { epoch = 1, fencedSecond }: {
  epoch?: number;
  fencedSecond?: number;
} = {}): Hold {
  return { stamp: { at: permitTime(sentMs), epoch, serial: 1 }, holdMs, fencedSecond };
}

Deno.test("several holds last until the first of them ends", () => {
  const together = combineHolds([hold(1_000, 9_000), hold(500, 8_000)]);
  assertEquals([together?.stamp.at, together?.holdMs], [permitTime(500), 8_000]);
});

Deno.test("several holds wait for the latest second in their receipts", () => {
  const holds = [hold(0, 1, { fencedSecond: 5 }), hold(0, 1, { fencedSecond: 7 }), hold(0, 1)];
  assertEquals(combineHolds(holds)?.fencedSecond, 7);
});

for (
  const [what, holds] of [
    ["one is missing", [hold(0, 1), undefined]],
    ["there is none", []],
    ["they are of different epochs", [hold(0, 1), hold(0, 1, { epoch: 2 })]],
  ] as const
) {
  Deno.test(`holds make no permit when ${what}`, () =>
    assertEquals(combineHolds(holds), undefined));
}
