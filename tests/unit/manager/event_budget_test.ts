// Owns the bounds of what is written as Events, and that nothing is lost uncounted.
// Never sends one.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { addMs, monotonic, wallTime } from "../../../lib/core/time.ts";
import {
  BURST,
  type EventBudget,
  newEventBudget,
  nextEventWrite,
  noteEvent,
  noteEventWritten,
  type Notice,
  REFILL_MS,
  REFUSED_MS,
  REPEAT_MS,
  SERIES_MS,
  SETTLE_MS,
  TRIES_MAX,
  WAITING_MAX,
  type WriteOutcome,
} from "../../../lib/manager/event_budget.ts";

function notice(reason: string, type: Notice["type"] = "Normal"): Notice {
  return { about: "pod", type, reason, action: "Elect", note: `because of ${reason}` };
}

/** A budget whose writes are answered at once, and a record of them. */
class Desk {
  budget: EventBudget = newEventBudget(monotonic(0));
  nowMs = 0;
  /** `create LeaderElected x2` */
  readonly wrote: string[] = [];
  readonly wroteAtMs: number[] = [];
  told = 0;
  outcome: WriteOutcome = "written";

  note(...notices: readonly Notice[]): this {
    const now = { monotonic: monotonic(this.nowMs), wall: wallTime(this.nowMs) };
    for (const one of notices) this.budget = noteEvent(this.budget, one, now);
    return this;
  }

  /** Writes what may be written until then, each as soon as it may. */
  until(ms: number): this {
    for (;;) {
      const now = monotonic(this.nowMs);
      const { budget, write, wakeAt } = nextEventWrite(this.budget, now);
      this.budget = budget;
      if (write === undefined) {
        if (wakeAt === undefined || wakeAt > ms) break;
        assert(wakeAt > this.nowMs, "it asks to be woken later");
        this.nowMs = wakeAt;
        continue;
      }
      const { key, series } = write;
      const verb = series.isStored ? "repeat" : "create";
      this.wrote.push(`${verb} ${series.notice.reason} x${series.count}`);
      this.wroteAtMs.push(this.nowMs);
      const { outcome } = this;
      if (outcome === "written") this.told += series.count - series.toldCount;
      this.budget = noteEventWritten(this.budget, { key, told: series, outcome, now });
    }
    this.nowMs = Math.max(this.nowMs, ms);
    return this;
  }

  get waiting(): number {
    return [...this.budget.series.values()]
      .reduce((sum, { count, toldCount }) => sum + count - toldCount, 0);
  }
}

Deno.test("an Event waits until the election's own requests are out", () => {
  const desk = new Desk().note(notice("LeaderElected")).until(SETTLE_MS - 1);
  assertEquals(desk.wrote, []);
  assertEquals(desk.until(SETTLE_MS).wrote, ["create LeaderElected x1"]);
});

Deno.test("equal ones are one Event with a count, told again once a minute", () => {
  const desk = new Desk().note(notice("A"), notice("A")).until(1_000);
  desk.note(notice("A")).until(30_000).note(notice("A")).until(59_000);
  assertEquals(desk.wrote, ["create A x2"]);
  assertEquals(desk.until(REPEAT_MS + 1_000).wrote, ["create A x2", "repeat A x4"]);
});

Deno.test("what comes again after a quiet time is an Event of its own", () => {
  const desk = new Desk().note(notice("A")).until(1_000 + SERIES_MS);
  desk.note(notice("A")).until(desk.nowMs + 1_000);
  assertEquals(desk.wrote, ["create A x1", "create A x1"]);
  assertEquals(desk.budget.series.size, 1);
});

Deno.test("flapping a hundred times writes a few Events, and says how often", () => {
  const desk = new Desk();
  for (let i = 0; i < 100; i++) {
    desk.note(notice("LeaderElected"), notice("LeadershipLost", "Warning"));
    desk.until((i + 1) * 100);
  }
  desk.until(10_000 + 2 * REPEAT_MS);
  assertEquals(desk.wrote.length, 4);
  assertEquals(desk.told, 200);
});

Deno.test("what is new goes before what comes again, and warnings first", () => {
  const desk = new Desk().note(notice("Old")).until(1_000).note(notice("Old"));
  desk.nowMs = 1_000 + REPEAT_MS;
  desk.budget = { ...desk.budget, tokens: 0, refilledAt: monotonic(desk.nowMs) };
  desk.note(notice("New"), notice("Bad", "Warning")).until(desk.nowMs + 4 * REFILL_MS);
  assertEquals(desk.wrote.slice(1), ["create Bad x1", "create New x1", "repeat Old x2"]);
});

for (
  const [outcome, tries, left] of [
    ["failed", TRIES_MAX, 0],
    ["invalid", 1, 0],
    ["refused", 1, 0],
  ] as const
) {
  Deno.test(`one that is ${outcome} is tried ${tries} times and counted as dropped`, () => {
    const desk = new Desk().note(notice("A"));
    desk.outcome = outcome;
    desk.until(REFUSED_MS / 2);
    assertEquals([desk.wrote.length, desk.waiting, desk.budget.dropped], [tries, left, 1]);
  });
}

Deno.test("while Events are refused none is tried, and later they are again", () => {
  const desk = new Desk().note(notice("A"), notice("B"));
  desk.outcome = "refused";
  desk.until(1_000).note(notice("C")).until(REFUSED_MS);
  assertEquals([desk.wrote.length, desk.budget.dropped], [1, 3]);
  desk.outcome = "written";
  desk.nowMs = REFUSED_MS + 1_000;
  assertEquals(desk.note(notice("D")).until(desk.nowMs + 1_000).wrote.at(-1), "create D x1");
});

Deno.test("one that is gone from the API is made again, with its count", () => {
  const desk = new Desk().note(notice("A")).until(1_000).note(notice("A"));
  desk.outcome = "gone";
  const { budget, write } = nextEventWrite(desk.budget, monotonic(2 * REPEAT_MS));
  assert(write !== undefined);
  const told = { key: write.key, told: write.series, now: monotonic(2 * REPEAT_MS) };
  desk.budget = noteEventWritten(budget, { ...told, outcome: "gone" });
  desk.outcome = "written";
  desk.nowMs = 2 * REPEAT_MS;
  assertEquals(desk.until(desk.nowMs + 1_000).wrote.at(-1), "create A x2");
});

Deno.test("of too many that wait the least goes, and is counted", () => {
  const desk = new Desk().note(notice("Bad", "Warning"));
  for (let i = 0; i < WAITING_MAX + 5; i++) desk.note(notice(`N${i}`));
  const reasons = [...desk.budget.series.values()].map((one) => one.notice.reason);
  assertEquals([reasons.length, reasons[0], desk.budget.dropped], [WAITING_MAX, "Bad", 6]);
});

const STEPS = fc.array(
  fc.record({
    afterMs: fc.nat(40_000),
    reasons: fc.array(fc.nat(50), { maxLength: 30 }),
    outcome: fc.constantFrom("written", "written", "failed", "invalid", "gone", "refused"),
  }),
  { maxLength: 40 },
);

Deno.test("whatever happens: no more than the budget in any stretch, and nothing lost uncounted", () => {
  fc.assert(fc.property(STEPS, (steps) => {
    const desk = new Desk();
    let noted = 0;
    for (const { afterMs, reasons, outcome } of steps) {
      desk.outcome = outcome as WriteOutcome;
      desk.note(...reasons.map((one) => notice(`R${one}`, one % 7 === 0 ? "Warning" : "Normal")));
      noted += reasons.length;
      desk.until(desk.nowMs + afterMs);
      assertEquals(desk.told + desk.waiting + desk.budget.dropped, noted);
    }
    const { wroteAtMs } = desk;
    wroteAtMs.forEach((from, first) => {
      wroteAtMs.slice(first).forEach((to, index) => {
        const most = BURST + (to - from) / REFILL_MS;
        assert(index + 1 <= most + 1e-6, `${index + 1} in ${to - from} ms`);
      });
    });
  }));
});

Deno.test("a clock that stands still or leaps fills no more than the burst", () => {
  const late = addMs(monotonic(0), 1e9);
  const { budget } = nextEventWrite(new Desk().note(notice("A")).budget, late);
  assertEquals(budget.tokens, BURST - 1);
});
