// Owns how much the benchmark measures: enough for figures to be quoted, or just enough to see that it works.
// Never differs in what is measured.

export interface Extent {
  readonly starts: number;
  /** Of the replicas of one cluster, while nothing happens. */
  readonly steadyMs: number;
  /** Before memory is read of replicas that use a kubeconfig. */
  readonly kubeconfigMs: number;
  readonly handOvers: number;
  readonly losses: number;
  /** Of two clusters, while nothing happens. */
  readonly clustersMs: number;
  /** Of each kind, to the other cluster and back in turn. */
  readonly moves: number;
  /** At most three. */
  readonly clusterLosses: number;
}

/** A watch lasts 4 to 6 minutes, so that six hold a reconnect of each. */
export const WHOLE: Extent = {
  starts: 10,
  steadyMs: 360_000,
  kubeconfigMs: 15_000,
  handOvers: 20,
  losses: 3,
  clustersMs: 120_000,
  moves: 6,
  clusterLosses: 3,
};

export const QUICK: Extent = {
  starts: 2,
  steadyMs: 10_000,
  kubeconfigMs: 1_000,
  handOvers: 2,
  losses: 1,
  clustersMs: 10_000,
  moves: 2,
  clusterLosses: 1,
};
