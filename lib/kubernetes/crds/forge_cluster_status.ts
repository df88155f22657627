// Owns the schema of a CardanoForgeCluster's status.
// Never refuses what forge_cluster_status.ts builds: it alone writes a status.

import type { PlainValue } from "../yaml.ts";
import { conditionsSchema } from "./definition.ts";

const TIME = { type: "string", format: "date-time" } as const;

const HEALTH_STATUS: PlainValue = {
  type: "object",
  description: "What the health check found.",
  properties: {
    healthy: { type: "boolean" },
    lastProbeTime: { ...TIME, description: "When the last call ended." },
    consecutiveFailures: {
      type: "integer",
      format: "int64",
      description: "Rises with a failure, falls with a success, down to 0.",
      minimum: 0,
    },
    message: { type: "string" },
    responseTime: {
      type: "string",
      description: "Of the last call, for example 120ms.",
      pattern: "^[0-9]+ms$",
    },
  },
};

const CREDENTIALS: PlainValue = {
  type: "object",
  description: "The keys that the cluster holds.",
  properties: {
    kesPeriodStart: { type: "integer", format: "int64", minimum: 0 },
    kesPeriodEnd: { type: "integer", format: "int64", minimum: 0 },
    expiresAt: {
      ...TIME,
      description: "When the KES key can sign no more; absent while the genesis is not known.",
    },
    certificateCounter: { type: "integer", format: "int64", minimum: 0 },
  },
};

export const FORGE_CLUSTER_STATUS: PlainValue = {
  type: "object",
  description:
    "What the cluster's local leader reports. Changes by hand last until its next report.",
  properties: {
    effectiveState: {
      type: "string",
      description: "forgeState, or what a valid override puts in its place.",
      enum: ["Enabled", "Disabled", "Priority-based"],
    },
    effectivePriority: {
      type: "integer",
      format: "int64",
      description: "priority, or what a valid override puts in its place, and the penalties.",
    },
    activeLeader: {
      type: "string",
      description: "The forging pod; empty unless this cluster forges.",
    },
    forgingEnabled: { type: "boolean", description: "Whether that pod's node was seen to forge." },
    lastTransition: {
      ...TIME,
      description: "When activeLeader or forgingEnabled last changed.",
    },
    reason: { type: "string", description: "Why, as a code." },
    message: { type: "string", description: "Why, for people." },
    healthStatus: HEALTH_STATUS,
    conditions: conditionsSchema(
      "Ready, Healthy, LeaderElected, Forging, OverrideActive, CoordinationReachable, " +
        "CoordinationShared, DuplicateClusterName, KesExpiring and CertificateCountersAgree.",
    ),
    observedGeneration: { type: "integer", format: "int64" },
    lastHeartbeatTime: {
      ...TIME,
      description: "When the local leader last wrote; others look only at whether it changes.",
    },
    forgeEpoch: {
      type: "integer",
      format: "int64",
      description:
        "Transitions of the forge lease for which this cluster found that it could claim.",
      minimum: 0,
    },
    betterSince: {
      ...TIME,
      description: "Since when the cluster that forges knows a better one; counts FAILBACK_DELAY.",
    },
    nodeFarBehind: {
      type: "boolean",
      description: "Whether the node's tip is far behind, which is a penalty.",
    },
    credentials: CREDENTIALS,
  },
};
