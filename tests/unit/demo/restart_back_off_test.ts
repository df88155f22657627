// Owns the proof that the kubelet stand-in waits as the kubelet does.
// Never starts a process.

import { assertEquals } from "@std/assert";
import { everyMs, RestartBackOff } from "../../../lib/demo/restart_back_off.ts";

const SHORT = 1_000;

Deno.test("a container that keeps ending waits twice as long each time, up to the maximum", () => {
  const delays = { firstMs: 0, secondMs: 10, maxMs: 50, forgetAfterMs: 60_000 };
  const backOff = new RestartBackOff(delays);
  assertEquals([1, 2, 3, 4, 5, 6].map(() => backOff.nextMs(SHORT)), [0, 10, 20, 40, 50, 50]);
});

Deno.test("a container that ran for long begins anew", () => {
  const delays = { firstMs: 0, secondMs: 10, maxMs: 50, forgetAfterMs: 60_000 };
  const backOff = new RestartBackOff(delays);
  assertEquals([SHORT, SHORT, SHORT, 60_000, SHORT].map((ranMs) => backOff.nextMs(ranMs)), [
    0,
    10,
    20,
    0,
    10,
  ]);
});

Deno.test("without a back-off every restart waits the same", () => {
  const backOff = new RestartBackOff(everyMs(7));
  assertEquals([1, 2, 3].map(() => backOff.nextMs(SHORT)), [7, 7, 7]);
});
