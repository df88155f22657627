// Owns the smaller world of campaigns: three replicas of one cluster before one API server.
// Never gives two replicas the same clocks.

import type { Random } from "../simulation/random.ts";
import { LEASE_DURATION_MS, Replicas, startClusterApi } from "../support/replicas.ts";
import { chaosReplica } from "./chaos_replica.ts";
import type { ChaosLease, ChaosPod, ChaosWorld } from "./world.ts";

const REPLICAS = 3;
/**
 * The longest back-off (16 s), a node's start, the wait of LEASE_DURATION twice, since a lease may
 * be claimed by one that cannot forge yet, and what a busy machine adds.
 */
const RECOVERY_BOUND_MS = 60_000;

export async function startOneCluster(random: Random): Promise<ChaosWorld> {
  await using made = new AsyncDisposableStack();
  const api = made.use(await startClusterApi());
  const replicas = made.use(
    await Replicas.make({
      server: api,
      namespace: "chaos",
      replicas: Array.from({ length: REPLICAS }, () => chaosReplica(random)),
    }),
  );
  const server = { name: "local", api };
  const pods = replicas.all.map((replica): ChaosPod => ({
    label: replica.key,
    replica,
    links: [{ name: replica.key, network: replica.network, server: server.name }],
  }));
  const lease: ChaosLease = {
    name: replicas.leaseName,
    server,
    path: replicas.leasePath(),
    durationMs: LEASE_DURATION_MS,
    isHeldBy: (holder, pod) => holder === pod.replica.pod.name,
    concerns: () => true,
  };
  for (const { replica } of pods) replica.pod.start();
  await replicas.untilOneForges();
  await replicas.untilAllAreReady();
  const owned = made.move();
  return {
    kind: "one cluster",
    pods,
    links: pods.flatMap(({ links }) => links),
    servers: [server],
    leases: [lease],
    clusters: [],
    recoveryBoundMs: RECOVERY_BOUND_MS,
    keys: replicas.keys,
    install: (keys) => replicas.secret.replace(keys),
    [Symbol.asyncDispose]: async () => {
      api.thaw();
      await owned.disposeAsync();
    },
  };
}
