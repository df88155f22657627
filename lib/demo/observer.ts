// Owns looking at the replicas again and again, so that everybody else can look at once.
// Never does anything to them.

import type { PodStatus } from "./pod_status.ts";
import type { Replica } from "./replica.ts";
import { type ReplicaView, viewOf } from "./replica_view.ts";

const LOOK_PERIOD_MS = 200;

interface Sighting {
  readonly status: PodStatus | undefined;
  readonly askedAtMs: number;
}

export class Observer {
  readonly #replicas: readonly Replica[];
  readonly #sightings = new Map<Replica, Sighting>();
  readonly #loops: Promise<void>[];
  #isStopped = false;

  constructor(replicas: readonly Replica[]) {
    this.#replicas = replicas;
    this.#loops = replicas.map((replica) => this.#follow(replica));
  }

  views(): readonly ReplicaView[] {
    return this.#replicas.map((replica) => this.view(replica));
  }

  view(replica: Replica): ReplicaView {
    const sighting = this.#sightings.get(replica);
    return viewOf({
      name: replica.name,
      life: replica.life,
      sidecarRuns: replica.pod?.sidecar !== undefined,
      nodeRuns: replica.pod?.node !== undefined,
      isFrozen: replica.isFrozen,
      isCutOff: replica.isCutOff,
      status: sighting?.status,
      statusAgeMs: Date.now() - (sighting?.askedAtMs ?? 0),
    });
  }

  /** What its sidecar last said of the second tier. */
  tier(replica: Replica): PodStatus["tier"] {
    return this.#sightings.get(replica)?.status?.tier;
  }

  /** Replicas that lead and whose node is confirmed to forge, by what they said after `sinceMs`. */
  forgers(sinceMs = 0): readonly Replica[] {
    return this.#replicas.filter((replica) =>
      (this.#sightings.get(replica)?.askedAtMs ?? 0) > sinceMs && this.view(replica).isForger
    );
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#loops);
  }

  async #follow(replica: Replica): Promise<void> {
    while (!this.#isStopped) {
      const askedAtMs = Date.now();
      const { pod } = replica;
      const status = pod?.sidecar === undefined ? undefined : await pod.status();
      this.#sightings.set(replica, { status, askedAtMs });
      await new Promise((resolve) => setTimeout(resolve, LOOK_PERIOD_MS));
    }
  }
}
