// Owns the metrics of what the guard reports: the node, its signals and stops, the key files, the process.
// Never counts anything itself: every value comes from a snapshot at the moment of the scrape.

import type { Snapshot } from "../manager/snapshot.ts";
import { reasonWord } from "../reason.ts";
import { flag, type MetricMaker, setCounter } from "./metric_maker.ts";

/** Margins around the defaults: the fence takes milliseconds of a budget of about six seconds. */
const MARGIN_BUCKETS_SECONDS = [0, 0.5, 1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30];

const NODE_PHASES = ["unseen", "starting", "ready", "refusing", "gone"] as const;

export class GuardMetrics {
  readonly #metrics: ReturnType<typeof makeMetrics>;
  #fencesSeen = 0;

  constructor(maker: MetricMaker) {
    this.#metrics = makeMetrics(maker);
  }

  fill({ guard, ownPod }: Snapshot): void {
    const metrics = this.#metrics;
    for (const phase of NODE_PHASES) {
      metrics.nodePhase.set({ phase }, flag((guard?.node.phase ?? "unseen") === phase));
    }
    metrics.signalOwed.set(flag(guard?.signalOwed === true));
    metrics.verified.set(flag(guard?.verified === true));
    metrics.fenceUnconfirmed.set(flag(guard?.fencing === true));
    metrics.credentialsValid.set(flag(guard?.credentials.kind === "valid"));
    metrics.fit.reset();
    const unfit = guard === undefined ? "no_report" : guard.unfit?.code ?? "";
    const reason = reasonWord(ownPod.isDeleting ? "pod_deleting" : unfit);
    metrics.fit.set({ reason }, flag(reason === ""));
    if (guard === undefined) return;
    setCounter(metrics.nodeKills, guard.kills);
    metrics.sighups.reset();
    for (const [name, count] of Object.entries(guard.signals)) {
      metrics.sighups.inc({ reason: name }, count);
    }
    metrics.fileOperations.reset();
    for (const [name, count] of Object.entries(guard.fileOperations)) {
      const [operation = "", file = ""] = name.split("_");
      metrics.fileOperations.inc({ operation, file }, count);
    }
    this.#observeMargins(guard);
    metrics.resident.set(guard.memory.residentBytes);
    metrics.anonymous.set(guard.memory.anonymousBytes);
  }

  /** Of the fences since the last scrape. */
  #observeMargins({ fences, fenceMarginsMs }: NonNullable<Snapshot["guard"]>): void {
    const unseen = fences - this.#fencesSeen;
    if (unseen > 0) {
      for (const ms of fenceMarginsMs.slice(-unseen)) {
        this.#metrics.fenceMargin.observe(ms / 1_000);
      }
    }
    this.#fencesSeen = fences;
  }
}

function makeMetrics({ gauge, counter, histogram }: MetricMaker) {
  return {
    sighups: counter(
      "cardano_sighup_signals_total",
      "SIGHUP signals sent to cardano-node by reason",
      ["reason"],
    ),
    fileOperations: counter(
      "cardano_credential_operations_total",
      "Credential files copied to the node's folder or removed from it",
      ["operation", "file"],
    ),
    nodePhase: gauge(
      "cardano_forge_manager_node_phase",
      "1 for the phase the node is in, 0 for the others",
      ["phase"],
    ),
    fit: gauge(
      "cardano_forge_manager_fit_to_lead",
      "1 while this replica may lead; 0 with the reason in the label otherwise",
      ["reason"],
    ),
    signalOwed: gauge(
      "cardano_forge_manager_signal_owed",
      "1 while a signal to the node is due and may not be sent yet",
    ),
    verified: gauge(
      "cardano_forge_manager_forging_verified",
      "1 while the forging state is read from the node's own metrics, 0 while it is assumed",
    ),
    fenceUnconfirmed: gauge(
      "cardano_forge_manager_fence_unconfirmed",
      "1 while a stop of the node is under way and not confirmed",
    ),
    fenceMargin: histogram(
      "cardano_forge_manager_fence_margin_seconds",
      "Seconds between a confirmed stop and the earliest moment another replica could claim",
      { bucketsSeconds: MARGIN_BUCKETS_SECONDS },
    ),
    nodeKills: counter(
      "cardano_forge_manager_node_kills_total",
      "SIGKILLs sent to a node whose stop was not confirmed in time",
    ),
    credentialsValid: gauge(
      "cardano_forge_manager_credentials_valid",
      "1 while a valid set of credentials is in use, 0 otherwise",
    ),
    resident: gauge(
      "cardano_forge_manager_resident_memory_bytes",
      "Resident memory of the whole process",
    ),
    anonymous: gauge(
      "cardano_forge_manager_anonymous_memory_bytes",
      "Resident memory of the whole process that is not backed by a file",
    ),
  };
}
