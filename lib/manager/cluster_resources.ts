// Owns the clusters of the pool as this local leader sees them, and the existence of its own resource.
// Never overwrites a spec: what an operator wrote, also when it was deleted since, is written back.

import type { Config } from "../config.ts";
import type { ClusterConfig } from "../config/cluster.ts";
import type { ManagerEvent } from "../core/manager_state.ts";
import { sleep } from "../kubernetes/deadline.ts";
import type { FailureLog } from "../kubernetes/failure_log.ts";
import type { ForgeClusterApi } from "../kubernetes/forge_cluster.ts";
import type { ForgeCluster } from "../kubernetes/forge_cluster_parse.ts";
import {
  editedFields,
  firstForgeCluster,
  forgeClusterSelector,
  type NewForgeCluster,
} from "../kubernetes/forge_cluster_spec.ts";
import type { Log } from "../log.ts";

const RETRY_MS = 5_000;
/** A type that is not installed may be one day. */
const NO_CRD_RETRY_MS = 60_000;

export interface ClusterResourcesOptions {
  readonly config: Config;
  readonly cluster: ClusterConfig;
  readonly api: ForgeClusterApi;
  readonly failures: FailureLog;
  readonly log: Log;
  readonly dispatch: (event: ManagerEvent) => void;
}

export class ClusterResources {
  readonly #options: ClusterResourcesOptions;
  readonly #all = new Map<string, ForgeCluster>();
  #watch: AbortController | undefined;
  #ensuring = false;
  /** As last seen, for writing it back. */
  #own: NewForgeCluster | undefined;
  #toldOfEdits = "";

  constructor(options: ClusterResourcesOptions) {
    this.#options = options;
  }

  get own(): ForgeCluster | undefined {
    return this.#all.get(this.#options.cluster.name);
  }

  /** Follows all clusters of the pool until `stop`; `certifiedIdHex` names the pool in a new resource. */
  start(certifiedIdHex: string | undefined): void {
    this.stop();
    const watch = new AbortController();
    this.#watch = watch;
    const { api, config, cluster, failures } = this.#options;
    const subject = `watch ${cluster.resource.plural}`;
    this.#own ??= firstForgeCluster(config, { cluster, certifiedIdHex });
    void this.#ensure(watch.signal);
    void api.watch({
      selector: forgeClusterSelector(config),
      timeoutMs: config.apiTimeoutMs,
      signal: watch.signal,
      random: Math.random,
      sleep,
      onReport: (report) => {
        if (watch.signal.aborted) return;
        switch (report.kind) {
          case "listed":
            this.#all.clear();
            for (const one of report.objects) this.#all.set(one.name, one);
            break;
          case "upserted":
            this.#all.set(report.object.name, report.object);
            break;
          case "deleted":
            this.#all.delete(report.name);
            break;
          case "connected":
            return failures.note(subject, undefined);
          case "failed":
            return failures.note(subject, report.failure);
        }
        this.#tell(watch.signal);
      },
    });
  }

  stop(): void {
    this.#watch?.abort();
    this.#watch = undefined;
  }

  #tell(signal: AbortSignal): void {
    const all = [...this.#all.values()];
    const { own } = this;
    if (own === undefined) void this.#ensure(signal);
    else this.#remember(own);
    this.#options.dispatch({
      kind: "clusters_seen",
      resources: all.flatMap((one) => one.kind === "usable" ? [one.resource] : []),
      unusable: all.flatMap((one) => one.kind === "unusable" ? [one.problem] : []),
    });
  }

  #remember(own: ForgeCluster): void {
    const { config, cluster, log } = this.#options;
    if (own.rawSpec === undefined) return;
    const first = firstForgeCluster(config, { cluster });
    const edited = editedFields(first.spec, own.rawSpec).join(", ");
    this.#own = { name: own.name, labels: own.labels, spec: own.rawSpec };
    if (edited === this.#toldOfEdits) return;
    this.#toldOfEdits = edited;
    if (edited === "") return;
    log.info("The resource differs from the environment, and wins", {
      cluster: own.name,
      fields: edited,
    });
  }

  async #ensure(signal: AbortSignal): Promise<void> {
    if (this.#ensuring) return;
    this.#ensuring = true;
    const { api, config, cluster, failures, log } = this.#options;
    try {
      while (!signal.aborted && this.#own !== undefined) {
        const answer = await api.ensure(this.#own, { timeoutMs: config.apiTimeoutMs, signal });
        const subject = `ensure ${cluster.resource.plural}/${cluster.name}`;
        switch (answer.kind) {
          case "cluster":
            failures.note(subject, undefined);
            if (answer.done !== "found") {
              log.info("Cluster resource written", { cluster: cluster.name, done: answer.done });
            }
            return;
          case "foreign":
            log.error("The cluster's resource is another pool's: it is left alone", {
              cluster: cluster.name,
              field: answer.field,
              next: "give this cluster another CLUSTER_REGION or CLUSTER_IDENTIFIER",
            });
            return;
          case "no_crd":
            log.error("The CardanoForgeCluster resource type is not installed", {
              next: "apply the output of `cardano-forge-manager crds` to the coordination cluster",
            });
            await sleep(NO_CRD_RETRY_MS, signal);
            break;
          default:
            failures.note(subject, answer);
            await sleep(RETRY_MS, signal);
        }
      }
    } finally {
      this.#ensuring = false;
    }
  }
}
