// Owns one replica for tests: its pod in namespaces of its own, its service account, its network.
// Never shares a connection with another replica, so that each can be cut off by itself.

import { listenBroken, type NetworkListener } from "../../lib/demo/emulator/listener.ts";
import { Pod, type PodOptions } from "../../lib/demo/pod.ts";
import { type RecordLine, STILL_ABLE_MS } from "../../lib/demo/slot_record.ts";
import { expectStatus } from "./api_request.ts";
import type { PolicyRule, RealApiServer } from "./apiserver.ts";
import { managerBinary } from "./manager_binary.ts";
import { PodNamespace } from "./namespaced_launcher.ts";
import { RecordReader } from "./record_reader.ts";
import { until } from "./until.ts";

/** No more than the program needs. */
const RULES: readonly PolicyRule[] = [
  {
    apiGroups: ["coordination.k8s.io"],
    resources: ["leases"],
    verbs: ["get", "list", "watch", "create", "update"],
  },
  { apiGroups: ["cardano.io"], resources: ["cardanoleaders"], verbs: ["get", "create"] },
  { apiGroups: ["cardano.io"], resources: ["cardanoleaders/status"], verbs: ["patch"] },
];
/** A forging node writes a line at least this often, with room for a busy machine. */
const FRESH_MS = 5 * STILL_ABLE_MS;

export interface ReplicaOptions extends Omit<PodOptions, "program" | "launch"> {
  /** Unique within its cluster, also where pods share a name; the service account's name, too. */
  readonly key: string;
  readonly server: RealApiServer;
  readonly namespace: string;
  /** A mount of its own for the key folder, so that it can be made read-only. */
  readonly mountsKeys?: boolean;
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
  readonly pod: Pod;
  readonly record: RecordReader;
  /** Between this replica and the API server. */
  readonly network: NetworkListener;
  readonly accountDir: string;
  readonly #options: ReplicaOptions;
  readonly #namespace: PodNamespace;

  private constructor(
    options: ReplicaOptions,
    made: { pod: Pod; network: NetworkListener; namespace: PodNamespace; accountDir: string },
  ) {
    this.key = options.key;
    this.#options = options;
    this.pod = made.pod;
    this.network = made.network;
    this.accountDir = made.accountDir;
    this.#namespace = made.namespace;
    this.record = new RecordReader(made.pod.recordPath);
  }

  static async make(options: ReplicaOptions): Promise<Replica> {
    const { key, server, namespace, dir } = options;
    const program = managerBinary();
    if (program === undefined) {
      throw new Error("Cannot run replicas: deno task compile comes first");
    }
    const accountDir = `${dir}/serviceaccount`;
    await Deno.mkdir(accountDir, { recursive: true });
    await Deno.copyFile(server.caFile, `${accountDir}/ca.crt`);
    const token = await server.serviceAccountToken({ namespace, name: key }, RULES);
    await Deno.writeTextFile(`${accountDir}/token`, token);
    const network = listenBroken({ upstreamPort: server.port, onConnect: () => {} });
    const pids = await PodNamespace.start();
    const pod = new Pod({
      ...options,
      program: [program],
      launch: pids.launch,
      env: {
        NAMESPACE: namespace,
        CARDANO_NETWORK: "preview",
        KUBERNETES_SERVICE_HOST: "127.0.0.1",
        KUBERNETES_SERVICE_PORT: new URL(network.url).port,
        KUBERNETES_SERVICE_ACCOUNT_DIR: accountDir,
        ...options.env,
      },
    });
    if (options.mountsKeys) await pids.run("mount", "-t", "tmpfs", "keys", `${dir}/keys`);
    return new Replica(options, { pod, network, namespace: pids, accountDir });
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
  async setRights(rights: "none" | "all"): Promise<void> {
    const { server, namespace } = this.#options;
    const path = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/roles/${this.key}`;
    const body = { rules: rights === "none" ? [] : RULES };
    const options = { body, contentType: "application/merge-patch+json" };
    expectStatus(200, await server.request("PATCH", path, options));
  }

  /** What an operator's or a volume's fault makes of the key folder; needs `mountsKeys`. */
  async remountKeys(mode: "ro" | "rw"): Promise<void> {
    await this.#namespace.run("mount", "-o", `remount,${mode}`, `${this.#options.dir}/keys`);
  }

  async end(): Promise<void> {
    await this.pod.vanish();
    await this.#namespace.end();
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

function tellsOfForging({ event }: RecordLine): boolean {
  return event === "able" || event === "still_able" || event === "forged" || event === "unable" ||
    event === "started" || event === "ended";
}
