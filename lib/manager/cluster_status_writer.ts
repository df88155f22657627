// Owns the status of our own CardanoForgeCluster: by the local leader only, on news and as heartbeat.
// Never more than one write under way, none any more once another leads, and none over a newer word.

import type { ClusterConfig } from "../config/cluster.ts";
import { backoffMs, retryInMs } from "../kubernetes/backoff.ts";
import type { ForgeClusterApi } from "../kubernetes/forge_cluster.ts";
import type { ForgeCluster } from "../kubernetes/forge_cluster_parse.ts";
import {
  type ForgeClusterStatus,
  forgeClusterStatus,
  type ForgeClusterView,
} from "../kubernetes/forge_cluster_status.ts";
import type { OutcomeNotes } from "./api_outcomes.ts";

export interface ClusterStatusWriterOptions {
  readonly cluster: Pick<ClusterConfig, "name" | "resource" | "heartbeatIntervalMs">;
  readonly apiTimeoutMs: number;
  readonly api: Pick<ForgeClusterApi, "applyStatus" | "read">;
  readonly outcomes: OutcomeNotes;
  /** A clock that only counts. */
  readonly nowMs: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  /** A write ended: what happened meanwhile may be news. */
  readonly onEnd: () => void;
}

export class ClusterStatusWriter {
  readonly #options: ClusterStatusWriterOptions;
  #previous: ForgeClusterStatus | undefined;
  /** As our last write or reading gave it: the watch may lag behind. */
  #known: ForgeCluster | undefined;
  /** Of the resource last written to: one that was made anew has no status yet. */
  #uid: string | undefined;
  #sentAtMs = -Infinity;
  #retryAtMs = -Infinity;
  #failures = 0;
  #writing: AbortController | undefined;

  constructor(options: ClusterStatusWriterOptions) {
    this.#options = options;
  }

  /**
   * Writes when there is news, or a heartbeat is due; answers in how long it wants to be asked again.
   * `own` is the resource as last seen. One that cannot be used is written to as well: people look
   * there for the reason, and a broken status is mended by it.
   */
  update(view: ForgeClusterView, own: ForgeCluster | undefined): number | undefined {
    if (own === undefined || this.#writing !== undefined) return undefined;
    const nowMs = this.#options.nowMs();
    const isNew = own.uid !== this.#uid;
    if (!isNew && nowMs < this.#retryAtMs) return this.#retryAtMs - nowMs;
    const latest = this.#latest(own);
    const stored = latest.kind === "usable" ? latest.status : undefined;
    const { status, differs } = forgeClusterStatus(view, this.#previous ?? stored);
    const dueAtMs = this.#sentAtMs + this.#options.cluster.heartbeatIntervalMs;
    if (!differs && !isNew && nowMs < dueAtMs) return dueAtMs - nowMs;
    this.#uid = own.uid;
    this.#sentAtMs = nowMs;
    void this.#write(status, latest.resourceVersion);
    return undefined;
  }

  /** Another leader writes from here on: what is under way is given up. */
  forget(): void {
    this.#writing?.abort();
    this.#writing = undefined;
    this.#previous = undefined;
    this.#known = undefined;
    this.#uid = undefined;
    this.#sentAtMs = -Infinity;
    this.#retryAtMs = -Infinity;
    this.#failures = 0;
  }

  #latest(own: ForgeCluster): ForgeCluster {
    const known = this.#known;
    const isLater = known?.uid === own.uid &&
      isLaterVersion(known.resourceVersion, own.resourceVersion);
    return isLater ? known : own;
  }

  async #write(status: ForgeClusterStatus, resourceVersion: string): Promise<void> {
    const writing = new AbortController();
    this.#writing = writing;
    const { api, cluster, apiTimeoutMs, outcomes, onEnd, nowMs, random } = this.#options;
    const limits = { timeoutMs: apiTimeoutMs, signal: writing.signal };
    const subject = `patch ${cluster.resource.plural}/status ${cluster.name}`;
    const applied = await api.applyStatus(cluster.name, status, { ...limits, resourceVersion });
    if (writing.signal.aborted) return;
    // Somebody wrote since, or our last write came through without an answer.
    const isConflict = applied.kind === "conflict";
    const answer = isConflict ? await api.read(cluster.name, limits) : applied;
    if (writing.signal.aborted) return;
    this.#writing = undefined;
    if (answer.kind === "cluster") {
      outcomes.note(subject, undefined);
      this.#known = answer.cluster;
      this.#previous = isConflict ? undefined : status;
      if (isConflict) this.#tryAgainSoon();
      else this.#failures = 0;
      return onEnd();
    }
    const isAbsent = answer.kind === "no_crd" || answer.kind === "not_found";
    outcomes.note(subject, isAbsent ? undefined : answer); // who makes the resource tells of it
    const retry = { attempt: this.#failures++, random: random() };
    const waitMs = answer.kind === "no_crd" ? Infinity : retryInMs(answer, retry);
    // A heartbeat is not put off for longer than until the next, whatever the server asks for.
    this.#retryAtMs = nowMs() + Math.min(waitMs, cluster.heartbeatIntervalMs);
    onEnd();
  }

  /** At once after one conflict, and ever later should they go on. */
  #tryAgainSoon(): void {
    const { nowMs, random } = this.#options;
    const attempt = this.#failures++ - 1;
    this.#sentAtMs = -Infinity;
    this.#retryAtMs = attempt < 0 ? -Infinity : nowMs() + backoffMs(attempt, random());
  }
}

/** By number, as every API server counts them; for others a wrong guess costs a conflict. */
function isLaterVersion(one: string, other: string): boolean {
  return Number(one) > Number(other);
}
