// Owns the definition of CardanoLeader.
// Never knows what is written into one: leader_status.ts does.

import { conditionsSchema, type CustomResourceDefinition, define } from "./definition.ts";

export const CARDANO_LEADER: CustomResourceDefinition = define({
  names: {
    kind: "CardanoLeader",
    singular: "cardanoleader",
    plural: "cardanoleaders",
    shortNames: ["cleader"],
    categories: ["cardano"],
  },
  columns: [
    { name: "Leader Pod", type: "string", jsonPath: ".status.leaderPod" },
    { name: "Forging", type: "boolean", jsonPath: ".status.forgingEnabled" },
    { name: "Last Transition", type: "date", jsonPath: ".status.lastTransitionTime" },
    { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
  ],
  description: "Which replica of one pool's block producer leads, and whether it forges.",
  spec: {
    type: "object",
    properties: {
      namespace: { type: "string", description: "Namespace of the block producer." },
      description: { type: "string", description: "For people." },
    },
  },
  status: {
    type: "object",
    properties: {
      leaderPod: {
        type: "string",
        description: "Name of the leading pod; empty while none leads.",
      },
      forgingEnabled: {
        type: "boolean",
        description: "Whether that pod's node was seen to forge.",
      },
      lastTransitionTime: {
        type: "string",
        format: "date-time",
        description: "When leaderPod or forgingEnabled last changed.",
      },
      reason: { type: "string", description: "Why, as a code." },
      message: { type: "string", description: "Why, for people." },
      observedGeneration: { type: "integer", format: "int64" },
      conditions: conditionsSchema(
        "LeaderElected, ForgingConfirmed, CredentialsValid, NodeReady and KesExpiring.",
      ),
    },
  },
});
