// Owns the proof that instants are written and read as a calendar has them.
// Never by Date but to compare: the code under test is there because core has none.

import { assertEquals } from "@std/assert";
import { isoMicroTime, isoSeconds, parseIsoTime } from "../../../lib/core/iso_time.ts";
import { wallTime } from "../../../lib/core/time.ts";

const READ: readonly (readonly [text: string, ms: number | undefined])[] = [
  ["1970-01-01T00:00:00Z", 0],
  ["2026-09-21T14:13:20.123000Z", 1_790_000_000_123],
  ["2028-02-29T00:00:00Z", Date.UTC(2028, 1, 29)],
  ["2026-02-29T00:00:00Z", undefined],
  ["2026-02-31T00:00:00Z", undefined],
  ["2026-04-31T00:00:00Z", undefined],
  ["2026-01-00T00:00:00Z", undefined],
  ["2026-01-32T00:00:00Z", undefined],
  ["2026-13-01T00:00:00Z", undefined],
  ["2026-01-01T24:00:00Z", undefined],
  ["2026-01-01T00:00:60Z", undefined],
  ["2026-01-01T00:00:00+00:00", undefined],
  ["", undefined],
];
for (const [text, ms] of READ) {
  Deno.test(`parseIsoTime() takes "${text}" for ${ms}`, () => {
    assertEquals(parseIsoTime(text) as number | undefined, ms);
  });
}

Deno.test("every day from 1900 to 2200 is written as Date writes it, and read back", () => {
  for (let ms = Date.UTC(1900, 0, 1); ms < Date.UTC(2200, 0, 1); ms += 86_400_000) {
    assertEquals(isoSeconds(wallTime(ms)), new Date(ms).toISOString().replace(".000", ""));
    assertEquals(parseIsoTime(isoMicroTime(wallTime(ms))) as number, ms);
  }
});
