// Owns what the definitions of both custom resources share.
// Never knows a field of either.

import type { PlainValue } from "../yaml.ts";

export interface CustomResourceDefinition {
  readonly apiVersion: "apiextensions.k8s.io/v1";
  readonly kind: "CustomResourceDefinition";
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: { readonly [key: string]: PlainValue };
}

/** What one of our resources adds to the frame of all. */
export interface ResourceType {
  readonly names: {
    readonly kind: string;
    readonly singular: string;
    readonly plural: string;
    readonly shortNames: readonly string[];
    readonly categories: readonly string[];
  };
  readonly columns: readonly PlainValue[];
  readonly description: string;
  /** Fields without which an object is refused. */
  readonly required?: readonly string[];
  readonly spec: PlainValue;
  readonly status: PlainValue;
}

/** A namespaced type of cardano.io/v1 whose status is a subresource. */
export function define(type: ResourceType): CustomResourceDefinition {
  const { kind, singular, plural, shortNames, categories } = type.names;
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: {
      name: `${plural}.cardano.io`,
      labels: { "app.kubernetes.io/part-of": "cardano-forge-manager" },
    },
    spec: {
      group: "cardano.io",
      scope: "Namespaced",
      names: { plural, singular, kind, listKind: `${kind}List`, shortNames, categories },
      versions: [{
        name: "v1",
        served: true,
        storage: true,
        subresources: { status: {} },
        additionalPrinterColumns: type.columns,
        schema: {
          openAPIV3Schema: {
            type: "object",
            description: type.description,
            ...(type.required === undefined ? {} : { required: type.required }),
            properties: {
              apiVersion: { type: "string" },
              kind: { type: "string" },
              metadata: { type: "object" },
              spec: type.spec,
              status: type.status,
            },
          },
        },
      }],
    },
  };
}

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

/** A list of conditions in which each manager owns its own. */
export function conditionsSchema(description: string): PlainValue {
  return {
    type: "array",
    description,
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["type"],
    items: CONDITION,
  };
}
