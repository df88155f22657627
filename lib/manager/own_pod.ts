// Owns the watch of our own Pod, by which a deletion is known before SIGTERM comes.
// Never stands in the way of anything: without it all goes on as if no pod were ever deleted.

import type { Config } from "../config.ts";
import type { ApiClient } from "../kubernetes/client.ts";
import { sleep } from "../sleep.ts";
import type { RequestFailure } from "../kubernetes/failure.ts";
import { ownPodStanding, parsePod, type PodObject, podsPath } from "../kubernetes/pod.ts";
import { watchObject, type WatchReport } from "../kubernetes/watch.ts";
import type { Log } from "../log.ts";

/** A missing right may be given one day; asking for it more often would only fill the audit log. */
const NO_RIGHT_RETRY_MS = 600_000;

export interface OwnPodOptions {
  readonly config: Pick<Config, "namespace" | "podName" | "podUid" | "apiTimeoutMs">;
  readonly client: ApiClient;
  readonly log: Log;
  /** Called once. */
  readonly onDeleting: () => void;
}

export class OwnPod {
  readonly #options: OwnPodOptions;
  readonly #ended = new AbortController();
  /** The uid by which it is known: POD_UID, or where that is not set what was first seen. */
  #uid: string | undefined;
  #wasSeen = false;
  #isWatched = false;
  #isDeleting = false;
  #warned = false;

  constructor(options: OwnPodOptions) {
    this.#options = options;
    this.#uid = options.config.podUid;
  }

  /** A watch is open, so that a deletion would be heard of. */
  get isWatched(): boolean {
    return this.#isWatched;
  }

  /** Of the Pod as it was seen, or as the downward API says; for Events about it. */
  get uid(): string | undefined {
    return this.#uid;
  }

  /** Goes on until `stop`, or until it has heard of the deletion: there is nothing more to hear. */
  async follow(): Promise<void> {
    const { signal } = this.#ended;
    while (!signal.aborted) {
      const watching = new AbortController();
      const end = () => watching.abort();
      signal.addEventListener("abort", end);
      await this.#watch(watching);
      signal.removeEventListener("abort", end);
      this.#isWatched = false;
      await sleep(NO_RIGHT_RETRY_MS, signal);
    }
  }

  stop(): void {
    this.#ended.abort();
  }

  async #watch(watching: AbortController): Promise<void> {
    const { client, config } = this.#options;
    await watchObject<PodObject>({
      client,
      path: podsPath(config.namespace),
      name: config.podName,
      parse: parsePod,
      timeoutMs: config.apiTimeoutMs,
      signal: watching.signal,
      random: Math.random,
      sleep,
      onReport: (report) => this.#take(report, watching),
    });
  }

  #take(report: WatchReport<PodObject>, watching: AbortController): void {
    if (watching.signal.aborted) return;
    switch (report.kind) {
      case "seen":
        return this.#see(report.object);
      case "connected":
        this.#isWatched = true;
        this.#warned = false;
        return;
      case "failed":
        this.#isWatched = false;
        // An API that fails tells of it by the lease's requests, which matter more.
        if (!isRefusal(report.failure)) return;
        this.#warn(report.failure);
        return watching.abort();
    }
  }

  #see(object: PodObject | undefined): void {
    const standing = ownPodStanding(object, { uid: this.#uid, wasSeen: this.#wasSeen });
    if (standing === "ours") {
      this.#wasSeen = true;
      this.#uid = object?.uid;
    }
    if (standing !== "deleting" || this.#isDeleting) return;
    this.#isDeleting = true;
    const { log, config, onDeleting } = this.#options;
    log.info("Pod is being deleted", {
      pod: config.podName,
      by: object?.deletionTimestamp ?? "force: it is gone from the API",
      next: "leadership is given up, and nothing is claimed any more",
    });
    this.stop();
    onDeleting();
  }

  #warn(failure: RequestFailure): void {
    if (this.#warned) return;
    this.#warned = true;
    this.#options.log.warning(
      "Own pod cannot be watched: its deletion is noticed by SIGTERM only",
      {
        error: failure.message,
        next: `allow "list" and "watch" of pods named ${this.#options.config.podName}`,
      },
    );
  }
}

/** The API answered and will answer the same until somebody changes a Role. */
function isRefusal({ kind }: RequestFailure): boolean {
  return kind === "forbidden" || kind === "not_found" || kind === "invalid";
}
