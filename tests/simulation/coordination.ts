// Owns what a local leader does at the coordination API beside leases, as lib/manager has it: the watch
// of all clusters, the existence and status of its own resource, the calls of its health endpoint.
// Never acts but while its replica leads.

import type { ClusterReport, ClusterSpec } from "../../lib/core/cluster.ts";
import { claimableEpoch, forgeStanding } from "../../lib/core/forge_tier.ts";
import { isoSeconds } from "../../lib/core/iso_time.ts";
import { forgeContextOf } from "../../lib/core/manager_forge.ts";
import { wallTime } from "../../lib/core/time.ts";
import { backoffMs } from "../../lib/kubernetes/backoff.ts";
import type { ClusterManager } from "./cluster_manager.ts";
import type { ClusterOutcome, StoredCluster } from "./cluster_store.ts";
import { ClusterWatch } from "./cluster_watch.ts";

/** Until the watch shows what was made. */
const SHOWN_AFTER_MS = 1_000;

export class Coordination {
  readonly #manager: ClusterManager;
  readonly #watch: ClusterWatch;
  /** Rises with every start and stop: what belongs to an older one is dropped. */
  #term = 0;
  #isActive = false;
  #all: ReadonlyMap<string, StoredCluster> = new Map();
  /** To be written back when deleted: it outlives leadership, not the process. */
  #lastSpec: ClusterSpec | undefined;
  #isEnsuring = false;
  #previous: { uid: string; said: string } | undefined;
  #isWriting = false;
  #sentAt = -Infinity;
  #retryAt = -Infinity;
  #failures = 0;
  #isChecking = false;

  constructor(manager: ClusterManager) {
    this.#manager = manager;
    this.#watch = new ClusterWatch({
      world: manager.pod.clusterWorld,
      link: manager.pod.hubLink,
      onSeen: (all) => manager.run(() => this.#see(new Map(all))),
    });
  }

  start(): void {
    this.#forget();
    this.#isActive = true;
    this.#watch.open();
    this.#ensure(this.#term);
  }

  stop(): void {
    this.#forget();
    this.#watch.close();
  }

  dispose(): void {
    this.#forget();
    this.#watch.dispose();
  }

  #forget(): void {
    this.#term++;
    this.#isActive = false;
    this.#all = new Map();
    this.#isEnsuring = this.#isWriting = this.#isChecking = false;
    this.#previous = undefined;
    this.#sentAt = this.#retryAt = -Infinity;
    this.#failures = 0;
  }

  get #own(): StoredCluster | undefined {
    return this.#all.get(this.#manager.pod.cluster.name);
  }

  #see(all: ReadonlyMap<string, StoredCluster>): void {
    if (!this.#isActive) return;
    this.#all = all;
    const own = this.#own;
    if (own === undefined) this.#ensure(this.#term);
    else this.#lastSpec = own.resource.spec;
    const resources = [...all.values()].map(({ resource }) => resource);
    this.#manager.post({ kind: "clusters_seen", resources, unusable: [] });
  }

  #ensure(term: number, attempt = 0): void {
    if (this.#isEnsuring && attempt === 0) return;
    this.#isEnsuring = true;
    const { cluster, clusterWorld } = this.#manager.pod;
    const spec = this.#lastSpec ?? cluster.plan.firstSpec;
    this.#send(term, () => clusterWorld.clusterStore.ensure(cluster.name, spec), (answer) => {
      const done = answer.kind === "cluster";
      const { random } = this.#manager.pod.world;
      const waitMs = done ? SHOWN_AFTER_MS : backoffMs(attempt, random.next());
      this.#later(term, waitMs, () => {
        if (!done) return this.#ensure(term, attempt + 1);
        this.#isEnsuring = false;
        if (this.#own === undefined) this.#ensure(term);
      });
    });
  }

  /** After each turn; answers in how long it wants another. */
  update(): number | undefined {
    const own = this.#own;
    if (!this.#isActive || own === undefined) return undefined;
    this.#check(own.resource.spec);
    if (this.#isWriting) return undefined;
    const now = this.#manager.pod.host.monotonicMs();
    const isNew = own.uid !== this.#previous?.uid;
    if (!isNew && now < this.#retryAt) return this.#retryAt - now;
    const report = this.#report();
    const said = JSON.stringify([own.resource.generation, { ...report, lastHeartbeatTime: "" }]);
    const dueAt = this.#sentAt + this.#manager.pod.cluster.plan.heartbeatIntervalMs;
    if (!isNew && said === this.#previous?.said && now < dueAt) return dueAt - now;
    this.#previous = { uid: own.uid, said: "" };
    this.#sentAt = now;
    this.#isWriting = true;
    const { cluster: { name }, clusterWorld: { clusterStore } } = this.#manager.pod;
    this.#send(this.#term, () => clusterStore.report(name, report), (answer) => {
      this.#isWriting = false;
      if (answer.kind === "cluster") {
        this.#previous = { uid: own.uid, said };
        this.#failures = 0;
      } else {
        const { heartbeatIntervalMs } = this.#manager.pod.cluster.plan;
        const waitMs = backoffMs(this.#failures++, this.#manager.pod.world.random.next());
        this.#retryAt = this.#manager.pod.host.monotonicMs() +
          Math.min(waitMs, heartbeatIntervalMs);
      }
      this.#manager.post({ kind: "tick" });
    });
    return undefined;
  }

  #report(): ClusterReport {
    const { state, pod } = this.#manager;
    const { forge, guard, givingUp } = state;
    if (forge === undefined) throw new Error("No second tier");
    const now = { monotonic: pod.host.monotonic(), wall: wallTime(Math.floor(pod.host.wallMs())) };
    const standing = forgeStanding(forge, forgeContextOf(state, { now }));
    const ready = guard !== undefined && guard.unfit === undefined && givingUp === undefined;
    const { betterSince } = forge;
    return {
      lastHeartbeatTime: isoSeconds(now.wall) ?? "",
      forgeEpoch: ready ? claimableEpoch(forge, standing) : undefined,
      ready,
      activeLeader: guard?.forging === "forging" ? pod.podName : "",
      betterSince: betterSince && wallTime(Math.floor(betterSince / 1_000) * 1_000),
      consecutiveFailures: forge.health.consecutiveFailures,
      healthy: forge.health.healthy,
      farBehind: forge.farBehind,
    };
  }

  #check({ healthCheck }: ClusterSpec): void {
    if (this.#isChecking || !healthCheck.enabled) return;
    this.#isChecking = true;
    const term = this.#term;
    const { pod } = this.#manager;
    this.#later(term, pod.world.random.between(5, 300), () => {
      const ok = pod.cluster.endpointOk;
      const { failureThreshold } = healthCheck;
      const at = wallTime(Math.floor(pod.host.wallMs()));
      this.#later(term, healthCheck.intervalMs, () => this.#isChecking = false);
      const result = { ok, at, message: ok ? "200" : "500", responseMs: 50, failureThreshold };
      this.#manager.post({ kind: "health_checked", result });
    });
  }

  #send(
    term: number,
    apply: () => ClusterOutcome,
    done: (outcome: ClusterOutcome) => void,
  ): void {
    const { pod } = this.#manager;
    pod.world.requests++;
    pod.hubLink.send<ClusterOutcome>({
      apply,
      timeoutMs: pod.timings.apiTimeoutMs,
      done: (outcome) =>
        this.#manager.run(() => {
          if (term === this.#term) done(outcome);
        }),
    });
  }

  #later(term: number, ms: number, task: () => void): void {
    this.#manager.pod.world.agenda.after(ms, () =>
      this.#manager.run(() => {
        if (term === this.#term) task();
      }));
  }
}
