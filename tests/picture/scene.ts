// Owns what happens while the picture's data are recorded: two clusters, and what an operator and chance do to them.
// Never more than one thing at a time, so that the panels can be read.

import { Clusters, startClusterServers } from "../support/clusters.ts";
import { type HealthEndpoint, startHealthEndpoint } from "../support/health_endpoint.ts";
import type { Target } from "./prometheus.ts";

const NAMESPACE = "cardano";
/** As by default, but for the delay before a recovered cluster gets forging back. */
const SETTINGS = {
  FORGE_LEASE_DURATION: "30",
  HEARTBEAT_INTERVAL: "10",
  CLUSTER_STALE_AFTER: "60",
  FAILBACK_DELAY: "45",
  HEALTH_CHECK_INTERVAL: "10s",
  POOL_TICKER: "DEMO",
};

/** The alerts that this scene must raise, and no others. */
export const EXPECTED_ALERTS = [
  "CardanoClusterFailover",
  "CardanoClusterHealthCheckDown",
  "ClusterHealthDegraded",
];

export interface Scene extends AsyncDisposable {
  readonly targets: readonly Target[];
  play(tell: (line: string) => void): Promise<void>;
}

export async function makeScene(): Promise<Scene> {
  await using made = new AsyncDisposableStack();
  const servers = made.use(await startClusterServers());
  const health = made.use(startHealthEndpoint());
  const pods = (region: string) => [0, 1, 2].map((number) => ({ name: `${region}-bp-${number}` }));
  const clusters = made.use(
    await Clusters.make({
      servers,
      namespace: NAMESPACE,
      env: SETTINGS,
      east: {
        region: "eu-west-1",
        replicas: pods("eu"),
        env: { HEALTH_CHECK_ENDPOINT: health.url },
      },
      west: { region: "us-east-1", replicas: pods("us").slice(0, 2) },
    }),
  );
  const targets = clusters.both.flatMap(({ replicas }) =>
    replicas.all.map(({ pod }) => ({
      pod: pod.name,
      namespace: NAMESPACE,
      port: pod.metricsPort,
    }))
  );
  const kept = made.move();
  return {
    targets,
    play: (tell) => play(clusters, { health, tell }),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

async function play(
  clusters: Clusters,
  { health, tell }: { health: HealthEndpoint; tell: (line: string) => void },
): Promise<void> {
  const { east: eu, west: us } = clusters;
  await clusters.startInOrder();
  tell("eu-west-1 forges, us-east-1 stands by");
  await minutes(1.25);

  const leader = await eu.untilForging();
  await leader.pod.terminate();
  eu.start(2);
  const next = await eu.untilForging();
  tell(`${leader.pod.name} was terminated, ${next.pod.name} took over`);
  await minutes(1.25);

  await us.edit({ override: { enabled: true, forcePriority: 1, reason: "maintenance" } });
  await us.untilForging();
  tell("an operator moved forging to us-east-1");
  await minutes(1);

  await us.edit({ override: { enabled: false, forcePriority: null } });
  await eu.untilForging();
  tell("the operator moved it back");
  await minutes(1.25);

  health.setMode("fail");
  await us.untilForging();
  tell("the health endpoint of eu-west-1 failed, us-east-1 took over");
  await minutes(2.5);
}

function minutes(count: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, count * 60_000));
}
