// Owns one cluster of replicas for tests: pods of the compiled program before a real API server.
// Never judges by what a replica says of itself: the nodes' own records decide.

import { type DemoKeys, makeDemoKeys } from "../../lib/demo/keys.ts";
import type { LeaseObject } from "../../lib/core/lease_object.ts";
import { wallTime } from "../../lib/core/time.ts";
import { judgeSlots, type SlotJudgement, type Stretch } from "../../lib/demo/slots.ts";
import { CUSTOM_RESOURCE_DEFINITIONS } from "../../lib/kubernetes/crds.ts";
import type { CardanoLeaderStatus } from "../../lib/kubernetes/leader_status.ts";
import { expectStatus } from "./api_request.ts";
import {
  type ApiServerOptions,
  type Json,
  type RealApiServer,
  startApiServer,
} from "./apiserver.ts";
import { putReleasedLease } from "./released_lease.ts";
import { Replica, type ReplicaOptions } from "./replica.ts";
import { SecretFolder } from "./secret_folder.ts";
import { startTethered, type TetheredProcess } from "./tethered_process.ts";
import { until } from "./until.ts";

export const NETWORK = "preview";
/** As it is without LEASE_DURATION. */
export const LEASE_DURATION_MS = 15_000;
const LEASES = "/apis/coordination.k8s.io/v1/namespaces";
const START_DEADLINE_MS = 90_000;

export interface ReplicasOptions {
  readonly server: RealApiServer;
  /** Created for this cluster. */
  readonly namespace: string;
  /** One for each replica, with what is particular to it. Default three plain ones. */
  readonly replicas?: readonly Partial<ReplicaOptions>[];
  /** Settings of all replicas, beyond what a pod and access to the API need. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether the Lease was released before, so that the first claim need not wait. Default true. */
  readonly released?: boolean;
  /** Of the pool, where others have the same. Default a pool of their own. */
  readonly keys?: DemoKeys;
}

/** An API server that knows our resources and checks rights. */
export function startClusterApi(options: ApiServerOptions = {}): Promise<RealApiServer> {
  const crds = CUSTOM_RESOURCE_DEFINITIONS as unknown as readonly Json[];
  return startApiServer({ authorization: "RBAC", crds, ...options });
}

export class Replicas implements AsyncDisposable {
  readonly server: RealApiServer;
  readonly namespace: string;
  readonly leaseName: string;
  readonly all: readonly Replica[];
  readonly secret: SecretFolder;
  readonly keys: DemoKeys;
  /** Removes the folder of all of them, also when the test is killed. */
  readonly #janitor: TetheredProcess;

  private constructor(
    options: ReplicasOptions,
    made: Pick<Replicas, "all" | "secret" | "keys"> & { readonly janitor: TetheredProcess },
  ) {
    this.server = options.server;
    this.namespace = options.namespace;
    this.leaseName = options.env?.LEASE_NAME ?? "cardano-node-leader";
    this.all = made.all;
    this.secret = made.secret;
    this.keys = made.keys;
    this.#janitor = made.janitor;
  }

  /** Makes everything and starts nothing. */
  static async make(options: ReplicasOptions): Promise<Replicas> {
    const { server, namespace } = options;
    const dir = await Deno.makeTempDir({ prefix: `forge-${namespace}-` });
    const janitor = await startTethered(["sleep", "infinity"], {
      logFile: "/dev/null",
      removeFolderAtEnd: dir,
    });
    await server.createNamespace(namespace);
    const keys = options.keys ??
      await makeDemoKeys({ network: NETWORK, now: wallTime(Date.now()) });
    const secret = new SecretFolder(`${dir}/secret`, keys);
    const particular = options.replicas ?? [{}, {}, {}];
    const all = await Promise.all(particular.map((one, index) =>
      Replica.make({
        key: `replica-${index}`,
        name: `bp-${index}`,
        ...one,
        server,
        namespace,
        dir: `${dir}/replica-${index}`,
        sources: secret.paths,
        env: { ...options.env, ...one.env },
      })
    ));
    const made = new Replicas(options, { all, secret, keys, janitor });
    if (options.released ?? true) {
      const name = made.leaseName;
      await putReleasedLease(server, { namespace, name, poolId: keys.poolIdHex });
    }
    return made;
  }

  /** Makes and starts all of them, and waits until one forges. */
  static async start(options: ReplicasOptions): Promise<Replicas> {
    const replicas = await Replicas.make(options);
    try {
      for (const replica of replicas.all) replica.pod.start();
      await replicas.untilOneForges();
      await replicas.untilAllAreReady();
      return replicas;
    } catch (cause) {
      const logs = replicas.all.map((one) => `${one.key}\n${one.logTail()}`).join("\n");
      await replicas[Symbol.asyncDispose]();
      throw new Error(`Cannot start replicas in ${options.namespace}:\n${logs}`, { cause });
    }
  }

  at(index: number): Replica {
    const replica = this.all[index];
    if (replica === undefined) throw new RangeError(`There is no replica ${index}`);
    return replica;
  }

  /** Whose node forges at this moment, by its own record. */
  forger(): Replica | undefined {
    return this.all.find((replica) => replica.forges());
  }

  others(replica: Replica): readonly Replica[] {
    return this.all.filter((one) => one !== replica);
  }

  untilOneForges(among = this.all, timeoutMs = START_DEADLINE_MS): Promise<Replica> {
    const names = among.map(({ key }) => key).join(" or ");
    return until(`${names} in ${this.namespace} to forge`, () => {
      return among.find((replica) => replica.forges());
    }, { timeoutMs, everyMs: 50 });
  }

  /** Until every node is up and every sidecar has answered, so that whatever follows finds all in place. */
  async untilAllAreReady(): Promise<void> {
    await Promise.all(this.all.map((replica) => this.untilReady(replica)));
  }

  /** Until its node is up and its sidecar has answered. */
  async untilReady(replica: Replica): Promise<void> {
    const { key, pod } = replica;
    try {
      await until(`${key} in ${this.namespace} to be ready`, async () => {
        return (await pod.status())?.guard?.node.phase === "ready";
      }, { timeoutMs: START_DEADLINE_MS, everyMs: 200 });
    } catch (cause) {
      const said = JSON.stringify(await pod.status());
      throw new Error(`${key} is not ready, and says ${said}\n${replica.tell(10)}`, { cause });
    }
  }

  /** Until the holder renewed once more, so that all others have seen a renewal as it came. */
  async untilRenewed(): Promise<void> {
    const before = await this.renewedAtMs();
    await until(`a renewal in ${this.namespace}`, async () => {
      return await this.renewedAtMs() > before;
    }, { everyMs: 100 });
  }

  judge(window?: Stretch): SlotJudgement {
    return judgeSlots(
      Object.fromEntries(this.all.map(({ key, record }) => [key, record.lines()])),
      window,
    );
  }

  /** Longest stretch since then in which no node was able to forge, up to the last ability. */
  longestGapMs(sinceMs: number): number {
    const stretches = Object.values(this.judge().able).flat();
    const toMs = Math.max(sinceMs, ...stretches.map((stretch) => stretch.toMs));
    return this.judge({ fromMs: sinceMs, toMs }).longestGapMs;
  }

  /** When one of these nodes first became able to forge after then. */
  nextAbleMs(sinceMs: number, among = this.all): number {
    const { able } = this.judge();
    const starts = among.flatMap(({ key }) => able[key] ?? []).map(({ fromMs }) => fromMs);
    return Math.min(...starts.filter((ms) => ms > sinceMs));
  }

  /** When the holder last renewed, by the record. */
  async renewedAtMs(): Promise<number> {
    return Date.parse((await this.lease())?.spec?.renewTime ?? "");
  }

  /** The present Lease; undefined when there is none. */
  async lease(name = this.leaseName): Promise<LeaseObject | undefined> {
    const answer = await this.server.request("GET", this.leasePath(name));
    if (answer.status === 404) return undefined;
    expectStatus(200, answer);
    return answer.body;
  }

  leasePath(name = this.leaseName): string {
    return `${LEASES}/${this.namespace}/leases/${name}`;
  }

  /** What an operator does to the Lease by hand. */
  async patchLease(patch: unknown, name = this.leaseName): Promise<void> {
    const options = { body: patch, contentType: "application/merge-patch+json" };
    expectStatus(200, await this.server.request("PATCH", this.leasePath(name), options));
  }

  /** What CardanoLeader says; undefined while there is nothing. */
  async leaderStatus(name = "cardano-leader"): Promise<CardanoLeaderStatus | undefined> {
    const path = `/apis/cardano.io/v1/namespaces/${this.namespace}/cardanoleaders/${name}`;
    return (await this.server.request("GET", path)).body?.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.all.map((replica) => replica.end()));
    await this.#janitor.end();
  }
}
