// Owns the CardanoLeader resource as written by this replica: by the leader only, and only on change.
// Never more than one write under way, and never in the way of the lease.

import type { Config } from "../config.ts";
import { wallTime } from "../core/time.ts";
import {
  type CardanoLeaderAnswer,
  type CardanoLeaderApi,
  cardanoLeaderApi,
} from "../kubernetes/cardano_leader.ts";
import type { ApiClient } from "../kubernetes/client.ts";
import type { FailureLog } from "../kubernetes/failure_log.ts";
import {
  type CardanoLeaderStatus,
  type Finding,
  leaderStatus,
  type LeaderView,
} from "../kubernetes/leader_status.ts";
import type { Log } from "../log.ts";
import type { Snapshot } from "./snapshot.ts";

const RETRY_MS = 5_000;

export interface LeaderStatusWriterOptions {
  readonly config: Config;
  readonly client: ApiClient;
  readonly log: Log;
  readonly failures: FailureLog;
}

export class LeaderStatusWriter {
  readonly #options: LeaderStatusWriterOptions;
  readonly #api: CardanoLeaderApi;
  #previous: CardanoLeaderStatus | undefined;
  #generation: number | undefined;
  #isKnown = false;
  #hasCrd = true;
  #led = false;
  #wanted: Snapshot | undefined;
  #busy = false;
  #retryAtMs = 0;

  constructor(options: LeaderStatusWriterOptions) {
    this.#options = options;
    const { group, version, plural, name } = options.config.leaderResource;
    this.#api = cardanoLeaderApi(options.client, {
      group,
      version,
      plural,
      name,
      namespace: options.config.namespace,
    });
  }

  /** Takes the latest view; writes when this replica leads, and once more when it ceases to. */
  update(snapshot: Snapshot): void {
    const ceased = this.#led && !snapshot.leads;
    if (!snapshot.leads && !ceased) {
      this.#isKnown = false; // Another leader writes now: read again before the next write.
      return;
    }
    this.#led = snapshot.leads;
    // A lease that was lost to another is the other's to report.
    const isAnothers = ceased && snapshot.lease.holder !== "" &&
      snapshot.lease.holder !== snapshot.pod;
    if (isAnothers) return;
    this.#wanted = snapshot;
    void this.#write();
  }

  async #write(): Promise<void> {
    if (this.#busy || !this.#hasCrd || performance.now() < this.#retryAtMs) return;
    this.#busy = true;
    try {
      for (let view = this.#take(); view !== undefined; view = this.#take()) {
        if (!await this.#writeOne(view)) {
          this.#retryAtMs = performance.now() + RETRY_MS;
          return;
        }
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

  async #writeOne(snapshot: Snapshot): Promise<boolean> {
    const limits = { timeoutMs: this.#options.config.apiTimeoutMs };
    if (!this.#isKnown && !this.#note("get", await this.#api.ensure(limits))) return false;
    const { status, differs } = leaderStatus(this.#view(snapshot), this.#previous);
    if (!differs) return true;
    const done = this.#note("patch", await this.#api.applyStatus(status, limits));
    if (done) this.#previous = status;
    return done;
  }

  #note(verb: string, answer: CardanoLeaderAnswer): boolean {
    const { log, failures, config } = this.#options;
    const { plural, name } = config.leaderResource;
    if (answer.kind === "leader") {
      failures.note(`${verb} ${plural}/${name}`, undefined);
      this.#isKnown = true;
      this.#generation = answer.generation;
      this.#previous = answer.status;
      return true;
    }
    if (answer.kind === "no_crd") {
      this.#hasCrd = false;
      log.warning("The CardanoLeader resource type is not installed: no status is written", {
        next: "apply the output of `cardano-forge-manager crds`",
      });
      return false;
    }
    failures.note(`${verb} ${plural}/${name}`, answer);
    return false;
  }

  #view(snapshot: Snapshot): LeaderView {
    const { guard, leads, pod } = snapshot;
    const forging = guard?.forging === "forging";
    return {
      at: wallTime(Date.now()),
      generation: this.#generation,
      leaderPod: leads ? pod : "",
      forgingEnabled: leads && forging,
      reason: !leads ? "Released" : forging ? "Forging" : "Starting",
      message: !leads
        ? `${pod} gave leadership up`
        : forging
        ? `${pod} leads and its node forges`
        : `${pod} leads; ${snapshot.lease.standing}`,
      leaderElected: leads
        ? found("True", "LeaseHeld", `${pod} holds lease ${snapshot.lease.name}`)
        : found("False", "LeaseReleased", `${pod} gave lease ${snapshot.lease.name} up`),
      forgingConfirmed: forgingFinding(snapshot),
      credentialsValid: credentialsFinding(snapshot),
      nodeReady: nodeFinding(snapshot),
    };
  }
}

function forgingFinding({ guard }: Snapshot): Finding {
  if (guard?.forging !== "forging") {
    return guard?.forging === "stopped"
      ? found("False", "Stopped", "the node does not forge")
      : found("Unknown", "Unconfirmed", "what the node does is not confirmed");
  }
  return guard.verified
    ? found("True", "SeenInMetrics", "the node's own metrics show it")
    : found("True", "Unverified", "signalled and settled; the node's metrics cannot be read");
}

function credentialsFinding({ guard }: Snapshot): Finding {
  if (guard === undefined) return found("Unknown", "NotChecked", "not checked yet");
  const [rejected] = guard.rejectedSource;
  if (guard.credentials.kind === "invalid") {
    const [first] = guard.credentials.problems;
    return found("False", first?.code ?? "missing", first?.message ?? "no credentials were read");
  }
  return rejected === undefined
    ? found("True", "Valid", `certificate ${guard.credentials.certificateCounter} is valid`)
    : found("True", "NewerSetRejected", `the older set is kept: ${rejected.message}`);
}

function nodeFinding({ guard }: Snapshot): Finding {
  if (guard === undefined) return found("Unknown", "NotLooked", "not looked for yet");
  const { phase, searchNote, startsNonProducing } = guard.node;
  if (phase === "ready") return found("True", "Ready", "its socket accepts connections");
  if (phase === "unseen") return found("False", "NodeNotFound", searchNote ?? "no node was found");
  if (startsNonProducing === false) {
    return found("False", "NodeStartsProducing", "add --start-as-non-producing-node");
  }
  return found("False", `Node_${phase}`, `the node is ${phase}`);
}

function found(status: Finding["status"], reason: string, message: string): Finding {
  return { status, reason, message };
}
