// Owns the Events of this replica: what happened goes to its pod, and to the resource that shows who leads.
// Never makes anything wait, and never tells of what only its own start brought to light twice.

import type { Config } from "../config.ts";
import { wallTime } from "../core/time.ts";
import type { ApiClient } from "../kubernetes/client.ts";
import { eventApi, type Regarding } from "../kubernetes/events.ts";
import { FORGE_CLUSTER_KIND } from "../kubernetes/forge_cluster_parse.ts";
import type { Log } from "../log.ts";
import { type Notice, WAITING_MAX } from "./event_budget.ts";
import { EventRecorder } from "./event_recorder.ts";
import { Happenings } from "./happenings.ts";
import type { Snapshot } from "./snapshot.ts";

export interface EventsOptions {
  readonly config: Config;
  readonly log: Log;
  /** Each undefined while it is not known, or there is none: then nothing is told of it. */
  readonly podUid: () => string | undefined;
  readonly leaderUid: () => string | undefined;
  readonly clusterUid: () => string | undefined;
}

type Place = "local" | "coordination";

export class Events {
  readonly #options: EventsOptions;
  readonly #happenings: Happenings;
  readonly #recorders: { [place in Place]?: EventRecorder } = {};
  readonly #early: { [place in Place]: Notice[] } = { local: [], coordination: [] };

  constructor(options: EventsOptions) {
    this.#options = options;
    this.#happenings = new Happenings(options.config);
  }

  /** Occurrences that nobody was told of. */
  get dropped(): number {
    const { local, coordination } = this.#recorders;
    return (local?.dropped ?? 0) + (coordination?.dropped ?? 0);
  }

  connect(client: ApiClient): void {
    const { namespace } = this.#options.config;
    this.#begin("local", { client, namespace, what: "API server" });
  }

  connectCoordination(client: ApiClient): void {
    const { cluster } = this.#options.config;
    if (cluster === undefined) return;
    const { namespace } = cluster.coordination;
    this.#begin("coordination", { client, namespace, what: "coordination API" });
  }

  /** After each turn. */
  note(snapshot: Snapshot): void {
    for (const notice of this.#happenings.since(snapshot, performance.now())) {
      const place = this.#placeOf(notice);
      const recorder = this.#recorders[place];
      if (recorder !== undefined) recorder.note([notice]);
      else if (this.#early[place].length < WAITING_MAX) this.#early[place].push(notice);
    }
  }

  stop(): void {
    this.#recorders.local?.stop();
    this.#recorders.coordination?.stop();
  }

  #placeOf({ about }: Notice): Place {
    const { cluster } = this.#options.config;
    return about === "resource" && cluster !== undefined ? "coordination" : "local";
  }

  #begin(
    place: Place,
    { client, namespace, what }: { client: ApiClient; namespace: string; what: string },
  ): void {
    const { config, log } = this.#options;
    const recorder = new EventRecorder({
      api: eventApi(client, { namespace, podName: config.podName }),
      timeoutMs: config.apiTimeoutMs,
      regarding: (about) => this.#regarding(about),
      nameBase: crypto.randomUUID().slice(0, 8),
      log,
      what,
      nowMs: () => performance.now(),
      wall: () => wallTime(Date.now()),
    });
    this.#recorders[place] = recorder;
    recorder.note(this.#early[place].splice(0));
  }

  #regarding(about: Notice["about"]): Regarding | undefined {
    const { config, podUid, leaderUid, clusterUid } = this.#options;
    const { cluster, leaderResource: leader } = config;
    if (about === "pod") {
      return known({ apiVersion: "v1", kind: "Pod", name: config.podName, uid: podUid() });
    }
    if (cluster !== undefined) {
      const { resource: { group, version }, name } = cluster;
      const apiVersion = `${group}/${version}`;
      return known({ apiVersion, kind: FORGE_CLUSTER_KIND, name, uid: clusterUid() });
    }
    const apiVersion = `${leader.group}/${leader.version}`;
    return known({ apiVersion, kind: "CardanoLeader", name: leader.name, uid: leaderUid() });
  }
}

function known(regarding: Regarding): Regarding | undefined {
  return regarding.uid === undefined ? undefined : regarding;
}
