// Owns the definition of CardanoForgeCluster: names, columns, and its two halves.
// Never knows a field of a half: forge_cluster_spec.ts and forge_cluster_status.ts do.

import { type CustomResourceDefinition, define } from "./definition.ts";
import { FORGE_CLUSTER_SPEC } from "./forge_cluster_spec.ts";
import { FORGE_CLUSTER_STATUS } from "./forge_cluster_status.ts";

export const CARDANO_FORGE_CLUSTER: CustomResourceDefinition = define({
  names: {
    kind: "CardanoForgeCluster",
    singular: "cardanoforgecluster",
    plural: "cardanoforgeclusters",
    shortNames: ["cfc"],
    categories: ["cardano", "blockchain"],
  },
  columns: [
    { name: "Network", type: "string", jsonPath: ".spec.network.name" },
    { name: "Pool", type: "string", jsonPath: ".spec.pool.ticker" },
    { name: "Region", type: "string", jsonPath: ".spec.region" },
    { name: "State", type: "string", jsonPath: ".status.effectiveState" },
    { name: "Priority", type: "integer", jsonPath: ".status.effectivePriority" },
    { name: "Active Leader", type: "string", jsonPath: ".status.activeLeader" },
    { name: "Healthy", type: "boolean", jsonPath: ".status.healthStatus.healthy" },
    { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
    // Priority 1: with -o wide only.
    { name: "Base Priority", type: "integer", jsonPath: ".spec.priority", priority: 1 },
    { name: "Forging", type: "boolean", jsonPath: ".status.forgingEnabled", priority: 1 },
    { name: "Heartbeat", type: "date", jsonPath: ".status.lastHeartbeatTime", priority: 1 },
    { name: "Reason", type: "string", jsonPath: ".status.reason", priority: 1 },
  ],
  description:
    "One cluster that holds a pool's keys: what its operator wants of it, and what its local " +
    "leader reports. Of the clusters with the same labels cardano.io/network and " +
    "cardano.io/pool-id exactly one forges; one without these labels is not looked at.",
  required: ["spec"],
  spec: FORGE_CLUSTER_SPEC,
  status: FORGE_CLUSTER_STATUS,
});
