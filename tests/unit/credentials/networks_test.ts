// Owns the arithmetic of slots, KES periods and their dates.
// Never reads a clock; Date is used only to check the writing of dates against it.

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { isoSeconds } from "../../../lib/core/iso_time.ts";
import {
  genesisOf,
  kesPeriodAt,
  kesPeriodBegin,
  slotAt,
} from "../../../lib/credentials/networks.ts";
import { wallTime } from "../../../lib/core/time.ts";
import { NOW } from "./support.ts";

const AT_NOW = [
  ["mainnet", 198_433_709, 1531],
  ["preprod", 134_316_800, 1036],
  ["preview", 123_344_000, 951],
] as const;

Deno.test("slotAt() and kesPeriodAt() agree with the chains at a known instant", () => {
  for (const [network, slot, period] of AT_NOW) {
    const genesis = genesisOf(network)!;
    assertEquals([slotAt(genesis, NOW), kesPeriodAt(genesis, NOW)], [slot, period], network);
  }
});

Deno.test("genesisOf() knows three networks and guesses none", () => {
  for (const network of ["sanchonet", "constructor", "Mainnet", ""]) {
    assertEquals(genesisOf(network), undefined);
  }
});

Deno.test("kesPeriodBegin() is the first instant of its period", () => {
  for (const network of ["mainnet", "preprod", "preview"]) {
    const genesis = genesisOf(network)!;
    for (const period of [200, 951, 1531]) {
      const begin = kesPeriodBegin(genesis, period);
      assertEquals(kesPeriodAt(genesis, begin), period);
      assertEquals(kesPeriodAt(genesis, wallTime(begin - 1)), period - 1);
    }
  }
});

Deno.test("on any genesis a period holds the instants from its beginning to the next", () => {
  const second = fc.integer({ min: 0, max: 4_000_000_000 });
  const genesis = fc.record({
    slotZeroAt: second.map((one) => wallTime(one * 1_000)),
    slotsPerKesPeriod: fc.integer({ min: 1, max: 10_000_000 }),
    maxKesEvolutions: fc.integer({ min: 1, max: 64 }),
  });
  fc.assert(fc.property(genesis, second, (one, at) => {
    const period = kesPeriodAt(one, wallTime(at * 1_000));
    assertEquals(kesPeriodBegin(one, period) <= at * 1_000, true);
    assertEquals(at * 1_000 < kesPeriodBegin(one, period + 1), true);
  }));
});

Deno.test("isoSeconds() writes what Date writes, from year 1 to 9999", () => {
  const first = Date.parse("0001-01-01T00:00:00Z");
  const last = Date.parse("9999-12-31T23:59:59Z");
  const check = (ms: number) => {
    assertEquals(isoSeconds(wallTime(ms)), `${new Date(ms).toISOString().slice(0, 19)}Z`);
  };
  for (
    const text of [
      "1970-01-01",
      "1900-02-28",
      "1900-03-01",
      "2000-02-29",
      "2024-02-29",
      "2100-03-01",
    ]
  ) check(Date.parse(text));
  check(last);
  fc.assert(fc.property(fc.integer({ min: first, max: last }), check), { numRuns: 1000 });
  for (const ms of [last + 1000, NaN, Infinity, -1e15]) {
    assertEquals(isoSeconds(wallTime(ms)), undefined);
  }
});
