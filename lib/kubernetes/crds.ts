// Owns the CustomResourceDefinitions: what `crds` prints and what the chart's files are checked against.
// Never installs them: that takes rights the program must not have.

import { type PlainValue, toYaml } from "./yaml.ts";

export interface CustomResourceDefinition {
  readonly apiVersion: "apiextensions.k8s.io/v1";
  readonly kind: "CustomResourceDefinition";
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: { readonly [key: string]: PlainValue };
}

const LABELS = { "app.kubernetes.io/part-of": "cardano-forge-manager" };

/** As k8s.io/apimachinery's metav1.Condition has it. */
const CONDITION: PlainValue = {
  type: "object",
  required: ["type", "status", "lastTransitionTime", "reason", "message"],
  properties: {
    type: {
      type: "string",
      maxLength: 316,
      pattern:
        "^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$",
    },
    status: { type: "string", enum: ["True", "False", "Unknown"] },
    observedGeneration: { type: "integer", format: "int64", minimum: 0 },
    lastTransitionTime: { type: "string", format: "date-time" },
    reason: {
      type: "string",
      minLength: 1,
      maxLength: 1024,
      pattern: "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$",
    },
    message: { type: "string", maxLength: 32_768 },
  },
};

const CARDANO_LEADER: CustomResourceDefinition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "cardanoleaders.cardano.io", labels: LABELS },
  spec: {
    group: "cardano.io",
    scope: "Namespaced",
    names: {
      plural: "cardanoleaders",
      singular: "cardanoleader",
      kind: "CardanoLeader",
      listKind: "CardanoLeaderList",
      shortNames: ["cleader"],
      categories: ["cardano"],
    },
    versions: [{
      name: "v1",
      served: true,
      storage: true,
      subresources: { status: {} },
      additionalPrinterColumns: [
        { name: "Leader Pod", type: "string", jsonPath: ".status.leaderPod" },
        { name: "Forging", type: "boolean", jsonPath: ".status.forgingEnabled" },
        { name: "Last Transition", type: "date", jsonPath: ".status.lastTransitionTime" },
        { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
      ],
      schema: {
        openAPIV3Schema: {
          type: "object",
          description: "Which replica of one pool's block producer leads, and whether it forges.",
          properties: {
            apiVersion: { type: "string" },
            kind: { type: "string" },
            metadata: { type: "object" },
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
                conditions: {
                  type: "array",
                  description: "LeaderElected, ForgingConfirmed, CredentialsValid and NodeReady.",
                  "x-kubernetes-list-type": "map",
                  "x-kubernetes-list-map-keys": ["type"],
                  items: CONDITION,
                },
              },
            },
          },
        },
      },
    }],
  },
};

export const CUSTOM_RESOURCE_DEFINITIONS: readonly CustomResourceDefinition[] = [CARDANO_LEADER];

/** For `kubectl apply -f -`. */
export function crdsYaml(): string {
  return CUSTOM_RESOURCE_DEFINITIONS.map(crdYaml).join("---\n");
}

/** One of them, as the chart's file of the same name has it. */
export function crdYaml(crd: CustomResourceDefinition): string {
  return toYaml({ ...crd });
}
