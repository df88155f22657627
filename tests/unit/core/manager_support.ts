// Owns a manager's machine in the hands of a test, before a lease store that answers at once.
// Never answers a request unless the test lets it: what is not answered stays under way.

import type { ApiFailure } from "../../../lib/core/api_failure.ts";
import { stepManager } from "../../../lib/core/manager.ts";
import {
  type GuardView,
  type ManagerEffect,
  type ManagerEvent,
  type ManagerSettings,
  type Managing,
  newManaging,
} from "../../../lib/core/manager_state.ts";
import { monotonic, permitTime, wallTime } from "../../../lib/core/time.ts";
import { LeaseStore, type StoreOutcome } from "../../simulation/store.ts";

const WALL_MS = 1_790_000_000_000;

export function settingsOf(
  podName: string,
  {
    name = "lock",
    previousNames = [] as string[],
    durationMs = 15_000,
    podUid = `${podName}-uid`,
  } = {},
): ManagerSettings {
  return {
    podName,
    podUid,
    lease: { name, namespace: "cardano", durationMs, holdMs: 9_000, renewIntervalMs: 3_750 },
    previousNames,
    nonceBase: podName,
  };
}

const FIT: GuardView = {
  epoch: 1,
  unfit: undefined,
  fencing: false,
  fencedSecond: undefined,
  forging: "stopped",
  poolId: "pool",
};

type Request = Extract<ManagerEffect, { kind: "read_lease" | "create_lease" | "replace_lease" }>;

function inWords({ kind, name }: Request): string {
  return `${kind.split("_")[0]} ${name}`;
}

export class ManagerUnderTest {
  readonly store: LeaseStore;
  state: Managing;
  nowMs = 100_000;
  /** What the permit clock and the wall clock went on by while the machine was suspended. */
  suspendedMs = 0;
  wakeAt: number | undefined;
  /** What was wanted since the last `since()`, requests as "verb name". */
  #log: string[] = [];
  #under: Request[] = [];
  readonly grants: Extract<ManagerEffect, { kind: "grant" }>[] = [];
  #serial = 0;
  epoch = 1;
  permitLeftMs = 0;
  answersAtOnce = true;

  constructor(settings: ManagerSettings, store = new LeaseStore(), nonces: string[] = []) {
    this.store = store;
    this.state = newManaging(settings, nonces);
  }

  since(): string[] {
    return this.#log.splice(0);
  }

  later(ms: number): this {
    this.nowMs += ms;
    return this.take({ kind: "tick" });
  }

  report(change: Partial<GuardView> = {}): this {
    const guard = { ...FIT, epoch: this.epoch, ...change };
    this.epoch = guard.epoch;
    return this.take({ kind: "report", guard });
  }

  /** Shows the lease as a watch would. */
  see(name = this.state.settings.lease.name): this {
    return this.take({ kind: "lease_seen", name, object: this.store.get(name), by: "watch" });
  }

  take(event: ManagerEvent): this {
    const wallMs = WALL_MS + this.nowMs + this.suspendedMs;
    const now = { monotonic: monotonic(this.nowMs), wall: wallTime(wallMs) };
    const step = stepManager(this.state, { event, now, random: 0.5 });
    this.state = step.state;
    this.wakeAt = step.wakeAt;
    for (const effect of step.effects) this.#carryOut(effect);
    return this;
  }

  /** Requests that are not answered yet as "verb name", the oldest first. */
  get underWay(): string[] {
    return this.#under.map(inWords);
  }

  /** Lets the oldest request under way reach the store; its answer may be replaced. */
  answer(instead?: ApiFailure, { applied = instead === undefined } = {}): this {
    const request = this.#under.shift();
    if (request === undefined) throw new Error("No request under way");
    const outcome = applied ? this.#apply(request) : undefined;
    const told = instead ?? outcome;
    if (told === undefined) return this;
    const { name } = request;
    if (request.kind !== "read_lease") {
      return this.take({ kind: "lease_written", name, outcome: told });
    }
    if (told.kind === "lease") {
      return this.take({ kind: "lease_seen", name, object: told.lease, by: "read" });
    }
    if (told.kind === "not_found") {
      return this.take({ kind: "lease_seen", name, object: undefined, by: "read" });
    }
    return this.take({ kind: "lease_read_failed", name, failure: told });
  }

  #apply(request: Request): StoreOutcome {
    switch (request.kind) {
      case "read_lease":
        return this.store.read(request.name);
      case "create_lease":
        return this.store.create(request.object);
      case "replace_lease":
        return this.store.replace(request.object);
    }
  }

  #carryOut(effect: ManagerEffect): void {
    switch (effect.kind) {
      case "request_stamp": {
        const stamp = {
          at: permitTime(this.nowMs + this.suspendedMs),
          epoch: this.epoch,
          serial: ++this.#serial,
        };
        this.take({ kind: "stamp", id: effect.id, stamp, permitLeftMs: this.permitLeftMs });
        return;
      }
      case "read_lease":
      case "create_lease":
      case "replace_lease":
        this.#log.push(inWords(effect));
        this.#under.push(effect);
        if (this.answersAtOnce) this.answer();
        return;
      case "grant":
        this.grants.push(effect);
        this.permitLeftMs = effect.request.holdMs;
        this.#log.push("grant");
        return;
      case "wrote":
        this.#log.push(`wrote ${effect.write}`);
        return;
      case "leadership":
        return;
      case "revoke":
        this.#log.push(`revoke ${effect.reason}`);
        return;
      default:
        this.#log.push(effect.kind);
    }
  }

  /** One that leads "lock" by a claim after the wait. */
  static leader(settings = settingsOf("pod-0"), store = new LeaseStore()): ManagerUnderTest {
    const manager = new ManagerUnderTest(settings, store).report().see();
    manager.see().later(15_000);
    manager.since();
    return manager;
  }
}
