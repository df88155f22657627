// Owns the proof of when a certificate's end is told of, and that it is told of few times.
// Never checks a certificate.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  certificateLife,
  lifeStage,
  lifeWarning,
} from "../../../lib/credentials/certificate_life.ts";
import { genesisOf } from "../../../lib/credentials/networks.ts";
import { addMs, wallTime } from "../../../lib/core/time.ts";

const DAY_MS = 86_400_000;
const END = wallTime(1_800_000_000_000);
const FACTS = {
  poolId: "pool1abc",
  poolIdHex: "ab",
  poolIdMatches: true,
  certificateCounter: 7,
  kesPeriodStart: 703,
  kesPeriodEnd: 765,
  expiresAt: "2025-12-15T12:00:00Z",
};
const FACTS_END = wallTime(Date.parse(FACTS.expiresAt));

const STAGES: readonly (readonly [days: number, warning: string | undefined])[] = [
  [93, undefined],
  [14.001, undefined],
  [14, "is over in less than 14 days"],
  [7.5, "is over in less than 14 days"],
  [7, "is over in less than 7 days"],
  [2.9, "is over in less than 3 days"],
  [1, "is over in less than a day"],
  [0.001, "is over in less than a day"],
  [0, "is over"],
  [-400, "is over"],
];
for (const [days, warning] of STAGES) {
  Deno.test(`${days} days before its end a certificate ${warning ?? "is not told of"}`, () => {
    assertEquals(lifeWarning(lifeStage(END, addMs(END, -days * DAY_MS))), warning);
  });
}

Deno.test("a certificate's life passes through six stages, none of them twice", () => {
  const told: (string | undefined)[] = [];
  for (let hour = -93 * 24; hour < 48; hour++) {
    const said = lifeWarning(lifeStage(END, addMs(END, hour * 3_600_000)));
    if (told.length === 0 || told.at(-1) !== said) told.push(said);
  }
  assertEquals(told.length, 6);
  assertEquals(new Set(told).size, 6);
});

Deno.test("certificateLife() agrees with the date that the check wrote, and counts whole days", () => {
  const genesis = genesisOf("preview");
  const seconds = fc.integer({ min: -10_000_000, max: 10_000_000 });
  fc.assert(fc.property(seconds, (left) => {
    const life = certificateLife(FACTS, { genesis, now: addMs(FACTS_END, -left * 1_000) });
    assertEquals(life.expirySeconds, FACTS_END / 1_000);
    assert(life.daysLeft! * 86_400 <= left && left < (life.daysLeft! + 1) * 86_400);
    assertEquals(life.stage.kind === "over", left <= 0);
  }));
});

Deno.test("certificateLife() knows no end without a genesis, and nothing of pool keys", () => {
  const facts = { ...FACTS, expiresAt: undefined };
  assertEquals(certificateLife(facts, { genesis: undefined, now: END }), {
    counter: 7,
    poolIdMatches: true,
    kesPeriodStart: 703,
    kesPeriodEnd: 765,
    expiresAt: undefined,
    expirySeconds: undefined,
    daysLeft: undefined,
    stage: { kind: "unknown" },
  });
});
