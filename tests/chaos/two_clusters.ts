// Owns the larger world of campaigns: two clusters of two replicas, and the API where they meet.
// Never lets the clusters see each other by any other way.

import type { Random } from "../simulation/random.ts";
import { Clusters, FORGE_LEASE_DURATION_MS, startClusterServers } from "../support/clusters.ts";
import type { Cluster } from "../support/cluster.ts";
import { LEASE_DURATION_MS } from "../support/replicas.ts";
import { chaosReplica } from "./chaos_replica.ts";
import type { ChaosLease, ChaosLink, ChaosPod, ChaosServer, ChaosWorld } from "./world.ts";

/** As of one cluster, and the forge lease's wait and the rank's after the local one's. */
const RECOVERY_BOUND_MS = 120_000;

export async function startTwoClusters(random: Random): Promise<ChaosWorld> {
  await using made = new AsyncDisposableStack();
  const servers = made.use(await startClusterServers());
  const replicas = [chaosReplica(random), chaosReplica(random)];
  const clusters = made.use(
    await Clusters.make({ servers, namespace: "chaos", east: { replicas }, west: { replicas } }),
  );
  const hub: ChaosServer = { name: "hub", api: servers.hub };
  const local = (cluster: Cluster): ChaosServer => ({
    name: cluster.key,
    api: cluster.replicas.server,
  });
  const hubLink = ({ key, hubNetwork }: Cluster): ChaosLink => ({
    name: `${key} to hub`,
    network: hubNetwork,
    server: hub.name,
  });
  const pods = clusters.both.flatMap((cluster) =>
    cluster.replicas.all.map((replica): ChaosPod => {
      const label = `${cluster.key}/${replica.key}`;
      const own = { name: label, network: replica.network, server: cluster.key };
      return { label, replica, links: [own, hubLink(cluster)] };
    })
  );
  const clusterOf = ({ label }: ChaosPod) =>
    clusters.both.find(({ key }) => label.startsWith(`${key}/`));
  const localLeases = clusters.both.map((cluster): ChaosLease => ({
    name: `${cluster.key} ${cluster.replicas.leaseName}`,
    server: local(cluster),
    path: cluster.replicas.leasePath(),
    durationMs: LEASE_DURATION_MS,
    isHeldBy: (holder, pod) => clusterOf(pod) === cluster && holder === pod.replica.pod.name,
    concerns: (pod) => clusterOf(pod) === cluster,
  }));
  const forgeLease: ChaosLease = {
    name: clusters.hub.leaseName,
    server: hub,
    path: clusters.east.replicas.leasePath(clusters.hub.leaseName),
    durationMs: FORGE_LEASE_DURATION_MS,
    isHeldBy: (holder, pod) => holder.startsWith(`${clusterOf(pod)?.name}@`),
    concerns: () => true,
  };
  await clusters.startInOrder();
  const owned = made.move();
  return {
    kind: "two clusters",
    pods,
    links: [...pods.flatMap(({ links }) => links.slice(0, 1)), ...clusters.both.map(hubLink)],
    servers: [hub, ...clusters.both.map(local)],
    leases: [...localLeases, forgeLease],
    clusters: clusters.both,
    recoveryBoundMs: RECOVERY_BOUND_MS,
    keys: clusters.keys,
    install: (keys) => clusters.both.forEach(({ replicas }) => replicas.secret.replace(keys)),
    [Symbol.asyncDispose]: async () => {
      for (const server of Object.values(servers)) if ("thaw" in server) server.thaw();
      await owned.disposeAsync();
    },
  };
}
