// Owns the environment: one table of names, types, units, defaults and meanings, and the Config made of it.
// Never lets anything else read Deno.env.

/** Paths of the three credential files. */
export interface CredentialPaths {
  readonly kes: string;
  readonly vrf: string;
  readonly opcert: string;
}

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
  readonly network: { readonly name: string; readonly magic: number };
  readonly pool: {
    readonly id: string | undefined;
    readonly idHex: string | undefined;
    readonly name: string | undefined;
    readonly ticker: string | undefined;
  };
  readonly applicationType: string;
  /** Where the API is: the pod's service account, or a kubeconfig. */
  readonly kubernetes:
    | { readonly kind: "in_cluster" }
    | { readonly kind: "kubeconfig"; readonly path: string; readonly context: string | undefined };
}

export type LogLevel = "DEBUG" | "INFO" | "WARNING" | "ERROR";
