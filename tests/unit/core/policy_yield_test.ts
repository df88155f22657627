// Owns the proof of when a holder yields by itself, and to whom, one line a case.
// Never ranks clusters: policy_order_test.ts does.

import { assert, assertEquals } from "@std/assert";
import { shouldYield } from "../../../lib/core/policy_yield.ts";
import { addMs, wallTime } from "../../../lib/core/time.ts";
import { type ClusterSketch, EPOCH, NOW, OURS, type World } from "./policy_support.ts";
import { BETTER, Holder, longAgo, SICK, unreadable } from "./policy_yield_support.ts";

const FAILING = { ...OURS, health: { healthy: true, consecutiveFailures: 1 } };

const AT_FIRST_SIGHT: readonly [fact: string, world: World, decision: string][] = [
  ["nobody else", { clusters: { eu: {} } }, "stay"],
  ["nobody better", { clusters: { eu: {}, us: {} } }, "stay"],
  ["somebody better", { clusters: BETTER }, "wait 300 s for us: recovered"],
  [
    "a better one that is silent",
    { clusters: { eu: {}, us: { priority: 1, silent: 60 } } },
    "stay",
  ],
  [
    "a better one that is unable",
    { clusters: { eu: {}, us: { priority: 1, ready: false } } },
    "stay",
  ],
  ["we are disabled", { clusters: { eu: { state: "Disabled" } } }, "yield to nobody: disabled"],
  [
    "we are disabled, others are better",
    { clusters: { eu: { override: { forceState: "Disabled" } }, us: {} } },
    "yield to nobody: disabled",
  ],
  [
    "we are ill, others are well",
    { clusters: { eu: {}, us: {} }, own: SICK },
    "yield to us: ill_health",
  ],
  [
    "we are far behind, others are not",
    { clusters: { eu: {}, us: {} }, own: { ...OURS, farBehind: true } },
    "yield to us: ill_health",
  ],
  [
    "we are ill, others too",
    { clusters: { eu: {}, us: { priority: 1, failures: 3 } }, own: SICK },
    "wait 300 s for us: recovered",
  ],
  [
    "we are ill, and still better",
    { clusters: { eu: { priority: 1 }, us: { priority: 102 } }, own: SICK },
    "stay",
  ],
  [
    "one check failed",
    { clusters: { eu: {}, us: {} }, own: FAILING },
    "wait 300 s for us: recovered",
  ],
  [
    "we are ill, the other has not answered",
    { clusters: { eu: {}, us: { epoch: EPOCH - 1 } }, own: SICK },
    "wait 0 s for us: ill_health",
  ],
  [
    "no replica of ours can forge",
    { clusters: { eu: {}, us: { priority: 999 } }, own: { ...OURS, ready: false } },
    "wait 10 s for us: unable",
  ],
  [
    "no replica of anybody can forge",
    { clusters: { eu: {}, us: { priority: 1, ready: false } }, own: { ...OURS, ready: false } },
    "stay",
  ],
  [
    "our resource cannot be read, and somebody can take over",
    { clusters: { us: {} }, unusable: unreadable },
    "yield to us: unusable",
  ],
  ["our resource cannot be read, and nobody can", { clusters: {}, unusable: unreadable }, "stay"],
  ["our resource is gone", { clusters: { us: { priority: 1 } } }, "stay"],
  ["we do not hold", { clusters: BETTER, lease: { holder: "us" } }, "stay"],
];

for (const [fact, world, decision] of AT_FIRST_SIGHT) {
  Deno.test(`a new leader, ${fact}: ${decision}`, () => {
    const { clusters, ...rest } = world;
    assertEquals(new Holder().brief(clusters, rest), decision);
  });
}

Deno.test("mere recovery waits the failback delay, without a break", () => {
  const holder = new Holder();
  assertEquals(holder.brief(BETTER), "wait 300 s for us: recovered");
  assertEquals(holder.pass(299).brief(BETTER), "wait 1 s for us: recovered");
  assertEquals(holder.pass(1).brief(BETTER), "yield to us: recovered");
});

Deno.test("mere recovery starts over when the better one is unable for a moment", () => {
  const holder = new Holder();
  holder.ask(BETTER);
  holder.pass(200).ask({ ...BETTER, us: { priority: 1, ready: false } });
  assertEquals(holder.pass(10).brief(BETTER), "wait 300 s for us: recovered");
});

Deno.test("a new local leader goes on with the delay from the status", () => {
  const first = new Holder();
  first.ask(BETTER);
  const { betterSince } = first.pass(100).ask(BETTER);
  assertEquals(betterSince, NOW);
  const second = new Holder(betterSince);
  assertEquals(second.pass(110).brief(BETTER), "wait 190 s for us: recovered");
  assertEquals(second.pass(190).brief(BETTER), "yield to us: recovered");
});

const UNABLE = { own: { ...OURS, ready: false } };

Deno.test("a local failover moves no cluster, however long a better one waits for its delay", () => {
  const holder = new Holder();
  holder.ask(BETTER);
  assertEquals(holder.pass(200).brief(BETTER, UNABLE), "wait 10 s for us: unable");
  assertEquals(holder.pass(9).brief(BETTER, UNABLE), "wait 1 s for us: unable");
  assertEquals(holder.pass(1).brief(BETTER), "wait 90 s for us: recovered");
  assertEquals(holder.pass(5).brief(BETTER, UNABLE), "wait 10 s for us: unable");
  assertEquals(holder.pass(10).brief(BETTER, UNABLE), "yield to us: unable");
});

Deno.test("the next local leader has those seconds anew, whatever the status says of the better one", () => {
  const next = new Holder(longAgo);
  assertEquals(next.brief(BETTER, UNABLE), "wait 10 s for us: unable");
  assertEquals(next.pass(10).brief(BETTER, UNABLE), "yield to us: unable");
});

Deno.test("whoever is unable for long yields at once to the first that is able", () => {
  const holder = new Holder();
  holder.ask({ eu: {}, us: { ready: false } }, UNABLE);
  assertEquals(holder.pass(30).brief({ eu: {}, us: {} }, UNABLE), "yield to us: unable");
});

Deno.test("a wall clock set back makes the seconds of an unable one start over", () => {
  const holder = new Holder();
  holder.ask(BETTER, UNABLE);
  assertEquals(holder.pass(-86_400).brief(BETTER, UNABLE), "wait 10 s for us: unable");
});

Deno.test("betterSince is told for as long as somebody is better", () => {
  const holder = new Holder();
  assertEquals(holder.ask({ eu: {}, us: {} }).betterSince, undefined);
  assertEquals(holder.pass(10).ask(BETTER).betterSince, addMs(NOW, 10_000));
  assertEquals(holder.pass(10).ask(BETTER).betterSince, addMs(NOW, 10_000));
  assertEquals(holder.pass(10).ask({ eu: {}, us: {} }).betterSince, undefined);
});

Deno.test("betterSince from the status is not credited to whoever is better later", () => {
  const holder = new Holder(longAgo);
  holder.ask({ ...BETTER, us: { priority: 1, ready: false } });
  assertEquals(holder.pass(10).brief(BETTER), "wait 300 s for us: recovered");
});

Deno.test("a betterSince from before we held counts from when we held", () => {
  const holder = new Holder(longAgo);
  holder.heldSince = wallTime(NOW - 20_000);
  assertEquals(holder.brief(BETTER), "wait 280 s for us: recovered");
});

Deno.test("a wall clock set back makes the delay start over, and not last until it is there again", () => {
  const holder = new Holder();
  holder.heldSince = NOW;
  holder.ask(BETTER);
  assertEquals(holder.pass(-86_400).brief(BETTER), "wait 300 s for us: recovered");
  assertEquals(holder.pass(300).brief(BETTER), "yield to us: recovered");
});

const UNANSWERING: readonly [fact: string, us: ClusterSketch, wait: string][] = [
  ["cannot claim", { epoch: undefined }, "until us reports that it can claim in epoch 7"],
  ["answered an older epoch", { epoch: 6 }, "until us reports that it can claim in epoch 7"],
  ["answered an epoch to come", { epoch: 8 }, "until us reports that it can claim in epoch 7"],
  ["was only found", { found: true }, "until us is seen to report"],
];

for (const [fact, sketch, wait] of UNANSWERING) {
  Deno.test(`nobody yields to a cluster that ${fact}`, () => {
    const holder = new Holder(longAgo);
    const { decision } = holder.ask({ ...BETTER, us: { priority: 1, ...sketch } });
    assertEquals(decision.kind, "wait");
    assert(decision.reason.includes(wait), decision.reason);
  });
}

Deno.test("when the best cannot claim, the next better one is yielded to", () => {
  const holder = new Holder();
  const clusters = { ...BETTER, ap: { priority: 1, epoch: undefined } };
  assertEquals(holder.brief(clusters), "wait 300 s for ap: recovered");
  assertEquals(holder.pass(300).brief(clusters), "yield to us: recovered");
});

Deno.test("ill health moves no sooner than a failback delay after the last move", () => {
  const holder = new Holder();
  holder.heldSince = NOW;
  const even = { eu: {}, us: {} };
  assertEquals(holder.brief(even, { own: SICK }), "wait 300 s for us: ill_health");
  assertEquals(holder.pass(299).brief(even, { own: SICK }), "wait 1 s for us: ill_health");
  assertEquals(holder.pass(1).brief(even, { own: SICK }), "yield to us: ill_health");
});

Deno.test("a holder stays a minute even where the failback delay is shorter", () => {
  const holder = new Holder();
  const answer = shouldYield({
    verdict: holder.verdict(BETTER, {}),
    own: "eu",
    memory: holder.memory,
    heldSince: NOW,
    now: NOW,
    failbackDelayMs: 5_000,
  });
  assertEquals(answer.decision.kind === "wait" && answer.decision.notBefore, addMs(NOW, 60_000));
});

Deno.test("betterSince from the status is kept until it is known who holds", () => {
  const holder = new Holder(longAgo);
  holder.watch(BETTER, {});
  assertEquals(holder.brief(BETTER), "yield to us: recovered");
  const other = new Holder(longAgo);
  other.watch(BETTER, { holder: "us" });
  assertEquals(other.brief(BETTER), "wait 300 s for us: recovered");
});
