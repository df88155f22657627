// Owns the schema of a CardanoForgeCluster's spec: ranges, defaults, and the rules between fields.
// Never differs from what forge_cluster_parse.ts takes: what the API accepts the program can use.

import type { PlainValue } from "../yaml.ts";

const IS_UNCHANGED = "self == oldSelf";

/** Go's durations in one unit; six digits of hours are still within their range. */
const DURATION = {
  type: "string",
  maxLength: 7,
  pattern: "^[0-9]+[smh]$",
  "x-kubernetes-validations": [{
    rule: "duration(self) >= duration('1s')",
    message: "must be at least 1s",
  }],
} as const;

const NETWORK: PlainValue = {
  type: "object",
  description: "The Cardano network.",
  required: ["name", "magic"],
  properties: {
    name: {
      type: "string",
      description: "custom for every other network: its own name is the label cardano.io/network.",
      enum: ["mainnet", "preprod", "preview", "custom"],
    },
    magic: {
      type: "integer",
      format: "int64",
      description: "The network's magic number.",
      minimum: 0,
      maximum: 4_294_967_295,
    },
    era: { type: "string", description: "For people.", maxLength: 20, default: "conway" },
  },
  "x-kubernetes-validations": [
    { rule: IS_UNCHANGED, message: "network is immutable" },
    {
      rule: "self.name != 'mainnet' || self.magic == 764824073",
      message: "the magic of mainnet is 764824073",
    },
    {
      rule: "self.name != 'preprod' || self.magic == 1",
      message: "the magic of preprod is 1",
    },
    {
      rule: "self.name != 'preview' || self.magic == 2",
      message: "the magic of preview is 2",
    },
  ],
};

const POOL: PlainValue = {
  type: "object",
  description: "The pool whose keys the cluster holds.",
  properties: {
    id: {
      type: "string",
      description: "As in POOL_ID: the bech32 pool id, or any unique text.",
      minLength: 1,
      maxLength: 63,
    },
    idHex: {
      type: "string",
      description: "The pool id in hexadecimal.",
      pattern: "^[0-9a-fA-F]{56}$",
    },
    name: { type: "string", maxLength: 50 },
    ticker: { type: "string", pattern: "^[A-Z0-9]{1,5}$" },
    description: { type: "string", maxLength: 255 },
  },
  "x-kubernetes-validations": [{
    rule: "has(self.id) == has(self.idHex)",
    message: "id and idHex go together: give both or neither",
  }],
};

const APPLICATION: PlainValue = {
  type: "object",
  description: "What runs there; for people.",
  properties: {
    type: {
      type: "string",
      enum: ["block-producer", "relay-only", "monitoring", "custom"],
      default: "block-producer",
    },
    version: { type: "string", maxLength: 63 },
    environment: {
      type: "string",
      enum: ["production", "staging", "development", "testing"],
      default: "production",
    },
  },
};

const HEALTH_CHECK: PlainValue = {
  type: "object",
  description: "An endpoint that the local leader calls: 2xx is healthy.",
  properties: {
    enabled: { type: "boolean", default: false },
    endpoint: {
      type: "string",
      description: "An http:// or https:// address; empty for none.",
      maxLength: 2048,
      "x-kubernetes-validations": [{
        rule: "self == '' || isURL(self) && url(self).getScheme() in ['http', 'https'] && " +
          "url(self).getHostname() != ''",
        message: "endpoint must be an http:// or https:// address",
      }],
    },
    interval: { ...DURATION, description: "From call to call.", default: "30s" },
    timeout: { ...DURATION, description: "For one whole call.", default: "10s" },
    failureThreshold: {
      type: "integer",
      description: "Failures that make the cluster unhealthy.",
      minimum: 1,
      maximum: 10,
      default: 3,
    },
    headers: {
      type: "object",
      description: "Sent with each call. Whoever may read this object can read them.",
      maxProperties: 20,
      additionalProperties: { type: "string", maxLength: 4096 },
      "x-kubernetes-validations": [{
        rule: "self.all(name, name.matches('^[A-Za-z0-9-]+$'))",
        message: "names of headers are letters, digits and -",
      }],
    },
  },
  "x-kubernetes-validations": [{
    rule: "!self.enabled || has(self.endpoint) && self.endpoint != ''",
    message: "an enabled health check needs an endpoint",
  }],
};

const OVERRIDE: PlainValue = {
  type: "object",
  description: "For a time, in place of forgeState and priority: what it names, and nothing else.",
  properties: {
    enabled: { type: "boolean", default: false },
    reason: { type: "string", description: "For people.", maxLength: 255 },
    expiresAt: {
      type: "string",
      format: "date-time",
      description: "Without it the override is valid until it is removed.",
    },
    forcePriority: { type: "integer", minimum: 1, maximum: 999 },
    forceState: { type: "string", enum: ["Enabled", "Disabled"] },
  },
};

export const FORGE_CLUSTER_SPEC: PlainValue = {
  type: "object",
  description: "What the operator wants. The environment of the pods fills it in once, at first.",
  required: ["network", "region"],
  properties: {
    network: NETWORK,
    pool: POOL,
    application: APPLICATION,
    region: {
      type: "string",
      description: "Where the cluster is; one per cluster of a pool.",
      pattern: "^[a-z0-9-]{2,20}$",
    },
    forgeState: {
      type: "string",
      description:
        "Enabled goes before every Priority-based cluster; Disabled never forges; Priority-based: " +
        "the smallest effective priority forges.",
      enum: ["Enabled", "Disabled", "Priority-based"],
      default: "Priority-based",
    },
    priority: {
      type: "integer",
      description: "The smaller, the sooner it forges.",
      minimum: 1,
      maximum: 999,
      default: 100,
    },
    healthCheck: HEALTH_CHECK,
    override: OVERRIDE,
  },
  // On the spec, since a rule on pool would not see it come or go.
  "x-kubernetes-validations": [{
    rule: "has(self.pool) == has(oldSelf.pool) && (!has(self.pool) || self.pool == oldSelf.pool)",
    message: "pool is immutable",
  }],
};
