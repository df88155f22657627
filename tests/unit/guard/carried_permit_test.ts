// Owns the proof of what a restarted guard takes over from the permit file, and that it is no more than allowed.
// Never reads a file.

import { assertEquals } from "@std/assert";
import { monotonic, permitTime, wallTime } from "../../../lib/core/time.ts";
import { carriedFrom, GuardClocks } from "../../../lib/guard/carried_permit.ts";
import { Uptime } from "../../../lib/guard/uptime.ts";

const NOW = { monotonic: monotonic(5), permit: permitTime(100), wall: wallTime(1_000) };
const OPTIONS = { podUid: "me", renewDeadlineMs: 9_000, now: NOW };
const NOTHING = { carried: undefined, stopOwedSince: undefined, nonces: [] };

Deno.test("nothing is carried from no file, or from another pod's", () => {
  assertEquals(carriedFrom(undefined, OPTIONS), NOTHING);
  assertEquals(carriedFrom({ leftMs: 5_000, nonces: ["n"], podUid: "other" }, OPTIONS), NOTHING);
});

Deno.test("nonces are carried without a permit", () => {
  const found = { leftMs: undefined, nonces: ["n"], podUid: "me" };
  assertEquals(carriedFrom(found, OPTIONS), { ...NOTHING, nonces: ["n"] });
});

for (const [leftMs, since] of [[0, 100], [-3_000, -2_900]] as const) {
  Deno.test(`a permit that ended ${-leftMs} ms ago carries that its stop is owed since then`, () => {
    const found = { leftMs, nonces: ["n"], podUid: "me" };
    const stopOwedSince = permitTime(since);
    assertEquals(carriedFrom(found, OPTIONS), { ...NOTHING, stopOwedSince, nonces: ["n"] });
  });
}

for (const [leftMs, until] of [[5_000, 5_100], [60_000, 9_100]] as const) {
  Deno.test(`${leftMs} ms on file let a forging node go on until ${until}, never start one`, () => {
    const { carried } = carriedFrom({ leftMs, nonces: [], podUid: "me" }, OPTIONS);
    assertEquals(carried, {
      until: permitTime(until),
      sentAt: permitTime(until - 9_000),
      fencedSecond: undefined,
      carried: true,
    });
  });
}

Deno.test("GuardClocks reads all three clocks together", () => {
  const clocks = new GuardClocks({
    bootMs: () => 7,
    wallMs: () => 8,
    monotonicMs: () => 9,
    bootId: () => "boot",
  });
  const { monotonic: passed, wall } = clocks.now();
  assertEquals([passed, wall, clocks.monotonic()], [monotonic(9), wallTime(8), monotonic(9)]);
});

Deno.test("Uptime reads afresh each time, and is unreadable where there is no such file", async () => {
  const dir = Deno.makeTempDirSync();
  const uptime = new Uptime(dir);
  assertEquals(uptime.bootMs(), undefined);
  Deno.writeTextFileSync(`${dir}/uptime`, "12.34 5.6\n");
  assertEquals(uptime.bootMs(), 12_340);
  await Deno.writeTextFile(`${dir}/uptime`, "12.99 5.6\n");
  assertEquals(uptime.bootMs(), 12_990);
  uptime.close();
  uptime.close();
  Deno.removeSync(dir, { recursive: true });
});
