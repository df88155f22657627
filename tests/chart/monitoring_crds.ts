// Owns definitions of the Prometheus operator's three resources, as far as the charts use them.
// Never more lenient than the operator's own in those fields: an unknown one is refused.

import type { Json } from "../support/api_request.ts";

const TEXT = { type: "string" };
const TEXTS = { type: "array", items: TEXT };
const TEXT_MAP = { type: "object", additionalProperties: TEXT };
const DURATION = {
  type: "string",
  pattern:
    "^(0|(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?)$",
};
const RELABELINGS = {
  type: "array",
  items: object({
    action: TEXT,
    regex: TEXT,
    replacement: TEXT,
    separator: TEXT,
    sourceLabels: TEXTS,
    targetLabel: TEXT,
  }),
};
const ENDPOINTS = {
  type: "array",
  items: object({
    port: TEXT,
    path: TEXT,
    interval: DURATION,
    scrapeTimeout: DURATION,
    honorLabels: { type: "boolean" },
    relabelings: RELABELINGS,
    metricRelabelings: RELABELINGS,
  }),
};
const TARGETS = {
  namespaceSelector: object({ any: { type: "boolean" }, matchNames: TEXTS }),
  selector: object({ matchLabels: TEXT_MAP }, ["matchLabels"]),
};
const RULE = object({
  alert: TEXT,
  record: TEXT,
  expr: { "x-kubernetes-int-or-string": true },
  for: DURATION,
  keep_firing_for: DURATION,
  labels: TEXT_MAP,
  annotations: TEXT_MAP,
}, ["expr"]);

function object(properties: Json, required?: string[]): Json {
  return { type: "object", properties, ...(required === undefined ? {} : { required }) };
}

export const MONITORING_CRDS: readonly Json[] = [
  crd(
    "PodMonitor",
    "podmonitors",
    object({ ...TARGETS, podMetricsEndpoints: ENDPOINTS }, ["selector"]),
  ),
  crd(
    "ServiceMonitor",
    "servicemonitors",
    object({ ...TARGETS, endpoints: ENDPOINTS }, ["selector", "endpoints"]),
  ),
  crd(
    "PrometheusRule",
    "prometheusrules",
    object({
      groups: {
        type: "array",
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["name"],
        items: object({ name: TEXT, interval: DURATION, rules: { type: "array", items: RULE } }, [
          "name",
        ]),
      },
    }),
  ),
];

function crd(kind: string, plural: string, spec: Json): Json {
  const group = "monitoring.coreos.com";
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [{
        name: "v1",
        served: true,
        storage: true,
        schema: { openAPIV3Schema: object({ spec }, ["spec"]) },
      }],
    },
  };
}
