// Owns the manager's running in a cluster among several: as any, with the coordination API beside it.
// Never decides anything: stepManager does.

import type { ManagerEffect, ManagerEvent } from "../../lib/core/manager_state.ts";
import type { ClusterPod } from "./cluster_pod.ts";
import { FORGE_LEASE } from "./cluster_world.ts";
import { Coordination } from "./coordination.ts";
import type { Link } from "./link.ts";
import { ManagerIsolate } from "./manager_isolate.ts";
import type { Sidecar } from "./sidecar.ts";
import { fail, type LeaseStore, type StoreOutcome } from "./store.ts";
import { LeaseWatch } from "./watch.ts";

/** As the driver: a turn is a sign of life. */
const SLEEP_MS_MAX = 5_000;
/** As lib/manager/lease_calls.ts. */
const TRY_AGAIN_MS = 1_000;

export class ClusterManager extends ManagerIsolate {
  readonly pod: ClusterPod;
  readonly #forgeWatch: LeaseWatch;
  /** Undefined during the first turn. */
  coordination: Coordination | undefined;

  constructor(sidecar: Sidecar, pod: ClusterPod) {
    super(sidecar, sidecar.guard.state.nonces);
    this.pod = pod;
    this.#forgeWatch = new LeaseWatch({
      world: pod.world,
      ...this.apiOf(FORGE_LEASE),
      name: FORGE_LEASE,
      onSeen: (object) => this.post({ kind: "lease_seen", name: FORGE_LEASE, object, by: "watch" }),
    });
    this.coordination = new Coordination(this);
  }

  override post(event: ManagerEvent): void {
    super.post(event);
    if (event.kind !== "report") return;
    super.post({ kind: "tip_checked", farBehind: this.pod.cluster.farBehind });
  }

  protected override apiOf(name: string): { store: LeaseStore; link: Link } {
    const pod = this.sidecar.pod as ClusterPod;
    return name === FORGE_LEASE
      ? { store: pod.clusterWorld.hub, link: pod.hubLink }
      : { store: pod.cluster.store, link: pod.link };
  }

  protected override takeOver(effect: ManagerEffect): boolean {
    switch (effect.kind) {
      case "watch_lease":
      case "unwatch_lease":
        if (effect.name !== FORGE_LEASE) return false;
        if (effect.kind === "watch_lease") this.#forgeWatch.open();
        else this.#forgeWatch.close();
        return true;
      case "watch_clusters":
        this.coordination?.start();
        return true;
      case "unwatch_clusters":
        this.coordination?.stop();
        return true;
      case "try_claim":
        this.#tryClaim(effect);
        return true;
      case "yielding":
        this.world.note(this.pod.label, `yields to ${effect.to ?? "anybody"}: ${effect.reason}`);
        this.pod.clusterWorld.clusterOracle.yields(this.pod.cluster, effect);
        return true;
      case "create_lease":
      case "replace_lease":
        if (effect.name !== FORGE_LEASE || !this.pod.cluster.isForbidden) return false;
        this.pod.hubLink.send<StoreOutcome>({
          apply: () => fail("forbidden", 403),
          timeoutMs: this.pod.timings.apiTimeoutMs,
          done: (outcome) => this.post({ kind: "lease_written", name: FORGE_LEASE, outcome }),
        });
        return true;
      default:
        return false;
    }
  }

  protected override stepped(wakeAt: number | undefined): number | undefined {
    // A follower's turn without an event is a sign of life and nothing else.
    if (!this.state.leads) return wakeAt;
    const now = this.host.monotonicMs();
    const writesInMs = this.coordination?.update() ?? SLEEP_MS_MAX;
    return Math.min(wakeAt ?? Infinity, now + Math.min(SLEEP_MS_MAX, Math.max(1, writesInMs)));
  }

  override end(): void {
    super.end();
    this.#forgeWatch.dispose();
    this.coordination?.dispose();
  }

  #tryClaim({ object, transitions }: Extract<ManagerEffect, { kind: "try_claim" }>): void {
    const { pod } = this;
    const { hub } = pod.clusterWorld;
    pod.world.requests++;
    pod.hubLink.send<StoreOutcome>({
      apply: () => pod.cluster.isForbidden ? fail("forbidden", 403) : hub.tryReplace(object),
      timeoutMs: pod.timings.apiTimeoutMs,
      done: (answer) => {
        const metAnother = answer.kind === "conflict" || answer.kind === "not_found";
        const outcome = answer.kind === "lease" ? "possible" : metAnother ? "retry" : "impossible";
        const problem = answer.kind === "lease" ? undefined : answer.message;
        const tell = () => this.post({ kind: "claim_tried", transitions, outcome, problem });
        if (metAnother) pod.world.agenda.after(TRY_AGAIN_MS, tell);
        else tell();
      },
    });
  }
}
