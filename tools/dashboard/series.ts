// Owns how the dashboard asks for series: those of the chosen pool and clusters, and no others.
// Never a panel.

/** Of series that name the pool themselves. */
export const POOL = 'network=~"$network", pool_id=~"$pool_id", namespace=~"$namespace"';
export const CLUSTER = 'cluster=~"$cluster"';
export const POOLS_CLUSTER = `network=~"$network", pool_id=~"$pool_id", ${CLUSTER}`;
export const FORGING = `cardano_forging_enabled{${POOL}}`;

/** A replica's own series, with the pod and the pool of the same target. */
export function own(series: string): string {
  return `cardano_forge_manager_${series} * on (cluster, job, instance) ` +
    `group_left (pod_name, network, pool_id) cardano_forge_manager_info{${POOL}}`;
}

/** Picks the targets of the pool, and adds nothing. */
const OF_POOL = `* on (cluster, job, instance) group_left () cardano_forge_manager_info{${POOL}}`;

/** How often a counter rose, by reason; nothing where it did not. */
export function happened(counter: string): string {
  return `sum by (reason) (round(increase(${counter}[$__rate_interval])) ${OF_POOL}) > 0`;
}

export function begun(counter: string): string {
  const before = `(${counter} offset $__rate_interval or ${counter} * 0)`;
  return `sum by (reason) ((${counter} - ${before}) ${OF_POOL}) > 0`;
}

/** A series with `pod`, by the name that the others are joined by. */
export function named(series: string): string {
  return `max by (pod_name) (label_replace(${series}, "pod_name", "$1", "pod", "(.*)"))`;
}
