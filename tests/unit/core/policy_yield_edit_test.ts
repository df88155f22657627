// Owns the proof that an operator's edit acts at once, and nothing else passes for one.
// Never waits for mere recovery: policy_yield_test.ts does.

import { assertEquals } from "@std/assert";
import { addMs } from "../../../lib/core/time.ts";
import { EPOCH, NOW, type Sketches } from "./policy_support.ts";
import { BETTER, EVEN, Holder } from "./policy_yield_support.ts";

const EDITS: readonly [fact: string, before: Sketches, after: Sketches, decision: string][] = [
  ["priority of the other", EVEN, BETTER, "yield to us: edit"],
  ["priority of ours", EVEN, { ...EVEN, eu: { priority: 3 } }, "yield to us: edit"],
  ["state of the other", EVEN, { ...EVEN, us: { state: "Enabled" } }, "yield to us: edit"],
  [
    "the other enabled again",
    { ...BETTER, us: { priority: 1, state: "Disabled" } },
    BETTER,
    "yield to us: edit",
  ],
  [
    "override on the other",
    EVEN,
    { ...EVEN, us: { priority: 2, override: { forcePriority: 1 } } },
    "yield to us: edit",
  ],
  [
    "override that only affirms who is better",
    BETTER,
    { ...BETTER, us: { priority: 1, override: { forcePriority: 1 } } },
    "yield to us: edit",
  ],
  [
    "override of ours removed",
    { ...BETTER, eu: { priority: 2, override: { forcePriority: 1 } } },
    BETTER,
    "yield to us: edit",
  ],
  ["edit of the other that does not suffice", { ...EVEN, us: { priority: 9 } }, EVEN, "stay"],
  [
    "edit that makes us better, though not enough",
    { ...BETTER, eu: { priority: 3 } },
    BETTER,
    "wait 300 s for us: recovered",
  ],
  [
    "edit that makes the better one worse, though not enough",
    { eu: { priority: 3 }, us: { priority: 1 } },
    { eu: { priority: 3 }, us: { priority: 2 } },
    "wait 300 s for us: recovered",
  ],
  [
    "edit of a third cluster",
    { ...BETTER, ap: {} },
    { ...BETTER, ap: { priority: 3 } },
    "wait 300 s for us: recovered",
  ],
  [
    "edit of a third cluster into the lead",
    { ...EVEN, ap: {} },
    { ...EVEN, ap: { priority: 1 } },
    "yield to ap: edit",
  ],
  [
    "recovery without an edit",
    { ...BETTER, us: { priority: 1, ready: false } },
    BETTER,
    "wait 300 s for us: recovered",
  ],
  ["a cluster that is new", { eu: { priority: 2 } }, BETTER, "wait 300 s for us: recovered"],
  ["we are disabled", EVEN, { ...EVEN, eu: { state: "Disabled" } }, "yield to nobody: disabled"],
  [
    "edit of a cluster that is unable, and recovers later",
    { ...EVEN, us: { priority: 2, ready: false } },
    { ...BETTER, us: { priority: 1, ready: false } },
    "stay",
  ],
];

for (const [fact, before, after, decision] of EDITS) {
  Deno.test(`${fact}: ${decision}`, () => {
    const holder = new Holder();
    holder.heldSince = NOW; // an edit does not wait for the minimum stay
    holder.ask(before);
    assertEquals(holder.brief(after), decision);
  });
}

Deno.test("an override that ends while nobody acts is as good as an edit", () => {
  const expiresAt = addMs(NOW, 60_000);
  const clusters = { ...BETTER, eu: { priority: 2, override: { forcePriority: 1, expiresAt } } };
  const holder = new Holder();
  assertEquals(holder.pass(59).brief(clusters), "stay");
  assertEquals(holder.pass(1).brief(clusters), "yield to us: edit");
});

Deno.test("an edit seen as a follower is none later, as the holder", () => {
  const holder = new Holder();
  holder.watch(EVEN, { holder: "us" });
  holder.watch(BETTER, { holder: "us" });
  assertEquals(holder.brief(BETTER), "wait 300 s for us: recovered");
});

Deno.test("an edit seen while nobody holds, by the one that is about to, acts when it does", () => {
  const holder = new Holder();
  holder.watch({ ...BETTER, us: { priority: 1, state: "Disabled" } }, {});
  holder.watch(BETTER, {});
  holder.claimAgain();
  assertEquals(holder.brief(BETTER), "yield to us: edit");
});

Deno.test("an edit that another holder has answered is none later", () => {
  const holder = new Holder();
  holder.watch(EVEN, {});
  holder.watch(BETTER, {});
  holder.watch(BETTER, { holder: "us" });
  assertEquals(holder.brief(BETTER), "wait 300 s for us: recovered");
});

Deno.test("an edit that prefers a cluster before it is able waits as for one that recovers", () => {
  const holder = new Holder();
  holder.ask({ ...EVEN, us: { priority: 2, ready: false } });
  assertEquals(holder.brief({ ...BETTER, us: { priority: 1, ready: false } }), "stay");
  assertEquals(holder.pass(160).brief(BETTER), "wait 300 s for us: recovered");
  assertEquals(holder.pass(300).brief(BETTER), "yield to us: recovered");
});

Deno.test("an edit waits for the other's answer, and acts when it is there", () => {
  const holder = new Holder();
  holder.ask(EVEN);
  const asked = { ...BETTER, us: { priority: 1, epoch: EPOCH - 1 } };
  assertEquals(holder.brief(asked), "wait 0 s for us: edit");
  assertEquals(holder.pass(5).brief(asked), "wait 0 s for us: edit");
  assertEquals(holder.brief(BETTER), "yield to us: edit");
});
