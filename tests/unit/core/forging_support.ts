// Owns a guard's machine in the hands of a test: events in, effects out, one clock.
// Never answers an effect by itself: each test says what came of it.

import { stepForging } from "../../../lib/core/forging.ts";
import {
  type ForgingEffect,
  type ForgingEvent,
  type ForgingSettings,
  type Guarding,
  newGuarding,
} from "../../../lib/core/forging_state.ts";
import type { NodeIdentity, NodeScrape, NodeSighting } from "../../../lib/core/node_life.ts";
import type { Permit, Stamp } from "../../../lib/core/permit.ts";
import { type GuardInstant, monotonic, permitTime, wallTime } from "../../../lib/core/time.ts";

export const SETTINGS: ForgingSettings = {
  fenceTimeoutMs: 4_000,
  renewDeadlineMs: 9_000,
  leaseDurationMs: 15_000,
  socketWaitTimeoutMs: 600_000,
  nodeRequired: true,
  metricsConfigured: true,
};

export const NODE: NodeIdentity = { pid: 7, startTicks: 700 };

export class GuardUnderTest {
  state: Guarding;
  /** All three clocks run alike but for what the next field says; slots begin at whole thousands. */
  nowMs: number;
  /** How far the permit clock has run ahead, as over a suspension of the machine. */
  permitAheadMs = 0;
  effects: ForgingEffect[] = [];

  constructor(
    { carried, stopOwedForMs, nonces = [], nowMs = 10_000, settings = SETTINGS }: {
      carried?: Permit;
      /** The permit of the process before this one ended so long ago, and no stop was confirmed. */
      stopOwedForMs?: number;
      nonces?: string[];
      nowMs?: number;
      settings?: ForgingSettings;
    } = {},
  ) {
    this.nowMs = nowMs;
    this.state = newGuarding(settings, {
      bornAt: monotonic(nowMs),
      carried,
      stopOwedSince: stopOwedForMs === undefined ? undefined : permitTime(nowMs - stopOwedForMs),
      nonces,
    });
  }

  get now(): GuardInstant {
    return {
      monotonic: monotonic(this.nowMs),
      permit: permitTime(this.nowMs + this.permitAheadMs),
      wall: wallTime(this.nowMs),
    };
  }

  /** Takes events one after the other and keeps the effects of the last. */
  take(...events: ForgingEvent[]): this {
    for (const event of events) {
      const step = stepForging(this.state, { event, now: this.now });
      this.state = step.state;
      this.effects = [...step.effects];
    }
    return this;
  }

  later(ms: number): this {
    this.nowMs += ms;
    return this;
  }

  tick(): this {
    return this.take({ kind: "tick" });
  }

  credentials(generation = 1): this {
    return this.take({ kind: "credentials", usable: true, generation });
  }

  files(inPlace: "installed" | "absent", generation = 1, problem?: string): this {
    return this.take({
      kind: "files",
      inPlace,
      generation: inPlace === "installed" ? generation : undefined,
      problem,
    });
  }

  /** Unless told otherwise the node is at work, as a sound one always is. */
  look(
    accepts: boolean,
    { identity = NODE, flag = true, cpuTicks = this.nowMs }: {
      identity?: NodeIdentity;
      flag?: boolean;
      cpuTicks?: number | "unreadable";
    } = {},
  ): this {
    const sighting: NodeSighting = {
      kind: "running",
      identity,
      startsNonProducing: flag,
      accepts,
      cpuTicks: cpuTicks === "unreadable" ? undefined : cpuTicks,
    };
    return this.take({ kind: "looked", sighting });
  }

  lookInVain(): this {
    return this.take({ kind: "looked", sighting: { kind: "not_found", note: "none" } });
  }

  scrape(forgingEnabled: 0 | 1 | undefined, { begunAt = this.nowMs, aboutToLead = 0 } = {}): this {
    const scrape: NodeScrape = { kind: "read", forgingEnabled, aboutToLead };
    return this.take({ kind: "scraped", begunAt: monotonic(begunAt), scrape });
  }

  scrapeInVain(): this {
    const begunAt = monotonic(this.nowMs);
    return this.take({ kind: "scraped", begunAt, scrape: { kind: "unreadable" } });
  }

  /** The outcome of the signal that the last step asked for. */
  signalled(outcome: "signalled" | "absent" | "denied" = "signalled"): this {
    const asked = this.effects.find((one) => one.kind === "sighup" || one.kind === "sigkill");
    if (asked === undefined) throw new Error(`No signal among ${this.acts.join(", ")}`);
    const reason = asked.kind === "sighup" ? asked.reason : undefined;
    return this.take({ kind: "signalled", identity: asked.identity, reason, outcome });
  }

  stamp(): Stamp {
    this.take({ kind: "stamp_requested", id: 1, nonce: "nonce" });
    const answer = this.effects.find((one) => one.kind === "answer_stamp");
    if (answer === undefined) throw new Error("No stamp");
    return answer.stamp;
  }

  grant(stamp = this.stamp(), { holdMs = 9_000, fencedSecond }: {
    holdMs?: number;
    fencedSecond?: number;
  } = {}): this {
    const request = { stamp, holdMs, fencedSecond };
    return this.take({ kind: "granted", request, nonce: "nonce" });
  }

  /** What the last step wants done, without lines of log and looks. */
  get acts(): string[] {
    return this.effects.flatMap((effect) => {
      if (effect.kind === "log" || effect.kind === "look" || effect.kind === "scrape") return [];
      return effect.kind === "sighup" ? [`sighup ${effect.reason}`] : [effect.kind];
    });
  }

  /** A follower whose fresh, flagged node is up and confirmed not to forge. */
  static follower(): GuardUnderTest {
    const guard = new GuardUnderTest().credentials().files("absent").lookInVain();
    guard.files("installed").later(500).look(false).later(500).look(true);
    guard.files("absent").signalled().later(100).scrape(0);
    return guard.later(2_000);
  }

  /** A leader whose node is confirmed forging. */
  static leader(): GuardUnderTest {
    const guard = GuardUnderTest.follower().grant().files("installed").signalled();
    return guard.later(100).scrape(1);
  }
}
