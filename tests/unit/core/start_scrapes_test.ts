// Owns the promise that the node's metrics are asked often only while a signal's effect is awaited.
// Never looks at what an answer says.

import { assertEquals } from "@std/assert";
import { GuardUnderTest } from "./forging_support.ts";

/** Scrapes asked for in so many milliseconds of ticks, each answered at once: the gauge stands at 0. */
function scrapesWithin(guard: GuardUnderTest, ms: number): number {
  let count = 0;
  for (const endMs = guard.nowMs + ms; guard.nowMs < endMs;) {
    guard.later(50).tick();
    if (!guard.effects.some(({ kind }) => kind === "scrape")) continue;
    count++;
    guard.scrape(0);
  }
  return count;
}

Deno.test("a start that awaits the next slot asks nothing of the node", () => {
  const guard = GuardUnderTest.follower().scrape(0);
  const thisSecond = Math.floor(guard.nowMs / 1_000);
  guard.grant(guard.stamp(), { fencedSecond: thisSecond });
  assertEquals(scrapesWithin(guard, (thisSecond + 1) * 1_000 - guard.nowMs - 50), 0);
  assertEquals(guard.acts, []);
  guard.later(50).tick();
  assertEquals(guard.acts, ["install_files"]);
});

Deno.test("a start that was signalled asks six times a second until it is confirmed", () => {
  const guard = GuardUnderTest.follower().scrape(0).grant().files("installed").signalled();
  assertEquals(scrapesWithin(guard, 1_000), 7);
  guard.scrape(1);
  assertEquals(scrapesWithin(guard, 1_000), 0);
});
