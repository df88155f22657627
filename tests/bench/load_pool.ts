// Owns one pool of the load bench: a namespace, an account with the chart's rights, three managers.
// Never anything in place of production code before the API: drivers, leases, watches and requests are the program's.

import { type Config, readConfig } from "../../lib/config.ts";
import { wallTime } from "../../lib/core/time.ts";
import type { GuardToManager } from "../../lib/door.ts";
import { openCluster } from "../../lib/kubernetes/access.ts";
import type { RequestRecord } from "../../lib/kubernetes/api_request.ts";
import { ApiClient } from "../../lib/kubernetes/client.ts";
import { createLog } from "../../lib/log.ts";
import { Driver } from "../../lib/manager/driver.ts";
import { USER_AGENT } from "../../lib/version.ts";
import type { PolicyRule, RealApiServer } from "../support/apiserver.ts";
import { putReleasedLease } from "../support/released_lease.ts";
import { VALID } from "../unit/http/sample.ts";
import { LoadGuard, PermitWatch } from "./load_guard.ts";

export const REPLICAS_A_POOL = 3;
/** As the chart's Role grants them. */
const RULES: readonly PolicyRule[] = [
  {
    apiGroups: ["coordination.k8s.io"],
    resources: ["leases"],
    verbs: ["get", "list", "watch", "create", "update"],
  },
  { apiGroups: [""], resources: ["pods"], verbs: ["get", "list", "watch"] },
  { apiGroups: ["events.k8s.io"], resources: ["events"], verbs: ["create", "patch"] },
  { apiGroups: ["cardano.io"], resources: ["cardanoleaders"], verbs: ["get", "create"] },
  { apiGroups: ["cardano.io"], resources: ["cardanoleaders/status"], verbs: ["patch"] },
];
const clock = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };

export interface LoadPoolOptions {
  readonly server: RealApiServer;
  readonly number: number;
  readonly onRequest: (record: RequestRecord) => void;
}

export class LoadPool implements Disposable {
  readonly permits = new PermitWatch();
  readonly #options: LoadPoolOptions;
  readonly #name: string;
  readonly #replicas: LoadReplica[] = [];

  private constructor(options: LoadPoolOptions) {
    this.#options = options;
    this.#name = `pool-${String(options.number).padStart(3, "0")}`;
  }

  /** All that must be there before its pods start; its Lease was released in order. */
  static async make(options: LoadPoolOptions): Promise<LoadPool> {
    const pool = new LoadPool(options);
    const { server } = options;
    const namespace = pool.#name;
    await server.createNamespace(namespace);
    const account = { namespace, name: "cardano-node" };
    await Deno.writeTextFile(pool.#tokenPath, await server.serviceAccountToken(account, RULES));
    const { lease } = pool.#config(0);
    await putReleasedLease(server, { namespace, name: lease.name, poolId: VALID.poolIdHex });
    return pool;
  }

  async start(): Promise<void> {
    for (let i = 0; i < REPLICAS_A_POOL; i++) {
      const config = this.#config(i);
      const access = await openCluster(config.kubernetes, { clock });
      const { onRequest } = this.#options;
      const client = new ApiClient({ access, userAgent: USER_AGENT, clock, onRequest });
      this.#replicas.push(new LoadReplica({ config, client, permits: this.permits }));
    }
  }

  /** Who may forge at this moment. */
  get leader(): LoadReplica | undefined {
    return this.#replicas.find((one) => one.isForging);
  }

  get leaseDurationMs(): number {
    return this.#config(0).lease.durationMs;
  }

  [Symbol.dispose](): void {
    for (const replica of this.#replicas) replica[Symbol.dispose]();
  }

  get #tokenPath(): string {
    return `${this.#options.server.folder}/token-${this.#name}`;
  }

  #config(replica: number): Config {
    const { server } = this.#options;
    const reading = readConfig({
      NAMESPACE: this.#name,
      POD_NAME: `bp-${replica}`,
      POD_UID: crypto.randomUUID(),
      POOL_ID: this.#name,
      PREVIOUS_LEASE_NAMES: "",
      CARDANO_NETWORK: "preview",
      KUBERNETES_SERVICE_HOST: "127.0.0.1",
      KUBERNETES_SERVICE_PORT: String(server.port),
    });
    if (reading.kind === "wrong") throw new Error(JSON.stringify(reading.problems));
    const kubernetes = {
      kind: "in_cluster",
      host: "127.0.0.1",
      port: server.port,
      tokenPath: this.#tokenPath,
      caPath: server.caFile,
    } as const;
    return { ...reading.config, kubernetes };
  }
}

/** One manager, from its driver to the API, in this process. */
class LoadReplica implements Disposable {
  readonly #driver: Driver;
  readonly #guard: LoadGuard;
  readonly #client: ApiClient;

  constructor(
    { config, client, permits }: {
      readonly config: Config;
      readonly client: ApiClient;
      readonly permits: PermitWatch;
    },
  ) {
    const receive = (message: GuardToManager) => this.#driver.receive(message);
    this.#guard = new LoadGuard({ holdMsMax: config.lease.renewDeadlineMs, permits, receive });
    const podUid = config.podUid!;
    this.#client = client;
    this.#driver = new Driver({
      config,
      start: { kind: "start", config, podUid, nonces: [], restarts: 0 },
      log: createLog({ ...config.log, sink: () => {}, now: () => wallTime(Date.now()) }),
      tell: (message) => this.#guard.told(message),
    });
    this.#driver.connect(client);
    this.#guard.say({});
  }

  get isForging(): boolean {
    return this.#guard.isForging;
  }

  /** As by SIGTERM: the guard has stopped the node, and the lease is released. */
  shutDown(): void {
    this.#driver.receive({ kind: "shutdown" });
  }

  /** As with its machine: nothing is said to anybody. */
  [Symbol.dispose](): void {
    this.#guard[Symbol.dispose]();
    this.#driver.stop();
    this.#client.close();
  }
}
