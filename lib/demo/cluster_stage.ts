// Owns what the demo of several clusters plays on: two regions, and the hub where they meet.
// Never lets a region reach the other but by the hub.

import { type Emulator, startEmulator } from "./emulator.ts";
import { Operator } from "./operator.ts";
import { type KeysOnDisk, makeKeys, replicaMaker, writeKubeconfig } from "./properties.ts";
import { Region } from "./region.ts";
import type { Replica } from "./replica.ts";
import { Stage, type StageOptions } from "./stage.ts";
import { CLUSTER_TIMING_SETTINGS } from "./timings.ts";

/** The favourite first. */
export const REGIONS = ["us", "eu"] as const;
const REPLICAS = 2;
const NAMESPACE = "default";

export class ClusterStage extends Stage {
  readonly regions: readonly Region[];
  readonly operator: Operator;

  constructor(
    emulators: readonly Emulator[],
    { regions, operator }: { regions: readonly Region[]; operator: Operator },
  ) {
    super(emulators, regions.flatMap(({ replicas }) => replicas));
    this.regions = regions;
    this.operator = operator;
  }

  regionOf(replica: Replica): Region {
    const region = this.regions.find(({ replicas }) => replicas.includes(replica));
    if (region === undefined) throw new Error(`Cannot find the region of ${replica.name}`);
    return region;
  }
}

/** Everything but the pods: an API server for each region, and one that is the hub. */
export async function setClusterStage(
  { dir, environment }: StageOptions,
): Promise<ClusterStage> {
  const keys = await makeKeys(dir);
  const makeReplica = replicaMaker({ dir, environment, keys });
  const hub = await startEmulator();
  const emulators = [hub];
  const regions: Region[] = [];
  for (const [index, name] of REGIONS.entries()) {
    const emulator = await startEmulator();
    emulators.push(emulator);
    const toHub = hub.listen(name);
    const env = {
      ...clusterSettings({ region: name, priority: index + 1, keys }),
      COORDINATION_KUBECONFIG: writeKubeconfig(`${dir}/hub-${name}.kubeconfig`, toHub.url),
    };
    const replicas = Array.from(
      { length: REPLICAS },
      (_, index) => makeReplica({ name: `${name}-${index}`, emulator, env }),
    );
    regions.push(new Region({ name, replicas, hub: toHub }));
  }
  const operator = new Operator({
    COORDINATION_KUBECONFIG: writeKubeconfig(`${dir}/operator.kubeconfig`, hub.url),
    COORDINATION_NAMESPACE: NAMESPACE,
    ...CLUSTER_TIMING_SETTINGS,
  });
  return new ClusterStage(emulators, { regions, operator });
}

/** All but the kubeconfig of the hub. */
export function clusterSettings(
  { region, priority, keys }: {
    readonly region: string;
    readonly priority: number;
    readonly keys: Pick<KeysOnDisk, "poolId">;
  },
): Record<string, string> {
  return {
    ...CLUSTER_TIMING_SETTINGS,
    ENABLE_CLUSTER_MANAGEMENT: "true",
    POOL_ID: keys.poolId,
    PREVIOUS_LEASE_NAMES: "", // nothing older ran here
    CLUSTER_REGION: region,
    CLUSTER_CRD_NAME: region, // shorter than with network and pool, for the columns
    CLUSTER_PRIORITY: String(priority),
    COORDINATION_NAMESPACE: NAMESPACE,
  };
}
