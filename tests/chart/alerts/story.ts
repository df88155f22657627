// Owns what a story of an alert is, and the names of the series that stories are told in.
// Never says what an alert's annotations are: they are read from the rules.

/** One alert as it fires: all its labels but alertname and severity, and $value as its texts show it. */
export interface Firing {
  readonly severity: "info" | "warning" | "critical";
  readonly labels: Readonly<Record<string, string>>;
  readonly value?: string;
}

export interface Story {
  readonly alert: string;
  readonly tells: string;
  /** In promtool's notation, a sample each 30 s: `1x3` is four of them. */
  readonly series: Readonly<Record<string, string>>;
  /** What fires at these times. */
  readonly at: Readonly<Record<string, readonly Firing[]>>;
}

export const POOL = { network: "mainnet", pool_id: "pool1a" };
export const OTHER_POOL = { network: "mainnet", pool_id: "pool1b" };
export const NAMESPACE = { namespace: "cardano" };

/** A target as a PodMonitor of the chart makes it. */
function target(pod: string, job = "cardano/pool-a") {
  return { job, instance: `${pod}:8000`, ...NAMESPACE, pod };
}

/** cardano_forging_enabled and cardano_leader_status. */
export function replica(name: string, pod: string, pool = POOL): string {
  return series(`cardano_${name}`, { ...target(pod), ...pool, application: "block-producer" });
}

/** One of the replica's own series, without a pool. */
export function own(name: string, pod: string, labels: Record<string, string> = {}): string {
  return series(`cardano_forge_manager_${name}`, { ...target(pod), ...labels });
}

export function info(pod: string, pool = POOL): string {
  return own("info", pod, { ...pool, pod_name: pod, version: "1.2.3" });
}

/** A series of a cluster, from its local leader. */
export function clusters(name: string, cluster: string, { leader = `${cluster}-0` } = {}): string {
  return series(`cardano_cluster_${name}`, { ...target(leader), cluster });
}

/** As above, of those that name the pool. */
export function pools(
  name: string,
  region: string,
  { leader = `${region}-0`, pool = POOL } = {},
): string {
  const labels = { ...target(leader), cluster: `mainnet-${region}`, region, ...pool };
  return series(`cardano_cluster_${name}`, labels);
}

function series(name: string, labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return `${name}{${pairs.join(",")}}`;
}
