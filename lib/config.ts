// Owns the environment: the Config made of it, or every problem found in it.
// Never lets anything else read Deno.env.

import { type KubernetesAccess, readAccess } from "./config/access.ts";
import { type ClusterConfig, readCluster } from "./config/cluster.ts";
import { type Network, readNames, readNetwork, readPool } from "./config/identity.ts";
import { type CredentialPaths, readPaths } from "./config/paths.ts";
import {
  type ConfigProblem,
  type ConfigWarning,
  type EffectiveSetting,
  type Environment,
  SettingReader,
} from "./config/reader.ts";
import { checkTimings, LOCAL_LEASE, readTimings } from "./config/timings.ts";

export type { ConfigProblem, ConfigWarning, CredentialPaths, EffectiveSetting, Environment };
export type { ClusterConfig, KubernetesAccess };

/** Settings of one `run`, checked. Everything in it may be logged: it holds no secrets. */
export interface Config {
  readonly namespace: string;
  readonly podName: string;
  /** Undefined where the downward API does not tell: a restarted process is then a stranger to its own lease. */
  readonly podUid: string | undefined;
  readonly lease: {
    readonly name: string;
    readonly previousNames: readonly string[];
    /** W: how long others wait before they take a silent lease over. Whole seconds. */
    readonly durationMs: number;
    /** H: how long a hold lasts from the sending of its renewal. */
    readonly renewDeadlineMs: number;
    readonly renewIntervalMs: number;
  };
  /** S: within this a fence is confirmed or the node is killed. */
  readonly fenceTimeoutMs: number;
  readonly apiTimeoutMs: number;
  readonly node: {
    readonly socketPath: string;
    readonly socketWaitTimeoutMs: number;
    /** False (DISABLE_SOCKET_CHECK) for trials without a node: nothing is confirmed then. */
    readonly socketCheck: boolean;
    readonly processName: string;
    /** Undefined: the node has no metrics. */
    readonly metricsUrl: string | undefined;
  };
  readonly credentials: {
    readonly source: CredentialPaths;
    readonly target: CredentialPaths;
  };
  readonly stateDir: string;
  readonly leaderResource: {
    readonly group: string;
    readonly version: string;
    readonly plural: string;
    readonly name: string;
  };
  readonly metricsPort: number;
  readonly guardPort: number;
  readonly log: { readonly level: LogLevel; readonly format: "json" | "text" };
  readonly network: Network;
  readonly pool: {
    readonly id: string | undefined;
    readonly idHex: string | undefined;
    readonly name: string | undefined;
    readonly ticker: string | undefined;
  };
  readonly applicationType: string;
  /** Where the API is: the pod's service account, or a kubeconfig. */
  readonly kubernetes: KubernetesAccess;
  /** Undefined: this cluster alone holds the pool's keys (ENABLE_CLUSTER_MANAGEMENT is false). */
  readonly cluster: ClusterConfig | undefined;
}

export type LogLevel = "DEBUG" | "INFO" | "WARNING" | "ERROR";

export type ConfigReading =
  | {
    readonly kind: "config";
    readonly config: Config;
    readonly warnings: readonly ConfigWarning[];
    readonly effective: readonly EffectiveSetting[];
  }
  | { readonly kind: "wrong"; readonly problems: readonly ConfigProblem[] };

export interface ReadOptions {
  /** Tells whether ~/.kube/config is there. */
  readonly fileExists?: (path: string) => boolean;
}

/** The whole environment of this process. Only the command line's wiring calls it. */
export function readEnvironment(): Environment {
  return Deno.env.toObject();
}

/** Checks everything at once and never throws, whatever the environment holds. */
export function readConfig(env: Environment, options: ReadOptions = {}): ConfigReading {
  const { fileExists = isFile } = options;
  const reader = new SettingReader(env);
  const timings = readTimings(reader, LOCAL_LEASE);
  checkTimings(reader, LOCAL_LEASE, timings);
  const network = readNetwork(reader);
  const pool = readPool(reader);
  const names = readNames(reader, network);
  const paths = readPaths(reader);
  const kubernetes = readAccess(reader, { fileExists });
  const namespace = reader.text("NAMESPACE") ?? "";
  const localLeases = [names.lease, ...names.previousLeases];
  const config: Config = {
    namespace,
    podName: reader.text("POD_NAME") ?? "",
    podUid: reader.text("POD_UID"),
    lease: {
      name: names.lease,
      previousNames: names.previousLeases,
      durationMs: timings.durationMs,
      renewDeadlineMs: timings.renewDeadlineMs,
      renewIntervalMs: timings.renewIntervalMs,
    },
    fenceTimeoutMs: timings.fenceTimeoutMs,
    apiTimeoutMs: timings.apiTimeoutMs,
    node: {
      socketPath: reader.text("NODE_SOCKET") ?? "",
      socketWaitTimeoutMs: reader.number("SOCKET_WAIT_TIMEOUT"),
      socketCheck: !reader.isTrue("DISABLE_SOCKET_CHECK"),
      processName: reader.text("CARDANO_NODE_PROCESS_NAME") ?? "",
      metricsUrl: reader.text("NODE_METRICS_URL"),
    },
    credentials: { source: paths.source, target: paths.target },
    stateDir: paths.stateDir,
    leaderResource: {
      group: reader.text("CRD_GROUP") ?? "",
      version: reader.text("CRD_VERSION") ?? "",
      plural: reader.text("CRD_PLURAL") ?? "",
      name: names.leaderResource,
    },
    metricsPort: reader.number("METRICS_PORT"),
    guardPort: reader.number("GUARD_PORT"),
    log: {
      level: reader.text("LOG_LEVEL") as LogLevel,
      format: reader.text("LOG_FORMAT") as "json" | "text",
    },
    network,
    pool,
    applicationType: reader.text("APPLICATION_TYPE") ?? "",
    kubernetes,
    cluster: readCluster(reader, { network, namespace, localLeases }),
  };
  checkTheRest(reader, config);
  if (reader.problems.length > 0) return { kind: "wrong", problems: reader.problems };
  return { kind: "config", config, warnings: reader.warnings, effective: reader.effective() };
}

function checkTheRest(reader: SettingReader, config: Config): void {
  if (config.podName === "" && reader.allWell("POD_NAME")) {
    reader.problem("POD_NAME", "the pod's name, by the downward API (fieldPath metadata.name)");
  }
  if (config.metricsPort === config.guardPort && reader.allWell("METRICS_PORT", "GUARD_PORT")) {
    reader.problem("GUARD_PORT", "another port than METRICS_PORT");
  }
  if (!config.node.socketCheck) {
    reader.warnings.push({
      name: "DISABLE_SOCKET_CHECK",
      message: "nothing is confirmed: for trials without a node only",
    });
  }
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false; // absent or not ours to see: the same to us, since we could not read it either
  }
}
