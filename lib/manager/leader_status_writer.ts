// Owns the CardanoLeader resource as written by this replica: by the leader only, and only on change.
// Never more than one write under way, none in the way of the lease, and none over a successor's word.

import type { Config } from "../config.ts";
import {
  type CardanoLeader,
  type CardanoLeaderAnswer,
  type CardanoLeaderApi,
  cardanoLeaderApi,
} from "../kubernetes/cardano_leader.ts";
import type { ApiClient } from "../kubernetes/client.ts";
import { leaderStatus } from "../kubernetes/leader_status.ts";
import type { Log } from "../log.ts";
import type { OutcomeNotes } from "./api_outcomes.ts";
import { holdsLease, leaderView } from "./findings.ts";
import type { Snapshot } from "./snapshot.ts";

const RETRY_MS = 5_000;
const RETRY_MS_MAX = 60_000;
/** A type that is not installed may be one day, but nobody waits for it. */
const NO_CRD_RETRY_MS = 600_000;
/** Others may write between our reading and our writing, but not for ever. */
const CONFLICTS_MAX = 3;

export interface LeaderStatusWriterOptions {
  readonly config: Pick<Config, "leaderResource" | "namespace" | "apiTimeoutMs">;
  readonly client: ApiClient;
  readonly log: Log;
  readonly outcomes: OutcomeNotes;
}

export class LeaderStatusWriter {
  readonly #options: LeaderStatusWriterOptions;
  readonly #api: CardanoLeaderApi;
  /** As last read or written; every write names it as what it replaces. */
  #known: CardanoLeader | undefined;
  #uid: string | undefined;
  #warnedOfCrd = false;
  #held = false;
  #wanted: Snapshot | undefined;
  #busy = false;
  #failures = 0;
  #retryAtMs = 0;

  constructor(options: LeaderStatusWriterOptions) {
    this.#options = options;
    const { namespace, leaderResource } = options.config;
    this.#api = cardanoLeaderApi(options.client, { ...leaderResource, namespace });
  }

  /** Of the resource as last read or written; undefined until then. */
  get uid(): string | undefined {
    return this.#uid;
  }

  /** Takes the latest view; writes while this replica holds the lease, and once more when it ceases to. */
  update(snapshot: Snapshot): void {
    const holds = holdsLease(snapshot);
    if (!holds && !this.#held) return;
    // Another may have written in between: read again before the first write.
    if (holds && !this.#held) this.#known = undefined;
    this.#held = holds;
    this.#wanted = snapshot;
    void this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    if (this.#busy || performance.now() < this.#retryAtMs) return;
    this.#busy = true;
    try {
      for (let view = this.#take(); view !== undefined; view = this.#take()) {
        if (!await this.#write(view)) return;
        this.#failures = 0;
      }
    } finally {
      this.#busy = false;
    }
  }

  #take(): Snapshot | undefined {
    const wanted = this.#wanted;
    this.#wanted = undefined;
    return wanted;
  }

  async #write(snapshot: Snapshot): Promise<boolean> {
    const timeoutMs = this.#options.config.apiTimeoutMs;
    const holds = holdsLease(snapshot);
    for (let conflicts = 0; conflicts <= CONFLICTS_MAX; conflicts++) {
      if (!holds && this.#known?.status?.leaderPod !== snapshot.pod) return true; // not ours to say
      if (this.#known === undefined && !this.#note("get", await this.#api.ensure({ timeoutMs }))) {
        return false;
      }
      const { status, differs } = leaderStatus(
        leaderView(snapshot, { generation: this.#known?.generation }),
        this.#known?.status,
      );
      if (!differs) return true;
      const resourceVersion = this.#known?.resourceVersion;
      const answer = await this.#api.applyStatus(status, { timeoutMs, resourceVersion });
      if (answer.kind !== "conflict") return this.#note("patch", answer);
      this.#known = undefined;
      if (!holds) return true; // the successor's word stands
    }
    return true; // the next change, or the next turn, tries again
  }

  #note(verb: string, answer: CardanoLeaderAnswer): boolean {
    const { log, outcomes, config } = this.#options;
    const { plural, name } = config.leaderResource;
    const subject = `${verb} ${plural}/${name}`;
    if (answer.kind === "leader") {
      outcomes.note(subject, undefined);
      this.#known = answer;
      this.#uid = answer.uid ?? this.#uid;
      return true;
    }
    this.#known = undefined;
    if (answer.kind === "no_crd") {
      this.#retryAtMs = performance.now() + NO_CRD_RETRY_MS;
      if (this.#warnedOfCrd) return false;
      this.#warnedOfCrd = true;
      log.warning("The CardanoLeader resource type is not installed: no status is written", {
        next: "apply the output of `cardano-forge-manager crds`",
      });
      return false;
    }
    outcomes.note(subject, answer);
    const retryMs = Math.min(RETRY_MS * 2 ** this.#failures++, RETRY_MS_MAX);
    this.#retryAtMs = performance.now() + retryMs;
    return false;
  }
}
