// Owns a CardanoLeader definition just large enough for the contract cases.
// Never installed anywhere else. TODO(#3): take CUSTOM_RESOURCE_DEFINITIONS of lib/kubernetes/crds.ts.

const text = { type: "string" };

const condition = {
  type: "object",
  required: ["type", "status"],
  properties: {
    type: text,
    status: text,
    reason: text,
    message: text,
    lastTransitionTime: { type: "string", format: "date-time" },
  },
};

const status = {
  type: "object",
  properties: {
    leaderPod: text,
    forgingEnabled: { type: "boolean" },
    conditions: {
      type: "array",
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["type"],
      items: condition,
    },
  },
};

export const LEADER_CRD = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "cardanoleaders.cardano.io" },
  spec: {
    group: "cardano.io",
    scope: "Namespaced",
    names: {
      plural: "cardanoleaders",
      singular: "cardanoleader",
      kind: "CardanoLeader",
      listKind: "CardanoLeaderList",
    },
    versions: [{
      name: "v1",
      served: true,
      storage: true,
      subresources: { status: {} },
      schema: {
        openAPIV3Schema: {
          type: "object",
          properties: { spec: { type: "object", properties: { description: text } }, status },
        },
      },
    }],
  },
};
