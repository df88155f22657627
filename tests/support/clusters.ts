// Owns two clusters of one pool for tests, each with an API server of its own, and the hub where they meet.
// Never judges by what they say of themselves: the nodes' own records decide, over all pods of both.

import { type DemoKeys, makeDemoKeys } from "../../lib/demo/keys.ts";
import { wallTime } from "../../lib/core/time.ts";
import { judgeSlots, type SlotJudgement, type Stretch } from "../../lib/demo/slots.ts";
import type { RealApiServer } from "./apiserver.ts";
import { Cluster, type ClusterOptions } from "./cluster.ts";
import { Hub } from "./hub.ts";
import { NETWORK, startClusterApi } from "./replicas.ts";
import { until } from "./until.ts";

/** Shorter than by default, so that a scenario need not last for minutes. */
const FORGE_LEASE_DURATION = 15;
export const FORGE_LEASE_DURATION_MS = FORGE_LEASE_DURATION * 1_000;
/** Of a holder that nobody edits; a constant of the policy. */
export const MINIMUM_STAY_MS = 60_000;
export const FAILBACK_DELAY_MS = 8_000;
const SETTINGS = {
  FORGE_LEASE_DURATION: String(FORGE_LEASE_DURATION),
  FAILBACK_DELAY: String(FAILBACK_DELAY_MS / 1_000),
  HEARTBEAT_INTERVAL: "2",
  CLUSTER_STALE_AFTER: "8",
};

export interface ClusterServers extends AsyncDisposable {
  readonly east: RealApiServer;
  readonly west: RealApiServer;
  readonly hub: RealApiServer;
}

/** Three API servers that know nothing of each other. */
export async function startClusterServers(): Promise<ClusterServers> {
  const [east, west, hub] = await Promise.all([
    startClusterApi(),
    startClusterApi(),
    startClusterApi(),
  ]);
  return {
    east,
    west,
    hub,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([east, west, hub].map((server) => server.stop()));
    },
  };
}

type Particular = Pick<ClusterOptions, "region" | "replicas" | "env">;

export interface ClustersOptions {
  readonly servers: Omit<ClusterServers, keyof AsyncDisposable>;
  /** Created on all three. */
  readonly namespace: string;
  /** Settings of all replicas of both. */
  readonly env?: Readonly<Record<string, string>>;
  /** What is particular to the favourite, of priority 10. */
  readonly east?: Particular;
  /** Of priority 20. */
  readonly west?: Particular;
  /** Whether all leases were released before, so that the first claims need not wait. Default true. */
  readonly released?: boolean;
}

export class Clusters implements AsyncDisposable {
  readonly hub: Hub;
  readonly east: Cluster;
  readonly west: Cluster;
  readonly keys: DemoKeys;

  private constructor(made: Pick<Clusters, "hub" | "east" | "west" | "keys">) {
    this.hub = made.hub;
    this.east = made.east;
    this.west = made.west;
    this.keys = made.keys;
  }

  /** Makes everything and starts nothing. */
  static async make(options: ClustersOptions): Promise<Clusters> {
    const { servers, namespace, released = true } = options;
    const keys = await makeDemoKeys({ network: NETWORK, now: wallTime(Date.now()) });
    const network = NETWORK;
    const hub = await Hub.make({ server: servers.hub, namespace, network, keys, released });
    const make = (key: "east" | "west", priority: number) => {
      const particular = options[key];
      const env = {
        ...SETTINGS,
        CLUSTER_PRIORITY: String(priority),
        ...options.env,
        ...particular?.env,
      };
      const server = servers[key];
      return Cluster.make({ ...particular, key, server, namespace, hub, keys, released, env });
    };
    const [east, west] = await Promise.all([make("east", 10), make("west", 20)]);
    return new Clusters({ hub, east, west, keys });
  }

  /** The favourite first, so that it is the one to forge; then the other, until it could take over. */
  async startInOrder(): Promise<void> {
    this.east.start(0, 1);
    await this.east.untilForging();
    this.west.start(0, 1);
    await Promise.all([this.east, this.west].map((one) => one.untilReady()));
    await this.untilRenewed();
  }

  get both(): readonly Cluster[] {
    return [this.east, this.west];
  }

  /** Which forges at this moment, by its nodes' records. */
  forging(): Cluster | undefined {
    return this.both.find((cluster) => cluster.forges());
  }

  untilOneForges(timeoutMs = 90_000): Promise<Cluster> {
    const options = { timeoutMs, everyMs: 50 };
    return until("either cluster to forge", () => this.forging(), options);
  }

  /** Until the forge lease was renewed once more, so that the other has seen a renewal as it came. */
  async untilRenewed(): Promise<void> {
    const before = await this.hub.renewedAtMs();
    await until("a renewal of the forge lease", async () => {
      return await this.hub.renewedAtMs() > before;
    }, { everyMs: 100 });
  }

  judge(window?: Stretch): SlotJudgement {
    const records = this.both.flatMap(({ key, replicas }) =>
      replicas.all.map((one) => [`${key}/${one.key}`, one.record.lines()] as const)
    );
    return judgeSlots(Object.fromEntries(records), window);
  }

  /** Longest stretch since then in which no node was able to forge, up to the last ability. */
  longestGapMs(sinceMs: number): number {
    return Math.max(0, ...this.gapsMs(sinceMs));
  }

  gapsMs(sinceMs: number): readonly number[] {
    const ends = Object.values(this.judge().able).flat().map(({ toMs }) => toMs);
    const { gaps } = this.judge({ fromMs: sinceMs, toMs: Math.max(sinceMs, ...ends) });
    return gaps.map(({ fromMs, toMs }) => toMs - fromMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.both.map((cluster) => cluster.end()));
  }
}
