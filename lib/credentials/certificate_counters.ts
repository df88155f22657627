// Owns whether the clusters of a pool hold operational certificates of one counter.
// Never says which is right: only the chain knows the last one used.

/**
 * What differs, as a clause; undefined while nothing does. After a block under one counter the chain
 * takes none under a lower one, so that a cluster with it would forge in vain.
 */
export function counterDifference(counters: Readonly<Record<string, number>>): string | undefined {
  const entries = Object.entries(counters);
  if (new Set(entries.map(([, counter]) => counter)).size < 2) return undefined;
  const told = entries.toSorted(([a], [b]) => a < b ? -1 : 1).map(([cluster, counter]) =>
    `${cluster} has ${counter}`
  );
  return told.join(", ");
}
