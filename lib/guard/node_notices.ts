// Owns the warnings about a node that runs and is set up in a way its operator would not want.
// Never says the same of one process twice, and never decides anything.

import { type NodeIdentity, type NodeSighting, sameProcess } from "../core/node_life.ts";
import { elapsedMs, type Monotonic } from "../core/time.ts";
import type { Log } from "../log.ts";
import type { NodeScrape } from "./node_metrics.ts";

/** A node that has just begun to answer may serve its metrics a little later. */
const UNREADABLE_MS = 10_000;

export class NodeNotices {
  readonly #log: Pick<Log, "warning">;
  #identity: NodeIdentity | undefined;
  /** Since when no scrape of this process could be read; undefined before the first, and for good after one. */
  #unreadableSince: Monotonic | undefined;
  #metricsAreDone = false;

  constructor(log: Pick<Log, "warning">) {
    this.#log = log;
  }

  sighted(sighting: NodeSighting): void {
    if (sighting.kind === "not_found") return;
    const { identity, startsNonProducing } = sighting;
    if (sameProcess(identity, this.#identity)) return;
    this.#identity = identity;
    this.#unreadableSince = undefined;
    this.#metricsAreDone = false;
    if (startsNonProducing) return;
    this.#log.warning("Node starts producing: it may forge from its start until it is fenced", {
      pid: identity.pid,
      next: "add --start-as-non-producing-node to its arguments",
    });
  }

  /** Of a node that is up, or that ran before this guard. */
  scraped(scrape: NodeScrape, begunAt: Monotonic): void {
    if (this.#metricsAreDone) return;
    if (scrape.kind === "read") {
      this.#metricsAreDone = true;
      return;
    }
    this.#unreadableSince ??= begunAt;
    if (elapsedMs(this.#unreadableSince, begunAt) < UNREADABLE_MS) return;
    this.#metricsAreDone = true;
    this.#log.warning("Node metrics cannot be read: no start or stop is confirmed by them", {
      pid: this.#identity?.pid,
      error: scrape.message,
      next: "have the node serve them where NODE_METRICS_URL looks",
    });
  }
}
