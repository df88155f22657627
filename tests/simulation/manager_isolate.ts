// Owns the running of the manager's machine: requests, watch, door and timer, as its driver has them.
// Never decides anything: stepManager does.

import type {
  ManagerEffect,
  ManagerEvent,
  ManagerInstant,
  Managing,
} from "../../lib/core/manager_state.ts";
import { type Monotonic, wallTime } from "../../lib/core/time.ts";
import { Isolate } from "./isolate.ts";
import { isRenewalOf } from "./lease_renewal.ts";
import type { Link } from "./link.ts";
import type { Sidecar } from "./sidecar.ts";
import type { LeaseStore, StoreOutcome } from "./store.ts";
import { LeaseWatch } from "./watch.ts";

type LeaseSeen = Extract<ManagerEvent, { kind: "lease_seen" }>;

interface Arrival {
  readonly event: LeaseSeen;
  readonly now: ManagerInstant;
}

export class ManagerIsolate extends Isolate {
  protected readonly sidecar: Sidecar;
  state: Managing;
  readonly #watch: LeaseWatch;
  /** A renewal by another, seen and not taken in yet. */
  #unread: Arrival | undefined;
  /** By lease: highest transitions this process ever saw, which is what it can know of a restored one. */
  readonly #highestTransitions = new Map<string, number>();

  constructor(sidecar: Sidecar, nonces: readonly string[]) {
    const { pod } = sidecar;
    super(pod.world, pod.host);
    this.sidecar = sidecar;
    const nonceBase = `${pod.label}.${pod.world.nextSerial()}`;
    this.state = pod.world.core.newManaging({ ...pod.managerSettings(), nonceBase }, nonces);
    this.#watch = new LeaseWatch({
      world: pod.world,
      ...this.apiOf(this.state.settings.lease.name),
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

  /** Where a lease lives, and the way there. */
  protected apiOf(_name: string): { store: LeaseStore; link: Link } {
    return { store: this.sidecar.pod.world.store, link: this.sidecar.pod.link };
  }

  /** What only clusters know; answers whether it was taken. */
  protected takeOver(_effect: ManagerEffect): boolean {
    return false;
  }

  /** After each step, told and asked when to wake. */
  protected stepped(wakeAt: number | undefined): number | undefined {
    return wakeAt;
  }

  post(event: ManagerEvent): void {
    this.run(() => this.#step(event));
  }

  protected override tick(): void {
    const wakeAt = this.takeUnread();
    // What was to end by now goes on, as was not known when the timer was set.
    if (wakeAt !== undefined && this.host.monotonicMs() < wakeAt) {
      return this.wakeAt(this.stepped(wakeAt));
    }
    this.#step({ kind: "tick" });
  }

  override end(): void {
    super.end();
    this.#watch.dispose();
  }

  #step(event: ManagerEvent): void {
    const now = {
      monotonic: this.host.monotonic(),
      wall: wallTime(Math.floor(this.host.wallMs())),
    };
    if (this.#isRenewalByAnother(event)) {
      this.#unread = { event, now };
      return;
    }
    this.takeUnread();
    this.wakeAt(this.stepped(this.#take({ event, now })));
  }

  /**
   * Nothing follows from a renewal by another but a longer wait. So it is left until something else
   * happens, and then taken in as of its arrival; of several the last one tells all.
   */
  #isRenewalByAnother(event: ManagerEvent): event is LeaseSeen {
    const { leads, local, settings } = this.state;
    if (!this.world.skipsQuiet || leads || local.business !== undefined) return false;
    if (event.kind !== "lease_seen" || event.by !== "watch") return false;
    if (event.name !== settings.lease.name || event.object === undefined) return false;
    const { seen } = local.view;
    const known = this.#unread?.event.object ??
      (typeof seen === "object" ? seen.object : undefined);
    return known !== undefined && isRenewalOf(known, event.object);
  }

  takeUnread(): Monotonic | undefined {
    const unread = this.#unread;
    this.#unread = undefined;
    return unread === undefined ? undefined : this.#take(unread);
  }

  #take({ event, now }: { event: ManagerEvent; now: ManagerInstant }): Monotonic | undefined {
    const { core, random } = this.world;
    const { state, effects, wakeAt } = core.stepManager(this.state, {
      event,
      now,
      random: random.next(),
    });
    this.state = state;
    if ("name" in event) this.#noteTransitions(event.name);
    for (const effect of effects) this.#carryOut(effect);
    return wakeAt;
  }

  highestTransitionsOf(name: string): number {
    return this.#highestTransitions.get(name) ?? 0;
  }

  #noteTransitions(name: string): void {
    const { settings, local, previous } = this.state;
    const election = name === settings.lease.name ? local : previous[name]?.election;
    const { seen } = election?.view ?? {};
    if (typeof seen !== "object") return;
    const highest = Math.max(this.highestTransitionsOf(name), seen.transitions);
    this.#highestTransitions.set(name, highest);
  }

  #carryOut(effect: ManagerEffect): void {
    if (this.takeOver(effect)) return;
    const { sidecar } = this;
    switch (effect.kind) {
      case "request_stamp":
        return sidecar.toGuard({ kind: "stamp_requested", id: effect.id, nonce: effect.nonce });
      case "grant":
        return sidecar.toGuard({ kind: "granted", request: effect.request, nonce: effect.nonce });
      case "revoke":
        this.world.note(sidecar.pod.label, `manager revokes: ${effect.reason}`);
        return sidecar.toGuard({ ...effect, kind: "revoked" });
      case "forget_nonces":
        return sidecar.toGuard({ kind: "nonces_forgotten" });
      case "watch_lease":
        return this.#watch.open();
      case "unwatch_lease":
        return this.#watch.close();
      case "read_lease":
        return this.#request(effect.name, (store) => store.read(effect.name));
      case "create_lease":
        return this.#request(effect.name, (store) => store.create(effect.object), "create");
      case "replace_lease":
        return this.#request(effect.name, (store) => store.replace(effect.object), "replace");
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

  #request(
    name: string,
    apply: (store: LeaseStore) => StoreOutcome,
    write?: "create" | "replace",
  ): void {
    const { pod } = this.sidecar;
    const { store, link } = this.apiOf(name);
    pod.world.requests++;
    link.send<StoreOutcome>({
      apply: () => {
        const before = store.get(name);
        const outcome = apply(store);
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
