// Owns the status of our own CardanoForgeCluster: by the local leader only, on change and as heartbeat.
// Never more than one write under way.

import type { Config } from "../config.ts";
import type { ClusterConfig } from "../config/cluster.ts";
import type { FailureLog } from "../kubernetes/failure_log.ts";
import type { ForgeClusterApi } from "../kubernetes/forge_cluster.ts";
import type { ForgeCluster } from "../kubernetes/forge_cluster_parse.ts";
import {
  type ForgeClusterStatus,
  forgeClusterStatus,
  type ForgeClusterView,
} from "../kubernetes/forge_cluster_status.ts";

const RETRY_MS = 2_000;

export interface ClusterStatusWriterOptions {
  readonly config: Config;
  readonly cluster: ClusterConfig;
  readonly api: ForgeClusterApi;
  readonly failures: FailureLog;
}

export class ClusterStatusWriter {
  readonly #options: ClusterStatusWriterOptions;
  #previous: ForgeClusterStatus | undefined;
  #writtenAtMs = -Infinity;
  #failedAtMs = -Infinity;
  #busy = false;

  constructor(options: ClusterStatusWriterOptions) {
    this.#options = options;
  }

  /** When it last reached the coordination API; undefined while the last try failed. */
  get reaches(): boolean {
    return this.#failedAtMs < this.#writtenAtMs;
  }

  /** Writes when there is news, or a heartbeat is due. `own` is the resource as last seen. */
  update(view: ForgeClusterView, own: ForgeCluster | undefined): void {
    if (own?.kind !== "usable" || this.#busy) return;
    const nowMs = performance.now();
    if (nowMs - this.#failedAtMs < RETRY_MS) return;
    const { status, differs } = forgeClusterStatus(view, this.#previous ?? own.status);
    const isDue = nowMs - this.#writtenAtMs >= this.#options.cluster.heartbeatIntervalMs;
    if (differs || isDue) void this.#write(status);
  }

  /** Another leader writes from here on. */
  forget(): void {
    this.#previous = undefined;
    this.#writtenAtMs = -Infinity;
  }

  async #write(status: ForgeClusterStatus): Promise<void> {
    this.#busy = true;
    const { api, cluster, config, failures } = this.#options;
    const limits = { timeoutMs: config.apiTimeoutMs };
    const answer = await api.applyStatus(cluster.name, status, limits);
    this.#busy = false;
    const subject = `patch ${cluster.resource.plural}/${cluster.name}`;
    if (answer.kind === "cluster") {
      failures.note(subject, undefined);
      this.#previous = status;
      this.#writtenAtMs = performance.now();
      return;
    }
    this.#failedAtMs = performance.now();
    if (answer.kind !== "no_crd" && answer.kind !== "not_found") failures.note(subject, answer);
  }
}
