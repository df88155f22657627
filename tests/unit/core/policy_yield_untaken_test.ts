// Owns the proof that a yield which nobody took up is tried ever more rarely.
// Never looks at who is better: policy_order_test.ts does.

import { assertEquals } from "@std/assert";
import { EPOCH } from "./policy_support.ts";
import { BETTER, EVEN, Holder } from "./policy_yield_support.ts";

Deno.test("each yield in vain doubles the wait for that cluster, up to 32 times", () => {
  const holder = new Holder();
  const waits = Array.from({ length: 8 }, () => {
    let waitSeconds = 0;
    while (waitSeconds < 99_999 && !holder.brief(BETTER).startsWith("yield")) {
      holder.pass(100);
      waitSeconds += 100;
    }
    holder.watch(BETTER, {});
    holder.pass(5).claimAgain();
    return waitSeconds / 300;
  });
  assertEquals(waits, [1, 2, 4, 8, 16, 32, 32, 32]);
});

Deno.test("without a failback delay, too, yields in vain become rarer", () => {
  const holder = new Holder();
  holder.failbackDelayMs = 0;
  const waits = Array.from({ length: 4 }, () => {
    let waitSeconds = 0;
    while (waitSeconds < 9_999 && !holder.brief(BETTER).startsWith("yield")) {
      holder.pass(10);
      waitSeconds += 10;
    }
    holder.watch(BETTER, {});
    holder.pass(5).claimAgain();
    return waitSeconds;
  });
  assertEquals(waits.map((seconds, i) => i === 0 ? 0 : seconds >= 60 * 2 ** i ? 1 : -1), [
    0,
    1,
    1,
    1,
  ]);
});

function yieldInVain(): Holder {
  const holder = new Holder();
  holder.ask(EVEN);
  assertEquals(holder.brief(BETTER), "yield to us: edit");
  holder.pass(5).claimAgain();
  return holder;
}

Deno.test("an edit is acted upon once: after a yield in vain the other waits like any", () => {
  assertEquals(yieldInVain().brief(BETTER), "wait 600 s for us: recovered");
});

Deno.test("a new edit of a cluster acts at once, and forgives its yields in vain", () => {
  const holder = yieldInVain();
  const edited = { ...BETTER, us: { state: "Enabled" as const } };
  holder.ask(BETTER);
  assertEquals(holder.brief(edited), "yield to us: edit");
  holder.pass(5).claimAgain();
  assertEquals(holder.brief(edited), "wait 600 s for us: recovered");
});

Deno.test("a yield in vain does not slow a yield to another", () => {
  const clusters = { ...BETTER, us: { priority: 1, ready: false }, ap: { priority: 1 } };
  assertEquals(yieldInVain().brief(clusters), "wait 300 s for ap: recovered");
});

Deno.test("a yield that a third cluster took was in vain for the one that was meant", () => {
  const holder = new Holder();
  holder.ask(EVEN);
  holder.ask(BETTER);
  holder.watch(BETTER, { holder: "ap", epoch: EPOCH + 1 });
  holder.claimAgain();
  assertEquals(holder.brief(BETTER), "wait 600 s for us: recovered");
});

Deno.test("yields in vain are forgotten when the cluster forges", () => {
  const holder = yieldInVain();
  assertEquals(holder.brief(BETTER), "wait 600 s for us: recovered");
  const forging = { ...BETTER, us: { priority: 1, forges: true } };
  holder.watch(forging, { holder: "us", epoch: holder.epoch + 1 });
  holder.claimAgain();
  assertEquals(holder.brief(BETTER), "wait 300 s for us: recovered");
});

Deno.test("a yield to a cluster that claims and cannot start its node is in vain", () => {
  const holder = new Holder();
  for (const waitSeconds of [300, 600, 1200]) {
    assertEquals(holder.brief(BETTER), `wait ${waitSeconds} s for us: recovered`);
    assertEquals(holder.pass(waitSeconds).brief(BETTER), "yield to us: recovered");
    holder.watch(BETTER, {});
    holder.epoch += 1;
    holder.watch(BETTER, { holder: "us" });
    holder.pass(12).watch(BETTER, {});
    holder.claimAgain();
  }
});

Deno.test("a yield that is repeated while it is under way counts once", () => {
  const holder = new Holder();
  holder.ask(EVEN);
  for (let i = 0; i < 5; i++) assertEquals(holder.brief(BETTER), "yield to us: edit");
  holder.claimAgain();
  assertEquals(holder.brief(BETTER), "wait 600 s for us: recovered");
});

Deno.test("a yield that was called off is not in vain", () => {
  const holder = new Holder();
  holder.ask(EVEN);
  holder.ask(BETTER);
  assertEquals(holder.brief(EVEN), "stay");
  holder.claimAgain();
  assertEquals(holder.brief(BETTER), "yield to us: edit");
});
