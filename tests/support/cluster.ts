// Owns one of several clusters for tests: its replicas, and its ways to its own API and to the hub.
// Never judges who forges: clusters.ts does, over all of them.

import {
  listenBroken,
  type NetworkListener,
  type NetworkMode,
} from "../../lib/demo/emulator/listener.ts";
import type { DemoKeys } from "../../lib/demo/keys.ts";
import type { Stretch } from "../../lib/demo/slots.ts";
import type { Json } from "./api_request.ts";
import type { RealApiServer } from "./apiserver.ts";
import type { Hub } from "./hub.ts";
import type { Replica } from "./replica.ts";
import { Replicas, type ReplicasOptions } from "./replicas.ts";
import { until } from "./until.ts";

export interface ClusterOptions
  extends Pick<ReplicasOptions, "replicas" | "env" | "released" | "keys"> {
  /** By which tests know it. Default also its region. */
  readonly key: string;
  readonly region?: string;
  readonly server: RealApiServer;
  readonly namespace: string;
  readonly hub: Hub;
}

export class Cluster {
  readonly key: string;
  readonly region: string;
  readonly replicas: Replicas;
  readonly hub: Hub;
  /** From all its replicas to the hub. */
  readonly hubNetwork: NetworkListener;

  private constructor(
    { key, region = key, hub }: ClusterOptions,
    made: Pick<Cluster, "replicas" | "hubNetwork">,
  ) {
    this.key = key;
    this.region = region;
    this.hub = hub;
    this.replicas = made.replicas;
    this.hubNetwork = made.hubNetwork;
  }

  /** Starts nothing. */
  static async make(options: ClusterOptions & { readonly keys: DemoKeys }): Promise<Cluster> {
    const { key, region = key, hub, keys, env } = options;
    const hubNetwork = listenBroken({ upstreamPort: hub.server.port, onConnect: () => {} });
    const replicas = await Replicas.make({
      replicas: [{}, {}],
      ...options,
      env: {
        LEASE_NAME: "cardano-node-leader",
        POOL_ID: keys.poolId,
        ENABLE_CLUSTER_MANAGEMENT: "true",
        CLUSTER_REGION: region,
        COORDINATION_KUBECONFIG: await hub.kubeconfig(
          key,
          hubNetwork.url.replace("http:", "https:"),
        ),
        COORDINATION_NAMESPACE: hub.namespace,
        ...env,
      },
    });
    return new Cluster(options, { replicas, hubNetwork });
  }

  get name(): string {
    return `${this.hub.scope}-${this.region}`;
  }

  /** All replicas, or those of these numbers: others may be spare. */
  start(...numbers: readonly number[]): void {
    for (const { pod } of this.#some(numbers)) pod.start();
  }

  forger(): Replica | undefined {
    return this.replicas.forger();
  }

  forges(): boolean {
    return this.forger() !== undefined;
  }

  untilForging(timeoutMs = 90_000): Promise<Replica> {
    return this.replicas.untilOneForges(this.replicas.all, timeoutMs);
  }

  untilNotForging(timeoutMs = 30_000): Promise<true> {
    const options = { timeoutMs, everyMs: 50 };
    return until(`${this.key} to stop`, () => !this.forges(), options);
  }

  /** Until it says that it is in order and could take the forge lease over in its present epoch. */
  async untilReady(timeoutMs = 60_000): Promise<void> {
    await until(`${this.key} to be ready`, async () => {
      const [status, lease] = [await this.status(), await this.hub.lease()];
      return conditionIn(status, "Ready")?.status === "True" &&
        status.forgeEpoch === lease?.spec?.leaseTransitions;
    }, { timeoutMs, everyMs: 200 });
  }

  /** Until its local leader hears of the forge lease again as it is renewed, after the hub was away. */
  untilWatchesAgain(sinceMs: number): Promise<true> {
    return until(
      `${this.key} to watch the forge lease again`,
      () =>
        this.replicas.all.some((replica) =>
          replica.log().some(({ timestamp, message, api, subject }) =>
            message === "API requests succeed again" && api === "coordination" &&
            subject.startsWith("watch leases") && Date.parse(timestamp) >= sinceMs
          )
        ),
      { timeoutMs: 60_000, everyMs: 200 },
    );
  }

  setApi(mode: NetworkMode): void {
    for (const { network } of this.replicas.all) network.setMode(mode);
  }

  setHub(mode: NetworkMode): void {
    this.hubNetwork.setMode(mode);
  }

  /** Every process of all its replicas, or of these, ends in the same moment. */
  async vanish(...numbers: readonly number[]): Promise<void> {
    await Promise.all(this.#some(numbers).map(({ pod }) => pod.vanish()));
  }

  edit(spec: Json): Promise<void> {
    return this.hub.edit(this.region, spec);
  }

  /** What its resource says. */
  async status(): Promise<Json | undefined> {
    return (await this.hub.resource(this.region))?.status;
  }

  untilStatus(
    description: string,
    holds: (status: Json) => boolean,
    timeoutMs = 30_000,
  ): Promise<Json> {
    return until(`${this.key} to report ${description}`, async () => {
      const status = await this.status();
      return status !== undefined && holds(status) && status;
    }, { timeoutMs, everyMs: 200 });
  }

  /** Stretches in which a node of it was able to forge, by their beginnings. */
  able(): readonly Stretch[] {
    return Object.values(this.replicas.judge().able).flat()
      .toSorted((a, b) => a.fromMs - b.fromMs);
  }

  /** When one of its nodes first became able to forge after then. */
  nextAbleMs(sinceMs: number): number {
    return this.replicas.nextAbleMs(sinceMs);
  }

  /** Whether none of its nodes became able to forge since then. */
  hasNotBegun(sinceMs: number): boolean {
    return this.replicas.all.every(({ record }) => record.count("able", sinceMs) === 0);
  }

  /** When the last of its nodes ceased to be able. */
  lastAbleMs(): number {
    return Math.max(...this.able().map(({ toMs }) => toMs));
  }

  async end(): Promise<void> {
    await this.replicas[Symbol.asyncDispose]();
    this.hubNetwork.stop();
  }

  #some(numbers: readonly number[]): readonly Replica[] {
    const { replicas } = this;
    return numbers.length === 0 ? replicas.all : numbers.map((number) => replicas.at(number));
  }
}

export function conditionIn(status: Json | undefined, type: string): Json | undefined {
  return status?.conditions?.find((one: Json) => one.type === type);
}
