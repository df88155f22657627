// Owns one holder that is asked again and again whether it yields.
// Never checks what it answers.

import type { OwnCluster } from "../../../lib/core/policy_verdict.ts";
import { shouldYield, type YieldAnswer } from "../../../lib/core/policy_yield.ts";
import {
  newYieldMemory,
  noteVerdict,
  type YieldMemory,
} from "../../../lib/core/policy_yield_memory.ts";
import { addMs, elapsedMs, type WallTime, wallTime } from "../../../lib/core/time.ts";
import {
  type ClusterSketch,
  EPOCH,
  NOW,
  OURS,
  type Sketches,
  verdictOf,
  type World,
} from "./policy_support.ts";

const FAILBACK_DELAY_MS = 300_000;
/** us is better than eu, which holds. */
export const BETTER: Sketches = { eu: { priority: 2 }, us: { priority: 1 } };
export const longAgo = wallTime(NOW - 86_400_000);

export const EVEN: Sketches = { eu: { priority: 2 }, us: { priority: 2 } };
export const unreadable = [{ name: "eu", field: "spec.priority", problem: "is 0" }];
export const SICK: OwnCluster = { ...OURS, health: { healthy: false, consecutiveFailures: 3 } };

/** One leader of eu, asked again and again. */
export class Holder {
  memory: YieldMemory;
  now = NOW;
  heldSince: WallTime = longAgo;
  epoch = EPOCH;
  failbackDelayMs = FAILBACK_DELAY_MS;

  constructor(betterSince?: WallTime) {
    this.memory = newYieldMemory(betterSince);
  }

  ask(clusters: Sketches, world: Omit<World, "clusters"> = {}): YieldAnswer {
    const answer = shouldYield({
      verdict: this.verdict(clusters, world),
      own: "eu",
      memory: this.memory,
      heldSince: this.heldSince,
      now: this.now,
      failbackDelayMs: this.failbackDelayMs,
    });
    this.memory = answer.memory;
    return answer;
  }

  /** As ask(), in short: what is done, for which cause, and in how many seconds at the earliest. */
  brief(clusters: Sketches, world: Omit<World, "clusters"> = {}): string {
    const { decision } = this.ask(clusters, world);
    switch (decision.kind) {
      case "stay":
        return "stay";
      case "yield":
        return `yield to ${decision.to ?? "nobody"}: ${decision.cause}`;
      case "wait": {
        const waitSeconds = Math.max(0, elapsedMs(this.now, decision.notBefore)) / 1000;
        return `wait ${waitSeconds} s for ${decision.to}: ${decision.cause}`;
      }
    }
  }

  /** Others hold, or nobody. */
  watch(
    clusters: Sketches,
    { holder, epoch = this.epoch }: { holder?: string; epoch?: number },
  ): void {
    const verdict = verdictOf({
      clusters,
      lease: { holder, transitions: epoch },
      own: OURS,
      now: this.now,
    });
    this.memory = noteVerdict(this.memory, { verdict, own: "eu", now: this.now });
  }

  claimAgain(): void {
    this.epoch++;
    this.heldSince = this.now;
  }

  pass(seconds: number): this {
    this.now = addMs(this.now, seconds * 1000);
    return this;
  }

  verdict(clusters: Sketches, { lease, ...world }: Omit<World, "clusters">) {
    // Whoever answers at all answers the present epoch, unless a case says otherwise.
    const answering = Object.fromEntries(
      Object.entries(clusters).map(([name, one]): [string, ClusterSketch] => [
        name,
        { epoch: this.epoch, ...one },
      ]),
    );
    return verdictOf({
      clusters: answering,
      lease: { holder: "eu", transitions: this.epoch, ...lease },
      own: OURS,
      now: this.now,
      ...world,
    });
  }
}
