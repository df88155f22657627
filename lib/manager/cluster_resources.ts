// Owns the clusters of the pool as this local leader sees them.
// Never writes: own_resource.ts makes ours.

import type { Config } from "../config.ts";
import type { ClusterConfig } from "../config/cluster.ts";
import { assertNever } from "../core/assert_never.ts";
import type { ManagerEvent } from "../core/manager_state.ts";
import type { CollectionReport } from "../kubernetes/collection_watch.ts";
import { sleep } from "../sleep.ts";
import type { ForgeClusterApi } from "../kubernetes/forge_cluster.ts";
import type { ForgeCluster } from "../kubernetes/forge_cluster_parse.ts";
import { reportedCounter } from "../kubernetes/forge_cluster_status.ts";
import { type ClusterIdentity, forgeClusterSelector } from "../kubernetes/forge_cluster_spec.ts";
import type { Log } from "../log.ts";
import type { OutcomeNotes } from "./api_outcomes.ts";
import { OwnResource } from "./own_resource.ts";

export interface ClusterResourcesOptions {
  readonly config: ClusterIdentity & Pick<Config, "apiTimeoutMs">;
  readonly cluster: ClusterConfig;
  readonly api: ForgeClusterApi;
  readonly outcomes: OutcomeNotes;
  readonly log: Log;
  readonly dispatch: (event: ManagerEvent) => void;
  /** Of the certificate in use, for a new resource where POOL_ID is a mere name. */
  readonly poolIdHex: () => string | undefined;
}

export class ClusterResources {
  readonly #options: ClusterResourcesOptions;
  readonly #ours: OwnResource;
  readonly #all = new Map<string, ForgeCluster>();
  #following: AbortController | undefined;
  /** By name: what was logged of it. */
  readonly #toldOf = new Map<string, string>();

  constructor(options: ClusterResourcesOptions) {
    this.#options = options;
    this.#ours = new OwnResource(options);
  }

  /** Undefined until it was seen, and while it is absent. */
  get own(): ForgeCluster | undefined {
    return this.#all.get(this.#options.cluster.name);
  }

  /** Of each cluster's certificate, as its status tells. */
  get reportedCounters(): ReadonlyMap<string, number> {
    const counters = [...this.#all.values()].map((one) =>
      [one.name, one.kind === "usable" ? reportedCounter(one.status) : undefined] as const
    );
    return new Map(counters.filter((entry): entry is [string, number] => entry[1] !== undefined));
  }

  /** Paths of our spec that say otherwise than the environment; empty where none does. */
  get editedFields(): string {
    return this.#ours.editedFields;
  }

  /** Follows all clusters of the pool until `stop`, and sees to it that ours exists. */
  start(): void {
    this.stop();
    const following = new AbortController();
    const { signal } = following;
    this.#following = following;
    const { api, config } = this.#options;
    this.#ours.ensure(signal);
    void api.watch({
      selector: forgeClusterSelector(config),
      timeoutMs: config.apiTimeoutMs,
      signal,
      random: Math.random,
      sleep,
      onReport: (report) => {
        if (!signal.aborted) this.#take(report, signal);
      },
    });
  }

  /** What was seen is of the past from here on. */
  stop(): void {
    this.#following?.abort();
    this.#following = undefined;
    this.#all.clear();
  }

  #take(report: CollectionReport<ForgeCluster>, signal: AbortSignal): void {
    const { outcomes, cluster } = this.#options;
    const subject = `watch ${cluster.resource.plural}`;
    switch (report.kind) {
      case "listed":
        outcomes.note(subject, undefined);
        this.#all.clear();
        for (const one of report.objects) this.#all.set(one.name, one);
        return this.#tell(signal);
      case "upserted":
        this.#all.set(report.object.name, report.object);
        return this.#tell(signal);
      case "deleted":
        this.#all.delete(report.name);
        return this.#tell(signal);
      case "connected":
        return outcomes.note(subject, undefined);
      case "failed":
        return outcomes.note(subject, report.failure);
      default:
        return assertNever(report);
    }
  }

  #tell(signal: AbortSignal): void {
    const all = [...this.#all.values()];
    for (const one of all) this.#logProblem(one);
    if (this.own === undefined) this.#ours.ensure(signal);
    else this.#ours.remember(this.own);
    this.#options.dispatch({
      kind: "clusters_seen",
      resources: all.flatMap((one) => one.kind === "usable" ? [one.resource] : []),
      unusable: all.flatMap((one) => one.kind === "unusable" ? [one.problem] : []),
    });
  }

  #logProblem(one: ForgeCluster): void {
    const { name } = one;
    if (one.kind === "usable") {
      if (this.#toldOf.delete(name)) {
        this.#options.log.info("Cluster resource can be used again", { cluster: name });
      }
      return;
    }
    const { field, problem } = one.problem;
    const text = `${field} ${problem}`;
    if (this.#toldOf.get(name) === text) return;
    this.#toldOf.set(name, text);
    this.#options.log.warning("Cluster resource cannot be used: its cluster does not take part", {
      cluster: name,
      field,
      problem,
    });
  }
}
