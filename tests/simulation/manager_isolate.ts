// Owns the running of the manager's machine: requests, watch, door and timer, as its driver has them.
// Never decides anything: stepManager does.

import type { ManagerEffect, ManagerEvent, Managing } from "../../lib/core/manager_state.ts";
import { wallTime } from "../../lib/core/time.ts";
import { Isolate } from "./isolate.ts";
import type { Sidecar } from "./sidecar.ts";
import type { StoreOutcome } from "./store.ts";
import { LeaseWatch } from "./watch.ts";

export class ManagerIsolate extends Isolate {
  readonly #sidecar: Sidecar;
  state: Managing;
  readonly #watch: LeaseWatch;
  /** Highest transitions this process ever saw: what it can know of a restored store. */
  highestTransitions = 0;

  constructor(sidecar: Sidecar, nonces: readonly string[]) {
    const { pod } = sidecar;
    super(pod.world, pod.host);
    this.#sidecar = sidecar;
    const nonceBase = `${pod.label}.${pod.world.nextSerial()}`;
    this.state = pod.world.core.newManaging({ ...pod.managerSettings(), nonceBase }, nonces);
    this.#watch = new LeaseWatch({
      world: pod.world,
      link: pod.link,
      name: this.state.settings.lease.name,
      onSeen: (object) =>
        this.post({
          kind: "lease_seen",
          name: this.state.settings.lease.name,
          object,
          by: "watch",
        }),
    });
    this.post({ kind: "tick" });
  }

  post(event: ManagerEvent): void {
    this.run(() => this.#step(event));
  }

  protected override tick(): void {
    this.#step({ kind: "tick" });
  }

  override end(): void {
    super.end();
    this.#watch.dispose();
  }

  #step(event: ManagerEvent): void {
    const { core, random } = this.world;
    const now = {
      monotonic: this.host.monotonic(),
      wall: wallTime(Math.floor(this.host.wallMs())),
    };
    const { state, effects, wakeAt } = core.stepManager(this.state, {
      event,
      now,
      random: random.next(),
    });
    this.state = state;
    const { seen } = state.local.view;
    if (typeof seen === "object") {
      this.highestTransitions = Math.max(this.highestTransitions, seen.transitions);
    }
    for (const effect of effects) this.#carryOut(effect);
    this.wakeAt(wakeAt);
  }

  #carryOut(effect: ManagerEffect): void {
    const { store } = this.world;
    const sidecar = this.#sidecar;
    switch (effect.kind) {
      case "request_stamp":
        return sidecar.toGuard({ kind: "stamp_requested", id: effect.id, nonce: effect.nonce });
      case "grant":
        return sidecar.toGuard({ kind: "granted", request: effect.request, nonce: effect.nonce });
      case "revoke":
        this.world.note(sidecar.pod.label, `manager revokes: ${effect.reason}`);
        return sidecar.toGuard({ kind: "revoked", reason: effect.reason });
      case "forget_nonces":
        return sidecar.toGuard({ kind: "nonces_forgotten" });
      case "watch_lease":
        return this.#watch.open();
      case "unwatch_lease":
        return this.#watch.close();
      case "read_lease":
        return this.#request(effect.name, () => store.read(effect.name));
      case "create_lease":
        return this.#request(effect.name, () => store.create(effect.object), "create");
      case "replace_lease":
        return this.#request(effect.name, () => store.replace(effect.object), "replace");
      case "wrote":
        if (effect.write !== "renew") {
          this.world.note(sidecar.pod.label, `wrote ${effect.name}: ${effect.write}`);
        }
        return;
      case "leadership":
        this.world.note(
          sidecar.pod.label,
          effect.leads ? "leads" : `leads no more: ${effect.reason}`,
        );
        return;
      case "finished":
        return sidecar.managerFinished();
    }
  }

  #request(name: string, apply: () => StoreOutcome, write?: "create" | "replace"): void {
    const { pod } = this.#sidecar;
    pod.world.requests++;
    pod.link.send({
      apply: () => {
        const before = this.world.store.get(name);
        const outcome = apply();
        if (write !== undefined && outcome.kind === "lease") {
          pod.world.oracle.written(pod, before, outcome.lease);
        }
        return outcome;
      },
      timeoutMs: pod.timings.apiTimeoutMs,
      done: (outcome) => {
        if (write !== undefined) return this.post({ kind: "lease_written", name, outcome });
        if (outcome.kind === "lease") {
          return this.post({ kind: "lease_seen", name, object: outcome.lease, by: "read" });
        }
        if (outcome.kind === "not_found") {
          return this.post({ kind: "lease_seen", name, object: undefined, by: "read" });
        }
        this.post({ kind: "lease_read_failed", name, failure: outcome });
      },
    });
  }
}
