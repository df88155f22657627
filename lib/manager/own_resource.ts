// Owns the existence of our own CardanoForgeCluster: made of the environment once, written back when deleted.
// Never overwrites a spec, and never touches one that is another pool's.

import { retryInMs } from "../kubernetes/backoff.ts";
import { sleep } from "../sleep.ts";
import type { EnsuredForgeCluster } from "../kubernetes/forge_cluster.ts";
import type { ForgeCluster } from "../kubernetes/forge_cluster_parse.ts";
import {
  editedFields,
  firstForgeCluster,
  type NewForgeCluster,
} from "../kubernetes/forge_cluster_spec.ts";
import type { ClusterResourcesOptions } from "./cluster_resources.ts";

/** A type that is not installed may be one day, and the name that another pool has may be freed. */
const LOOK_AGAIN_MS = 15_000;
/** Until the watch shows what was made. */
const SHOWN_AFTER_MS = 1_000;

export class OwnResource {
  readonly #options: ClusterResourcesOptions;
  /** As last seen, for writing it back; undefined: never seen. */
  #last: NewForgeCluster | undefined;
  #ensuring: AbortSignal | undefined;
  /** It was asked for again while a look was under way. */
  #askedAgain = false;
  /** What was last logged, so that it is not said at every look. */
  #told = "";
  #toldOfEdits = "";

  constructor(options: ClusterResourcesOptions) {
    this.#options = options;
  }

  get editedFields(): string {
    return this.#toldOfEdits;
  }

  /** Takes note of what an operator made of it. */
  remember({ name, labels, rawSpec }: ForgeCluster): void {
    if (rawSpec === undefined) return;
    const { config, cluster, log } = this.#options;
    const first = firstForgeCluster(config, { cluster });
    this.#last = { name, labels: { ...first.labels, ...labels }, spec: rawSpec };
    const edited = editedFields(first.spec, rawSpec).join(", ");
    if (edited === this.#toldOfEdits) return;
    this.#toldOfEdits = edited;
    if (edited === "") return;
    log.info("Cluster resource differs from the environment, and wins", {
      cluster: name,
      fields: edited,
    });
  }

  /** Looks for it until it is there, or the signal ends it. Asking again meanwhile does no harm. */
  ensure(signal: AbortSignal): void {
    if (this.#ensuring === signal) this.#askedAgain = true;
    else void this.#ensure(signal);
  }

  async #ensure(signal: AbortSignal): Promise<void> {
    this.#ensuring = signal;
    const { api, config } = this.#options;
    const limits = { timeoutMs: config.apiTimeoutMs, signal };
    for (let attempt = 0; !signal.aborted; attempt++) {
      this.#askedAgain = false;
      const answer = await api.ensure(this.#last ?? this.#first(), limits);
      if (signal.aborted) return;
      const waitMs = this.#conclude(answer, attempt);
      if (waitMs === undefined) break;
      await sleep(waitMs, signal);
    }
    if (this.#ensuring === signal) this.#ensuring = undefined;
  }

  /** In how long to look again; undefined: not before it is missed. */
  #conclude(answer: EnsuredForgeCluster, attempt: number): number | undefined {
    const { cluster, outcomes, log } = this.#options;
    const { name } = cluster;
    const subject = `ensure ${cluster.resource.plural}/${name}`;
    if (answer.kind !== "cluster" && answer.kind !== "foreign" && answer.kind !== "no_crd") {
      outcomes.note(subject, answer);
      return retryInMs(answer, { attempt, random: Math.random() });
    }
    outcomes.note(subject, undefined);
    switch (answer.kind) {
      case "cluster":
        this.#told = "";
        if (answer.done !== "found") {
          log.info("Cluster resource written", { cluster: name, done: answer.done });
        }
        // It was missed meanwhile: deleted since, or not shown by the watch yet.
        return this.#askedAgain ? SHOWN_AFTER_MS : undefined;
      case "foreign":
        this.#tellOnce(
          `foreign ${answer.field}`,
          () =>
            log.error("Cluster resource is another pool's: it is left alone", {
              cluster: name,
              field: answer.field,
              next: "give this cluster another CLUSTER_REGION or CLUSTER_IDENTIFIER",
            }),
        );
        return LOOK_AGAIN_MS;
      case "no_crd":
        this.#tellOnce(
          "no_crd",
          () =>
            log.error("CardanoForgeCluster is not installed: this cluster cannot forge", {
              next: "apply the output of `cardano-forge-manager crds` to the coordination cluster",
            }),
        );
        return LOOK_AGAIN_MS;
    }
  }

  #tellOnce(what: string, tell: () => void): void {
    if (this.#told === what) return;
    this.#told = what;
    tell();
  }

  #first(): NewForgeCluster {
    const { config, cluster, poolIdHex } = this.#options;
    return firstForgeCluster(config, { cluster, certifiedIdHex: poolIdHex() });
  }
}
