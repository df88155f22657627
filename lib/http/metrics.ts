// Owns the metrics of the contract and ours: their names, help texts and how a snapshot fills them.
// Never counts anything itself: every value comes from a snapshot at the moment of the scrape.

import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Snapshot } from "../manager/snapshot.ts";
import { reasonWord } from "../reason.ts";
import { type ApiMetrics, LATENCY_BUCKETS_SECONDS } from "./api_metrics.ts";
import { CertificateMetrics } from "./certificate_metrics.ts";
import { ClusterMetrics } from "./cluster_metrics.ts";

/** Margins around the defaults: the fence takes milliseconds of a budget of about six seconds. */
const MARGIN_BUCKETS_SECONDS = [0, 0.5, 1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30];

const NODE_PHASES = ["unseen", "starting", "ready", "refusing", "gone"] as const;

export const CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

export interface MetricDescription {
  readonly name: string;
  readonly kind: string;
  readonly labels: readonly string[];
  readonly meaning: string;
}

export class Metrics {
  readonly #registry = new Registry();
  /** Shown only with cluster management, whose alerts look for series that are absent. */
  readonly #clusterRegistry = new Registry();
  readonly #clusters = new ClusterMetrics({
    gauge: (name, help, labelNames = []) =>
      new Gauge({ name, help, labelNames: [...labelNames], registers: [this.#clusterRegistry] }),
    counter: (name, help, labelNames = []) =>
      new Counter({ name, help, labelNames: [...labelNames], registers: [this.#clusterRegistry] }),
  });
  readonly #apiMetrics: ApiMetrics;
  #fencesSeen = 0;

  readonly #replica = ["pod", "network", "pool_id", "application"];
  readonly #forgingEnabled = this.#gauge(
    "cardano_forging_enabled",
    "1 while the node of this pod is confirmed to forge, 0 otherwise",
    this.#replica,
  );
  readonly #leaderStatus = this.#gauge(
    "cardano_leader_status",
    "1 while this pod holds the local lease, 0 otherwise",
    this.#replica,
  );
  readonly #leadershipChanges = this.#counter(
    "cardano_leadership_changes_total",
    "Times this pod gained or lost the local lease",
  );
  readonly #sighups = this.#counter(
    "cardano_sighup_signals_total",
    "SIGHUP signals sent to cardano-node by reason",
    ["reason"],
  );
  readonly #fileOperations = this.#counter(
    "cardano_credential_operations_total",
    "Credential files copied to the node's folder or removed from it",
    ["operation", "file"],
  );
  readonly #info = this.#gauge(
    "cardano_forge_manager_info",
    "Always 1; what this replica is, in its labels",
    ["pod_name", "namespace", "version", "network", "pool_id", "pool_ticker", "application_type"],
  );
  readonly #buildInfo = this.#gauge(
    "cardano_forge_manager_build_info",
    "Always 1; what this program was built with, in its labels",
    ["version", "deno", "v8"],
  );
  readonly #permitLeft = this.#gauge(
    "cardano_forge_manager_permit_left_seconds",
    "Seconds until forging must stop unless the lease is renewed, 0 without a permit",
  );
  readonly #renewDeadline = this.#gauge(
    "cardano_forge_manager_renew_deadline_seconds",
    "How long a permit lasts from the sending of its renewal: the shorter deadline of its leases",
  );
  readonly #fenceMargin = new Histogram({
    name: "cardano_forge_manager_fence_margin_seconds",
    help: "Seconds between a confirmed stop and the earliest moment another replica could claim",
    buckets: MARGIN_BUCKETS_SECONDS,
    registers: [this.#registry],
  });
  readonly #lastRenewal = this.#gauge(
    "cardano_forge_manager_last_renewal_timestamp_seconds",
    "When this pod last renewed the lease successfully, 0 if never",
  );
  readonly #apiRequests = this.#counter(
    "cardano_forge_manager_api_requests_total",
    "Requests to the Kubernetes API; code is the HTTP status or the kind of failure",
    ["verb", "resource", "code"],
  );
  readonly #apiLatency = new Histogram({
    name: "cardano_forge_manager_api_request_duration_seconds",
    help: "Duration of requests to the Kubernetes API; of a watch, until it began",
    labelNames: ["verb", "resource"],
    buckets: LATENCY_BUCKETS_SECONDS,
    registers: [this.#registry],
  });
  readonly #nodePhase = this.#gauge(
    "cardano_forge_manager_node_phase",
    "1 for the phase the node is in, 0 for the others",
    ["phase"],
  );
  readonly #signalOwed = this.#gauge(
    "cardano_forge_manager_signal_owed",
    "1 while a signal to the node is due and may not be sent yet",
  );
  readonly #verified = this.#gauge(
    "cardano_forge_manager_forging_verified",
    "1 while the forging state is read from the node's own metrics, 0 while it is assumed",
  );
  readonly #fenceUnconfirmed = this.#gauge(
    "cardano_forge_manager_fence_unconfirmed",
    "1 while a stop of the node is under way and not confirmed",
  );
  readonly #credentialsValid = this.#gauge(
    "cardano_forge_manager_credentials_valid",
    "1 while a valid set of credentials is in use, 0 otherwise",
  );
  readonly #certificate = new CertificateMetrics((name, help, labelNames) =>
    this.#gauge(name, help, labelNames)
  );
  readonly #fit = this.#gauge(
    "cardano_forge_manager_fit_to_lead",
    "1 while this replica may lead; 0 with the reason in the label otherwise",
    ["reason"],
  );
  readonly #nodeKills = this.#counter(
    "cardano_forge_manager_node_kills_total",
    "SIGKILLs sent to a node whose stop was not confirmed in time",
  );
  readonly #eventsDropped = this.#counter(
    "cardano_forge_manager_events_dropped_total",
    "Occurrences that no Event tells of: too many, not taken, or no right to create Events",
  );
  readonly #ownPodWatched = this.#gauge(
    "cardano_forge_manager_own_pod_watched",
    "1 while a watch of this pod is open, so that its deletion is noticed before its node has ended",
  );
  readonly #workerRestarts = this.#counter(
    "cardano_forge_manager_worker_restarts_total",
    "Times the manager's isolate was started again after a failure",
  );
  readonly #resident = this.#gauge(
    "cardano_forge_manager_resident_memory_bytes",
    "Resident memory of the whole process",
  );
  readonly #anonymous = this.#gauge(
    "cardano_forge_manager_anonymous_memory_bytes",
    "Resident memory of the whole process that is not backed by a file",
  );

  constructor(apiMetrics: ApiMetrics) {
    this.#apiMetrics = apiMetrics;
  }

  /** Name, kind, labels and meaning of each, for the documentation. */
  describe(): readonly MetricDescription[] {
    const registries = [this.#registry, this.#clusterRegistry];
    return registries.flatMap((one) => one.getMetricsAsArray()).map((metric) => {
      const { name, help, type, labelNames = [] } = metric as unknown as {
        name: string;
        help: string;
        type?: string;
        labelNames?: string[];
      };
      const kind = type ?? metric.constructor.name.toLowerCase();
      return { name, kind, labels: labelNames, meaning: help };
    });
  }

  /** The exposition of this moment. */
  async render(snapshot: Snapshot): Promise<string> {
    this.#fillReplica(snapshot);
    this.#fillGuard(snapshot);
    this.#certificate.fill(snapshot);
    this.#fillApi();
    const { tier } = snapshot;
    if (tier === undefined) return await this.#registry.metrics();
    this.#clusters.fill(snapshot, tier);
    const parts = await Promise.all([this.#registry.metrics(), this.#clusterRegistry.metrics()]);
    return parts.join("");
  }

  #fillReplica(snapshot: Snapshot): void {
    const { guard, pod, network, pool, application } = snapshot;
    const labels = { pod, network, pool_id: pool.id, application };
    for (const gauge of [this.#forgingEnabled, this.#leaderStatus, this.#info]) gauge.reset();
    this.#forgingEnabled.set(labels, flag(guard?.forging === "forging"));
    this.#leaderStatus.set(labels, flag(snapshot.leads));
    this.#info.set({
      pod_name: pod,
      namespace: snapshot.namespace,
      version: snapshot.version,
      network,
      pool_id: pool.id,
      pool_ticker: pool.ticker,
      application_type: application,
    }, 1);
    const { deno, v8 } = Deno.version;
    this.#buildInfo.set({ version: snapshot.version, deno, v8 }, 1);
    set(this.#leadershipChanges, {}, snapshot.leadershipChanges);
    set(this.#workerRestarts, {}, snapshot.workerRestarts);
    set(this.#eventsDropped, {}, snapshot.eventsDropped);
    this.#permitLeft.set(snapshot.permitLeftMs / 1_000);
    this.#renewDeadline.set(snapshot.renewDeadlineMs / 1_000);
    this.#lastRenewal.set(snapshot.lastRenewalSeconds ?? 0);
  }

  #fillGuard({ guard, ownPod }: Snapshot): void {
    for (const phase of NODE_PHASES) {
      this.#nodePhase.set({ phase }, flag((guard?.node.phase ?? "unseen") === phase));
    }
    this.#signalOwed.set(flag(guard?.signalOwed === true));
    this.#verified.set(flag(guard?.verified === true));
    this.#fenceUnconfirmed.set(flag(guard?.fencing === true));
    this.#credentialsValid.set(flag(guard?.credentials.kind === "valid"));
    this.#fit.reset();
    const unfit = guard === undefined ? "no_report" : guard.unfit?.code ?? "";
    const reason = reasonWord(ownPod.isDeleting ? "pod_deleting" : unfit);
    this.#ownPodWatched.set(flag(ownPod.isWatched));
    this.#fit.set({ reason }, flag(reason === ""));
    if (guard === undefined) return;
    set(this.#nodeKills, {}, guard.kills);
    this.#sighups.reset();
    for (const [name, count] of Object.entries(guard.signals)) {
      this.#sighups.inc({ reason: name }, count);
    }
    this.#fileOperations.reset();
    for (const [name, count] of Object.entries(guard.fileOperations)) {
      const [operation = "", file = ""] = name.split("_");
      this.#fileOperations.inc({ operation, file }, count);
    }
    const unseen = guard.fences - this.#fencesSeen;
    if (unseen > 0) {
      for (const ms of guard.fenceMarginsMs.slice(-unseen)) this.#fenceMargin.observe(ms / 1_000);
    }
    this.#fencesSeen = guard.fences;
    this.#resident.set(guard.memory.residentBytes);
    this.#anonymous.set(guard.memory.anonymousBytes);
  }

  #fillApi(): void {
    this.#apiRequests.reset();
    for (const { verb, resource, code, count } of this.#apiMetrics.counts) {
      this.#apiRequests.inc({ verb, resource, code }, count);
    }
    for (const { verb, resource, seconds } of this.#apiMetrics.takeLatencies()) {
      this.#apiLatency.observe({ verb, resource }, seconds);
    }
  }

  #gauge(name: string, help: string, labelNames: readonly string[] = []): Gauge {
    return new Gauge({ name, help, labelNames: [...labelNames], registers: [this.#registry] });
  }

  #counter(name: string, help: string, labelNames: readonly string[] = []): Counter {
    return new Counter({ name, help, labelNames: [...labelNames], registers: [this.#registry] });
  }
}

function set(counter: Counter, labels: Record<string, string>, value: number): void {
  counter.reset();
  counter.inc(labels, value);
}

function flag(value: boolean): 0 | 1 {
  return value ? 1 : 0;
}
