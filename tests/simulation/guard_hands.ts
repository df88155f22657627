// Owns what a guard does to its node, its files and its door: looks, scrapes, signals, writes.
// Never decides anything, but for the last look at the clock before a start, which is lib/guard's own.

import type { ForgingEffect, ForgingEvent } from "../../lib/core/forging_state.ts";
import { type SighupReason, wantsForging } from "../../lib/core/node_life.ts";
import { permitLeftMs } from "../../lib/core/permit.ts";
import { elapsedMs } from "../../lib/core/time.ts";
import type { PermitClock } from "../../lib/guard/clocks.ts";
import type { GuardIsolate } from "./guard_isolate.ts";
import type { Sidecar } from "./sidecar.ts";

type Signal = Extract<ForgingEffect, { kind: "sighup" | "sigkill" }>;

export class GuardHands {
  readonly #guard: GuardIsolate;
  readonly #sidecar: Sidecar;
  readonly #permitClock: PermitClock;

  constructor(guard: GuardIsolate, sidecar: Sidecar, permitClock: PermitClock) {
    this.#guard = guard;
    this.#sidecar = sidecar;
    this.#permitClock = permitClock;
  }

  /** What came of it, where that is known at once. */
  carryOut(effect: ForgingEffect): ForgingEvent | undefined {
    const { pod } = this.#sidecar;
    const { world } = pod;
    switch (effect.kind) {
      case "look":
        this.#later(world.random.between(0.5, 8), () => ({
          kind: "looked",
          sighting: pod.sight(),
        }));
        return undefined;
      case "scrape":
        this.#scrape();
        return undefined;
      case "install_files":
        world.oracle.installed(pod);
        return { kind: "files", ...pod.installFiles() };
      case "remove_files":
        return { kind: "files", ...pod.removeFiles() };
      case "sighup":
      case "sigkill":
        return this.#signal(effect);
      case "answer_stamp":
        this.#sidecar.toManager({
          kind: "stamp",
          id: effect.id,
          stamp: effect.stamp,
          permitLeftMs: effect.permitLeftMs,
        });
        return undefined;
      case "keep_permit":
        pod.permitFile.keep(pod, {
          leftMs: effect.until === undefined
            ? undefined
            : elapsedMs(this.#permitClock.now(), effect.until),
          nonces: effect.nonces,
        });
        return undefined;
      case "log":
        world.note(pod.label, effect.message, effect.fields);
        return undefined;
    }
  }

  #signal(effect: Signal): ForgingEvent {
    const { pod } = this.#sidecar;
    const { identity } = effect;
    if (effect.kind === "sigkill") {
      pod.world.oracle.killed(pod);
      const outcome = pod.signal(identity, "SIGKILL");
      return { kind: "signalled", identity, reason: undefined, outcome };
    }
    const { reason } = effect;
    if (this.#isTooLate(reason)) return { kind: "signalled", identity, reason, outcome: "absent" };
    pod.world.oracle.signalled(pod, reason);
    return { kind: "signalled", identity, reason, outcome: pod.signal(identity, "SIGHUP") };
  }

  /** As lib/guard has it: the clock once more, since what came before in this turn may have taken long. */
  #isTooLate(reason: SighupReason): boolean {
    const now = this.#sidecar.pod.host.instant(this.#permitClock).permit;
    return wantsForging(reason) && permitLeftMs(this.#guard.state.permit, now) === 0;
  }

  #scrape(): void {
    const { pod } = this.#sidecar;
    const { random, agenda } = pod.world;
    const begunAt = pod.host.monotonic();
    const ms = random.chance(0.97) ? random.between(1, 30) : random.between(30, 250);
    agenda.after(ms * random.next(), () => {
      this.#guard.metricsAreRead();
      const scrape = pod.node?.scrape() ?? { kind: "unreadable" as const };
      this.#later(ms / 2, () => ({ kind: "scraped", begunAt, scrape }));
    });
  }

  #later(ms: number, event: () => ForgingEvent): void {
    const { host, world } = this.#sidecar.pod;
    world.agenda.after(ms, () =>
      host.whenRunning(() => {
        if (this.#guard.isAlive) this.#guard.post(event());
      }));
  }
}
