// Owns what holds of every decision to yield, and of moves over hours of health that comes and goes.
// Never checks words or single cases: policy_yield_test.ts does.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type Health,
  noteCheck,
  resumeHealth,
  UNCHECKED_HEALTH,
} from "../../../lib/core/health.ts";
import { findCluster, type Verdict } from "../../../lib/core/policy_verdict.ts";
import { shouldYield, type YieldAnswer } from "../../../lib/core/policy_yield.ts";
import { newYieldMemory, type YieldMemory } from "../../../lib/core/policy_yield_memory.ts";
import { addMs, elapsedMs, type WallTime, wallTime } from "../../../lib/core/time.ts";
import { anyWorld, EPOCH, NAMES, NOW, type Sketches, verdictOf } from "./policy_support.ts";

const FAILBACK_DELAY_MS = 300_000;
const STEP_MS = 30_000;

interface Asked {
  readonly verdict: Verdict;
  readonly own: string;
  readonly answer: YieldAnswer;
}

/** Each world is asked about in turn, some time after the last, with or without a memory. */
const anyQuestions = fc.record({
  worlds: fc.array(anyWorld, { minLength: 1, maxLength: 4 }),
  own: fc.constantFrom(...NAMES),
  apartMs: fc.constantFrom(0, 10_000, FAILBACK_DELAY_MS),
  heldForMs: fc.constantFrom(-1_000, 0, 59_000, 86_400_000),
  betterSince: fc.option(fc.constantFrom(NOW, wallTime(0), addMs(NOW, 1e6)), { nil: undefined }),
}).map(({ worlds, own, apartMs, heldForMs, betterSince }): Asked[] => {
  let memory = newYieldMemory(betterSince);
  return worlds.map((world, index) => {
    const now = addMs(NOW, index * apartMs);
    const lease = { ...world.lease, holder: own };
    const verdict = verdictOf({ ...world, lease, now });
    const heldSince = addMs(NOW, -heldForMs);
    const failbackDelayMs = FAILBACK_DELAY_MS;
    const answer = shouldYield({ verdict, own, memory, heldSince, now, failbackDelayMs });
    memory = answer.memory;
    return { verdict, own, answer };
  });
});

function forEachAnswer(check: (asked: Asked) => void): void {
  fc.assert(fc.property(anyQuestions, (all) => all.forEach(check)), { numRuns: 500 });
}

Deno.test("whoever is yielded to is better, able, alive, and answered the present epoch", () => {
  forEachAnswer(({ verdict, own, answer: { decision } }) => {
    if (decision.kind !== "yield" || decision.to === undefined) return;
    const target = findCluster(verdict, decision.to);
    const us = findCluster(verdict, own);
    assertEquals(target?.heartbeat, "fresh");
    assertEquals(target?.forgeEpoch, EPOCH);
    assertEquals(target?.canForge, true);
    assert((target?.rank ?? Infinity) < (us?.rank ?? Infinity));
  });
});

Deno.test("a holder yields to nobody in particular exactly when it is disabled", () => {
  forEachAnswer(({ verdict, own, answer: { decision } }) => {
    const toNobody = decision.kind === "yield" && decision.to === undefined;
    assertEquals(toNobody, findCluster(verdict, own)?.excluded === "disabled");
  });
});

Deno.test("the best never yields, and says since when nobody is better: never", () => {
  forEachAnswer(({ verdict, own, answer }) => {
    if (verdict.best !== own) return;
    assertEquals([answer.decision.kind, answer.betterSince], ["stay", undefined]);
  });
});

Deno.test("whoever waits says for whom, and not for longer than the delay from now", () => {
  forEachAnswer(({ answer: { decision, betterSince, memory } }) => {
    if (decision.kind !== "wait") return;
    assert(betterSince !== undefined);
    assert(memory.aheadSince.has(decision.to));
    assert(!/undefined|NaN/.test(decision.reason), decision.reason);
  });
});

Deno.test("a new local leader without a memory never acts on an edit", () => {
  fc.assert(fc.property(anyQuestions, ([first]) => {
    const { decision } = first!.answer;
    assert(decision.kind === "stay" || decision.cause !== "edit");
  }));
});

/** Clusters a and b, whose health endpoints answer as told, move the lease by the rules at once. */
class Pool {
  readonly moves: { readonly at: WallTime; readonly cause: string }[] = [];
  #health = new Map<string, Health>([["a", UNCHECKED_HEALTH], ["b", UNCHECKED_HEALTH]]);
  #memory: YieldMemory = newYieldMemory(undefined);
  #holder = "a";
  #heldSince = NOW;
  #betterSince: WallTime | undefined;
  #now = NOW;

  constructor(readonly priorities: Readonly<Record<string, number>>) {}

  get holder(): string {
    return this.#holder;
  }

  step(answers: Readonly<Record<string, boolean>>, { newLeader = false } = {}): void {
    this.#now = addMs(this.#now, STEP_MS);
    for (const [name, health] of this.#health) {
      const check = { ok: answers[name] ?? true, at: this.#now, message: "", responseMs: 1 };
      this.#health.set(name, noteCheck(health, { ...check, failureThreshold: 3 }));
    }
    if (newLeader) {
      this.#memory = newYieldMemory(this.#betterSince);
      this.#health.set(this.#holder, resumeHealth(this.#health.get(this.#holder)!));
    }
    this.#decide();
  }

  #decide(): void {
    const clusters: Sketches = Object.fromEntries(
      [...this.#health].map(([name, { healthy, consecutiveFailures }]) => [
        name,
        { healthy, failures: consecutiveFailures, priority: this.priorities[name] ?? 100 },
      ]),
    );
    const { decision, memory, betterSince } = shouldYield({
      verdict: verdictOf({ clusters, lease: { holder: this.#holder }, now: this.#now }),
      own: this.#holder,
      memory: this.#memory,
      heldSince: this.#heldSince,
      now: this.#now,
      failbackDelayMs: FAILBACK_DELAY_MS,
    });
    this.#memory = memory;
    this.#betterSince = betterSince;
    if (decision.kind !== "yield" || decision.to === undefined) return;
    this.moves.push({ at: this.#now, cause: decision.cause });
    this.#holder = decision.to;
    this.#heldSince = this.#now;
    this.#memory = newYieldMemory(undefined);
    this.#betterSince = undefined;
  }
}

const anyPriorities = fc.record({ a: fc.integer({ min: 1, max: 120 }), b: fc.constant(50) });
const anyAnswers = fc.record({ a: fc.boolean(), b: fc.boolean() });

Deno.test("health that comes and goes moves the pool at most once in a failback delay", () => {
  const anyHours = fc.array(fc.tuple(anyAnswers, fc.boolean()), { minLength: 20, maxLength: 200 });
  fc.assert(fc.property(anyPriorities, anyHours, (priorities, steps) => {
    const pool = new Pool(priorities);
    for (const [answers, newLeader] of steps) pool.step(answers, { newLeader });
    pool.moves.forEach(({ at }, index) => {
      const last = pool.moves[index - 1]?.at ?? NOW;
      assert(elapsedMs(last, at) >= FAILBACK_DELAY_MS);
    });
  }));
});

Deno.test("a check that fails every other time moves nothing, however near the priorities", () => {
  for (const phase of [0, 1]) {
    const pool = new Pool({ a: 50, b: 51 });
    for (let i = 0; i < 1_000; i++) pool.step({ a: i % 2 === phase, b: true });
    assertEquals(pool.moves, []);
  }
});

Deno.test("when health stands still, the best forges within a failback delay, whatever came before", () => {
  const anyPast = fc.array(anyAnswers, { maxLength: 40 });
  fc.assert(fc.property(anyPriorities, anyPast, anyAnswers, (priorities, past, answers) => {
    const pool = new Pool(priorities);
    for (const before of past) pool.step(before);
    const untilClearMs = 20 * STEP_MS;
    for (let ms = 0; ms <= untilClearMs + 2 * FAILBACK_DELAY_MS; ms += STEP_MS) pool.step(answers);
    const cost = (name: "a" | "b") => priorities[name] + (answers[name] ? 0 : 100);
    if (cost("a") !== cost("b")) assertEquals(pool.holder, cost("a") < cost("b") ? "a" : "b");
  }));
});

Deno.test("local failovers in the holder's cluster neither hurry nor put off a failback", () => {
  const movedAfter = (newLeaderEvery: number) => {
    const pool = new Pool({ a: 2, b: 1 });
    let steps = 0;
    while (pool.moves.length === 0 && steps < 99) {
      pool.step({}, { newLeader: ++steps % newLeaderEvery === 0 });
    }
    return steps;
  };
  const undisturbed = movedAfter(Infinity);
  assertEquals(undisturbed * STEP_MS, FAILBACK_DELAY_MS + STEP_MS);
  for (const every of [1, 2, 3, 7]) assertEquals(movedAfter(every), undisturbed);
});

Deno.test("clusters that fall ill by turns move the pool as often as that, and no more", () => {
  const pool = new Pool({ a: 50, b: 51 });
  for (let i = 0; i < 240; i++) {
    const isFirstsTurn = Math.floor(i / 12) % 2 === 0;
    pool.step({ a: !isFirstsTurn, b: isFirstsTurn });
  }
  assert(pool.moves.length >= 10);
  assert(pool.moves.length * FAILBACK_DELAY_MS <= 240 * STEP_MS);
});
