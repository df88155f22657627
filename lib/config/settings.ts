// Owns the table of every setting: name, type, unit, default and meaning, in the order people read them.
// Never reads a value: reader.ts does.

/** What a value may be. `allowed` in a problem is written from it. */
export type SettingType =
  | { readonly kind: "text"; readonly pattern: RegExp; readonly allowed: string }
  | { readonly kind: "names" }
  | { readonly kind: "path" }
  | { readonly kind: "url" }
  | { readonly kind: "boolean" }
  | { readonly kind: "port" }
  /** A number of seconds, or 30s, 2m, 1h: as the resources have it. */
  | { readonly kind: "duration"; readonly minMs: number; readonly maxMs: number }
  /** A time as ISO 8601, or seconds since 1970. */
  | { readonly kind: "instant" }
  | { readonly kind: "choice"; readonly choices: readonly string[] }
  | {
    readonly kind: "number";
    readonly unit: "seconds" | "";
    readonly min: number;
    readonly max: number;
    readonly whole: boolean;
  };

export interface Setting {
  readonly name: string;
  readonly section: Section;
  readonly type: SettingType;
  /** A value in the same form as the environment's, or undefined where it is worked out or absent. */
  readonly fallback: string | undefined;
  /** The default in words, for help, README and check-config. */
  readonly defaultText: string;
  readonly meaning: string;
}

export type Section =
  | "Pod"
  | "Lease"
  | "Node"
  | "Credentials"
  | "Status resource"
  | "Network and pool"
  | "Cluster management"
  | "Coordination of clusters"
  | "Endpoints and log"
  | "Kubernetes access";

/** What Kubernetes takes as the name of most objects (a DNS subdomain). */
export const KUBERNETES_NAME =
  /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Also the end of names, and the value of a label. */
export const REGION = /^[a-z0-9][-a-z0-9]{0,18}[a-z0-9]$/;

const subdomain = {
  kind: "text",
  pattern: KUBERNETES_NAME,
  allowed: "lower-case letters, digits, - and ., at most 253 characters (a Kubernetes name)",
} as const;
const label = {
  kind: "text",
  pattern: /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
  allowed: "lower-case letters, digits and -, at most 63 characters",
} as const;
const version = {
  kind: "text",
  pattern: /^v[1-9][0-9]*((alpha|beta)[1-9][0-9]*)?$/,
  allowed: "v1, v1beta1, …",
} as const;
const anyText = {
  kind: "text",
  pattern: /^[^\p{Cc}]{1,253}$/u,
  allowed: "at most 253 printable characters",
} as const;
const path = { kind: "path" } as const;
const port = { kind: "port" } as const;

function seconds(min: number, max: number): SettingType {
  return { kind: "number", unit: "seconds", min, max, whole: false };
}

/** A row; `fallback` doubles as the default in words unless `defaultText` says more. */
function row<const Name extends string>(
  name: Name,
  rest: Omit<Setting, "name" | "fallback" | "defaultText"> & {
    fallback?: string;
    defaultText?: string;
  },
): Setting & { readonly name: Name } {
  const { fallback, defaultText } = rest;
  return { ...rest, name, fallback, defaultText: defaultText ?? fallback ?? "–" };
}

// deno-fmt-ignore
export const SETTINGS = [
  row("NAMESPACE", { section: "Pod", type: label, fallback: "default", meaning: "The pod's namespace; give it by the downward API" }),
  row("POD_NAME", { section: "Pod", type: subdomain, defaultText: "– (required)", meaning: "The pod's name, which is the holder's name in the Lease; give it by the downward API" }),
  row("POD_UID", { section: "Pod", type: anyText, defaultText: "random for each process", meaning: "The pod's UID, by the downward API; without it a restarted sidecar is a stranger to its own Lease and waits" }),

  row("LEASE_NAME", { section: "Lease", type: subdomain, defaultText: "cardano-node-leader; with POOL_ID: cardano-leader-{network}-{pool_short}", meaning: "The Lease that elects the one forging node of this cluster" }),
  row("PREVIOUS_LEASE_NAMES", { section: "Lease", type: { kind: "names" }, defaultText: "cardano-node-leader if LEASE_NAME is another", meaning: "Older names of this lock, separated by commas: each must be vacant or silent for the wait, and is marked as moved, before the first claim; empty for none" }),
  row("LEASE_DURATION", { section: "Lease", type: { kind: "number", unit: "seconds", min: 5, max: 300, whole: true }, fallback: "15", meaning: "How long others wait before they take a silent Lease over" }),
  row("RENEW_DEADLINE", { section: "Lease", type: seconds(0.5, 300), defaultText: "9; min(0.6·LEASE_DURATION, 0.99·LEASE_DURATION/1.01 − FENCE_TIMEOUT − 0.3)", meaning: "How long a leader may forge after its last successful renewal was sent" }),
  row("FENCE_TIMEOUT", { section: "Lease", type: seconds(2, 120), fallback: "4", meaning: "Within this a node has stopped forging or is killed" }),
  row("API_TIMEOUT", { section: "Lease", type: seconds(0.2, 120), fallback: "2", meaning: "Deadline of one request to the API server" }),
  row("SLEEP_INTERVAL", { section: "Lease", type: seconds(0.2, 3600), fallback: "5", meaning: "Renewals are sent every min(SLEEP_INTERVAL, LEASE_DURATION/4), and each second after a failure" }),

  row("NODE_SOCKET", { section: "Node", type: path, fallback: "/ipc/node.socket", meaning: "The node's socket; a node is ready when it accepts a connection" }),
  row("SOCKET_WAIT_TIMEOUT", { section: "Node", type: seconds(1, 604_800), fallback: "600", meaning: "After this long without a ready node /health is 503; waiting goes on" }),
  row("DISABLE_SOCKET_CHECK", { section: "Node", type: { kind: "boolean" }, fallback: "false", meaning: "For trials without a node: nothing is confirmed" }),
  row("CARDANO_NODE_PROCESS_NAME", { section: "Node", type: anyText, fallback: "cardano-node", meaning: "Name by which the node's process is found" }),
  row("NODE_METRICS_URL", { section: "Node", type: { kind: "url" }, fallback: "http://127.0.0.1:12798/metrics", meaning: "The node's own metrics, by which starts and stops are confirmed; empty if it has none" }),

  row("SOURCE_KES_KEY", { section: "Credentials", type: path, fallback: "/secrets/kes.skey", meaning: "KES signing key, as mounted from the Secret" }),
  row("SOURCE_VRF_KEY", { section: "Credentials", type: path, fallback: "/secrets/vrf.skey", meaning: "VRF signing key, as mounted from the Secret" }),
  row("SOURCE_OP_CERT", { section: "Credentials", type: path, fallback: "/secrets/node.cert", meaning: "Operational certificate, as mounted from the Secret" }),
  row("TARGET_KES_KEY", { section: "Credentials", type: path, fallback: "/ipc/kes.skey", meaning: "Where the node reads its KES key" }),
  row("TARGET_VRF_KEY", { section: "Credentials", type: path, fallback: "/ipc/vrf.skey", meaning: "Where the node reads its VRF key" }),
  row("TARGET_OP_CERT", { section: "Credentials", type: path, fallback: "/ipc/node.cert", meaning: "Where the node reads its operational certificate" }),
  row("STATE_DIR", { section: "Credentials", type: path, defaultText: "folder of TARGET_KES_KEY", meaning: "Where the permit file lies, which lets a restarted sidecar keep its node forging" }),

  row("CRD_GROUP", { section: "Status resource", type: subdomain, fallback: "cardano.io", meaning: "API group of CardanoLeader" }),
  row("CRD_VERSION", { section: "Status resource", type: version, fallback: "v1", meaning: "API version of CardanoLeader" }),
  row("CRD_PLURAL", { section: "Status resource", type: label, fallback: "cardanoleaders", meaning: "Plural of CardanoLeader" }),
  row("CRD_NAME", { section: "Status resource", type: subdomain, defaultText: "cardano-leader; with POOL_ID: LEASE_NAME", meaning: "The CardanoLeader that shows who leads" }),

  row("CARDANO_NETWORK", { section: "Network and pool", type: { kind: "text", pattern: /^[a-z0-9]([-a-z0-9]{0,30}[a-z0-9])?$/, allowed: "mainnet, preprod, preview, or a name of your own: lower-case letters, digits and -, at most 32 characters" }, fallback: "mainnet", meaning: "The network; a name other than mainnet, preprod and preview needs NETWORK_MAGIC" }),
  row("NETWORK_MAGIC", { section: "Network and pool", type: { kind: "number", unit: "", min: 0, max: 4_294_967_295, whole: true }, defaultText: "by network: mainnet 764824073, preprod 1, preview 2", meaning: "The network's magic number; another than the named network's is refused" }),
  row("GENESIS_START", { section: "Network and pool", type: { kind: "instant" }, defaultText: "by network; unknown of a custom one", meaning: "Of a custom network, so that KES periods are known: when slot 0 would lie had all slots lasted one second, which without a Byron era is its systemStart; as 2026-01-02T03:04:05Z or seconds since 1970" }),
  row("SLOTS_PER_KES_PERIOD", { section: "Network and pool", type: { kind: "number", unit: "", min: 1, max: 10_000_000, whole: true }, fallback: "129600", meaning: "slotsPerKESPeriod of a custom network's Shelley genesis; goes with GENESIS_START" }),
  row("MAX_KES_EVOLUTIONS", { section: "Network and pool", type: { kind: "number", unit: "", min: 1, max: 64, whole: true }, fallback: "62", meaning: "maxKESEvolutions of a custom network's Shelley genesis: for so many KES periods a certificate holds; goes with GENESIS_START" }),
  row("POOL_ID", { section: "Network and pool", type: { kind: "text", pattern: /^[A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?$/, allowed: "pool1… in full, or a unique text of letters, digits, -, _ and ., at most 63 characters" }, meaning: "The pool; in its full form it must agree with POOL_ID_HEX and the certificate" }),
  row("POOL_ID_HEX", { section: "Network and pool", type: { kind: "text", pattern: /^[0-9a-fA-F]{56}$/, allowed: "56 hexadecimal digits" }, meaning: "The pool's id in hexadecimal" }),
  row("POOL_NAME", { section: "Network and pool", type: { kind: "text", pattern: /^[^\p{Cc}]{1,50}$/u, allowed: "at most 50 printable characters" }, meaning: "The pool's name, for display" }),
  row("POOL_TICKER", { section: "Network and pool", type: { kind: "text", pattern: /^[A-Z0-9]{1,5}$/, allowed: "1 to 5 upper-case letters and digits" }, meaning: "The pool's ticker, for display" }),
  row("APPLICATION_TYPE", { section: "Network and pool", type: { kind: "choice", choices: ["block-producer", "relay-only", "monitoring", "custom"] }, fallback: "block-producer", meaning: "Label of metrics and resources" }),

  row("ENABLE_CLUSTER_MANAGEMENT", { section: "Cluster management", type: { kind: "boolean" }, fallback: "false", meaning: "Several clusters hold the pool's keys, and one of them forges; all of them need it, and the same coordination API" }),
  row("CLUSTER_REGION", { section: "Cluster management", type: { kind: "text", pattern: REGION, allowed: "2 to 20 lower-case letters, digits and -" }, defaultText: "– (required with cluster management, unless CLUSTER_IDENTIFIER, CLUSTER_NAME or CLUSTER_CRD_NAME names the cluster)", meaning: "Where the cluster is; no other cluster of the pool may have the same" }),
  row("CLUSTER_IDENTIFIER", { section: "Cluster management", type: label, meaning: "Names the cluster where CLUSTER_REGION or POOL_ID does not" }),
  row("CLUSTER_NAME", { section: "Cluster management", type: label, meaning: "Older name of CLUSTER_IDENTIFIER" }),
  row("CLUSTER_ENVIRONMENT", { section: "Cluster management", type: { kind: "choice", choices: ["production", "staging", "development", "testing"] }, fallback: "production", meaning: "Label of the cluster's resource" }),
  row("CLUSTER_PRIORITY", { section: "Cluster management", type: { kind: "number", unit: "", min: 1, max: 999, whole: true }, fallback: "100", meaning: "Base priority when the resource is created, 1 goes first; later the resource decides" }),
  row("HEALTH_CHECK_ENDPOINT", { section: "Cluster management", type: { kind: "url" }, meaning: "Called by the cluster's leader, 2xx is healthy; for the resource when it is created" }),
  row("HEALTH_CHECK_INTERVAL", { section: "Cluster management", type: { kind: "duration", minMs: 1_000, maxMs: 86_400_000 }, fallback: "30", meaning: "From call to call, in seconds or as 30s, 2m, 1h; for the resource when it is created" }),
  row("HEALTH_CHECK_TIMEOUT", { section: "Cluster management", type: { kind: "duration", minMs: 1_000, maxMs: 3_600_000 }, fallback: "10", meaning: "For one whole call, in seconds or as 30s, 2m; for the resource when it is created" }),
  row("HEALTH_CHECK_FAILURE_THRESHOLD", { section: "Cluster management", type: { kind: "number", unit: "", min: 1, max: 10, whole: true }, fallback: "3", meaning: "Failed calls after which the cluster counts as unhealthy; for the resource when it is created" }),
  row("CLUSTER_CRD_GROUP", { section: "Cluster management", type: subdomain, fallback: "cardano.io", meaning: "API group of CardanoForgeCluster" }),
  row("CLUSTER_CRD_VERSION", { section: "Cluster management", type: version, fallback: "v1", meaning: "API version of CardanoForgeCluster" }),
  row("CLUSTER_CRD_PLURAL", { section: "Cluster management", type: label, fallback: "cardanoforgeclusters", meaning: "Plural of CardanoForgeCluster" }),
  row("CLUSTER_CRD_NAME", { section: "Cluster management", type: subdomain, defaultText: "{network}-{pool_short}-{region}; without POOL_ID CLUSTER_IDENTIFIER, else {network}-{region}", meaning: "The CardanoForgeCluster of this cluster; no other cluster may have the same" }),

  row("COORDINATION_KUBECONFIG", { section: "Coordination of clusters", type: path, defaultText: "the local API server", meaning: "Path of a kubeconfig for the API server that all clusters share" }),
  row("COORDINATION_CONTEXT", { section: "Coordination of clusters", type: anyText, defaultText: "the kubeconfig's current context", meaning: "Context of COORDINATION_KUBECONFIG" }),
  row("COORDINATION_NAMESPACE", { section: "Coordination of clusters", type: label, defaultText: "NAMESPACE; required with COORDINATION_KUBECONFIG", meaning: "Namespace of the CardanoForgeClusters and the forge Lease, the same for all clusters" }),
  row("FORGE_LEASE_NAME", { section: "Coordination of clusters", type: subdomain, defaultText: "cardano-forge-{network}-{pool_short}", meaning: "The Lease that elects the one forging cluster; the same for all clusters" }),
  row("FORGE_LEASE_DURATION", { section: "Coordination of clusters", type: { kind: "number", unit: "seconds", min: 5, max: 300, whole: true }, fallback: "30", meaning: "How long other clusters wait before they take a silent forge Lease over" }),
  row("FORGE_RENEW_DEADLINE", { section: "Coordination of clusters", type: seconds(0.5, 300), defaultText: "18; as RENEW_DEADLINE, from FORGE_LEASE_DURATION", meaning: "How long a cluster may forge after the last successful renewal of the forge Lease was sent" }),
  row("FAILBACK_DELAY", { section: "Coordination of clusters", type: seconds(0, 86_400), fallback: "300", meaning: "How long a better cluster must have recovered before it gets forging back; an operator's edit does not wait" }),
  row("HEARTBEAT_INTERVAL", { section: "Coordination of clusters", type: seconds(1, 600), fallback: "10", meaning: "How often a cluster's leader writes its status though nothing changed" }),
  row("CLUSTER_STALE_AFTER", { section: "Coordination of clusters", type: seconds(5, 3600), fallback: "60", meaning: "Without a heartbeat for this long a cluster counts as absent; at least twice HEARTBEAT_INTERVAL" }),

  row("METRICS_PORT", { section: "Endpoints and log", type: port, fallback: "8000", meaning: "Port of /startup-status, /health, /readyz, /status and /metrics" }),
  row("GUARD_PORT", { section: "Endpoints and log", type: port, fallback: "8001", meaning: "Port of /node-live, for the node container's liveness probe" }),
  row("LOG_LEVEL", { section: "Endpoints and log", type: { kind: "choice", choices: ["DEBUG", "INFO", "WARNING", "ERROR"] }, fallback: "INFO", meaning: "The least level that is logged" }),
  row("LOG_FORMAT", { section: "Endpoints and log", type: { kind: "choice", choices: ["json", "text"] }, fallback: "json", meaning: "One JSON object a line, or text for people" }),

  row("KUBECONFIG", { section: "Kubernetes access", type: path, defaultText: "in a cluster: the service account; else ~/.kube/config", meaning: "Path of one kubeconfig file, used instead of the pod's service account" }),
  row("KUBE_CONTEXT", { section: "Kubernetes access", type: anyText, defaultText: "the kubeconfig's current context", meaning: "Context of the kubeconfig" }),
  row("KUBERNETES_SERVICE_ACCOUNT_DIR", { section: "Kubernetes access", type: path, fallback: "/var/run/secrets/kubernetes.io/serviceaccount", meaning: "Folder of the service account's token and ca.crt; set it in tests only" }),
] as const;

export type SettingName = typeof SETTINGS[number]["name"];
