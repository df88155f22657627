// Owns one replica for tests: its pod in namespaces of its own, its service account, its network.
// Never shares a connection with another replica, so that each can be cut off by itself.

import { listenBroken, type NetworkListener } from "../../lib/demo/emulator/listener.ts";
import { Pod, type PodOptions } from "../../lib/demo/pod.ts";
import { type RecordLine, STILL_ABLE_MS } from "../../lib/demo/slot_record.ts";
import { putApiPod } from "./api_pod.ts";
import { expectStatus } from "./api_request.ts";
import type { PolicyRule, RealApiServer } from "./apiserver.ts";
import { managerBinary } from "./manager_binary.ts";
import { PodNamespace } from "./namespaced_launcher.ts";
import { RecordReader } from "./record_reader.ts";
import { until } from "./until.ts";

/** Without which there is no election, or none that shows. */
const ELECTION_RULES: readonly PolicyRule[] = [
  {
    apiGroups: ["coordination.k8s.io"],
    resources: ["leases"],
    verbs: ["get", "list", "watch", "create", "update"],
  },
  { apiGroups: ["cardano.io"], resources: ["cardanoleaders"], verbs: ["get", "create"] },
  { apiGroups: ["cardano.io"], resources: ["cardanoleaders/status"], verbs: ["patch"] },
];
/** No more than the program needs. */
const RULES: readonly PolicyRule[] = [
  ...ELECTION_RULES,
  { apiGroups: [""], resources: ["pods"], verbs: ["list", "watch"] },
  { apiGroups: ["events.k8s.io"], resources: ["events"], verbs: ["create", "patch"] },
];
const RIGHTS = { none: [], election: ELECTION_RULES, all: RULES } as const;
/** A forging node writes a line at least this often, with room for a busy machine. */
const FRESH_MS = 5 * STILL_ABLE_MS;

export interface ReplicaOptions extends Omit<PodOptions, "program" | "launch"> {
  /** Unique within its cluster, also where pods share a name; the service account's name, too. */
  readonly key: string;
  readonly server: RealApiServer;
  readonly namespace: string;
  /** A mount of its own for the key folder, so that it can be made read-only, or full. */
  readonly mountsKeys?: boolean;
  /** A Pod object on the API server, whose uid it then has. */
  readonly inApi?: boolean;
  /** How far each new pod's monotonic clocks are ahead of the machine's. Default: not at all. */
  readonly clockAheadSeconds?: () => number;
}

export interface LogLine {
  readonly timestamp: string;
  readonly level: string;
  readonly message: string;
  // deno-lint-ignore no-explicit-any -- tests look at fields of any shape
  readonly [field: string]: any;
}

export class Replica {
  readonly key: string;
  readonly record: RecordReader;
  /** Between this replica and the API server. */
  readonly network: NetworkListener;
  readonly accountDir: string;
  readonly #options: ReplicaOptions;
  #made: MadePod;

  private constructor(
    options: ReplicaOptions,
    { network, accountDir, made }: {
      network: NetworkListener;
      accountDir: string;
      made: MadePod;
    },
  ) {
    this.key = options.key;
    this.#options = options;
    this.#made = made;
    this.network = network;
    this.accountDir = accountDir;
    this.record = new RecordReader(made.pod.recordPath);
  }

  /** The present one. */
  get pod(): Pod {
    return this.#made.pod;
  }

  static async make(options: ReplicaOptions): Promise<Replica> {
    const { key, server, namespace, dir } = options;
    const accountDir = `${dir}/serviceaccount`;
    await Deno.mkdir(accountDir, { recursive: true });
    await Deno.copyFile(server.caFile, `${accountDir}/ca.crt`);
    const token = await server.serviceAccountToken({ namespace, name: key }, RULES);
    await Deno.writeTextFile(`${accountDir}/token`, token);
    const network = listenBroken({ upstreamPort: server.port, onConnect: () => {} });
    const made = await makePod(options, { network, accountDir });
    return new Replica(options, { network, accountDir, made });
  }

  /**
   * Puts a new pod in the place of one that ended, and does not start it: same name and record,
   * another uid, empty volumes, namespaces of its own.
   */
  async replacePod(): Promise<void> {
    const { pod, namespace } = this.#made;
    await namespace.end();
    await Deno.remove(`${pod.dir}/keys`, { recursive: true });
    this.#made = await makePod(this.#options, this);
  }

  /** Whether its node forges at this moment, by its own record. */
  forges(): boolean {
    const last = this.record.lines().findLast(tellsOfForging);
    if (last === undefined || last.event === "unable" || last.event === "ended") return false;
    return last.event !== "started" && Date.now() - last.wallMs < FRESH_MS;
  }

  untilForging(timeoutMs = 30_000): Promise<true> {
    return until(`${this.key} to forge`, () => this.forges(), { timeoutMs, everyMs: 50 });
  }

  untilNotForging(timeoutMs = 30_000): Promise<true> {
    return until(`${this.key} to stop`, () => !this.forges(), { timeoutMs, everyMs: 50 });
  }

  /** What its node would find; undefined while there is none. */
  installedCertificate(): string | undefined {
    try {
      return Deno.readTextFileSync(`${this.pod.dir}/keys/node.cert`);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  /** Lines of the sidecar's log. */
  log(): readonly LogLine[] {
    return this.#logText().split("\n").flatMap((line) => {
      try {
        return [JSON.parse(line) as LogLine];
      } catch {
        return []; // not ours, or not complete yet
      }
    });
  }

  logTail(): string {
    return this.#logText().split("\n").slice(-30).join("\n");
  }

  /** The latest such line since then, with these fields where given. */
  untilLogged(
    message: string,
    { sinceMs = 0, timeoutMs = 30_000, fields = {} }: {
      sinceMs?: number;
      timeoutMs?: number;
      fields?: Readonly<Record<string, unknown>>;
    } = {},
  ): Promise<LogLine> {
    const wanted = Object.entries(fields);
    return until(`${this.key} to log "${message}" ${JSON.stringify(fields)}`, () => {
      return this.log().findLast((line) =>
        line.message === message && Date.parse(line.timestamp) >= sinceMs &&
        wanted.every(([name, value]) => line[name] === value)
      );
    }, { timeoutMs, everyMs: 100 });
  }

  /** What it logged last, and what its node did. */
  tell(events: number): string {
    const lines = this.record.lines().filter(({ event }) => event !== "still_able")
      .map(({ wallMs, event, note = "" }) => `${new Date(wallMs).toISOString()} ${event} ${note}`);
    return [this.key, this.logTail(), ...lines.slice(-events)].join("\n");
  }

  token(): string {
    return Deno.readTextFileSync(`${this.accountDir}/token`);
  }

  /** Deletes its service account, so that its token proves nothing any more. */
  async revokeAccount(): Promise<void> {
    const { server, namespace } = this.#options;
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${this.key}`;
    expectStatus(200, await server.request("DELETE", path));
  }

  /** Makes the account again, with a new token in its folder. */
  async restoreAccount(): Promise<void> {
    const { server, namespace } = this.#options;
    const token = await server.serviceAccountToken({ namespace, name: this.key });
    Deno.writeTextFileSync(`${this.accountDir}/token.new`, token);
    Deno.renameSync(`${this.accountDir}/token.new`, `${this.accountDir}/token`);
  }

  /** Empties its role, or fills it again: who it is stays known. */
  async setRights(rights: keyof typeof RIGHTS): Promise<void> {
    const { server, namespace } = this.#options;
    const path = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/roles/${this.key}`;
    const body = { rules: RIGHTS[rights] };
    const options = { body, contentType: "application/merge-patch+json" };
    expectStatus(200, await server.request("PATCH", path, options));
  }

  /** What an operator's or a volume's fault makes of the key folder; needs `mountsKeys`. */
  async remountKeys(mode: "ro" | "rw"): Promise<void> {
    await this.run("mount", "-o", `remount,${mode}`, `${this.#options.dir}/keys`);
  }

  /** Runs a program to its end where the pod's mounts are. */
  run(...command: readonly string[]): Promise<string> {
    return this.#made.namespace.run(...command);
  }

  async end(): Promise<void> {
    await this.pod.vanish();
    await this.#made.namespace.end();
    this.network.stop();
  }

  #logText(): string {
    try {
      return Deno.readTextFileSync(this.pod.logPath);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return ""; // not started yet
      throw error;
    }
  }
}

interface MadePod {
  readonly pod: Pod;
  readonly namespace: PodNamespace;
}

async function makePod(
  options: ReplicaOptions,
  { network, accountDir }: Pick<Replica, "network" | "accountDir">,
): Promise<MadePod> {
  const program = managerBinary();
  if (program === undefined) {
    throw new Error("Cannot run replicas: deno task compile comes first");
  }
  const { dir, clockAheadSeconds, mountsKeys, inApi } = options;
  const uid = inApi === true ? { POD_UID: await putApiPod(options.server, options) } : {};
  const namespace = await PodNamespace.start(
    clockAheadSeconds === undefined ? {} : { clockAheadSeconds: clockAheadSeconds() },
  );
  const pod = new Pod({
    ...options,
    program: [program],
    launch: namespace.launch,
    env: {
      NAMESPACE: options.namespace,
      CARDANO_NETWORK: "preview",
      KUBERNETES_SERVICE_HOST: "127.0.0.1",
      KUBERNETES_SERVICE_PORT: new URL(network.url).port,
      KUBERNETES_SERVICE_ACCOUNT_DIR: accountDir,
      ...uid,
      ...options.env,
    },
  });
  if (mountsKeys) {
    await namespace.run("mount", "-t", "tmpfs", "-o", "size=1m", "keys", `${dir}/keys`);
  }
  return { pod, namespace };
}

function tellsOfForging({ event }: RecordLine): boolean {
  return event === "able" || event === "still_able" || event === "forged" || event === "unable" ||
    event === "started" || event === "ended";
}
