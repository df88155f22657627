// Owns reading a CardanoForgeCluster: what decisions need of it, or the field that makes it useless.
// Never guesses: what the definition would refuse is refused here too, since a store may hold it still.

import { parseDurationMs } from "../config/duration.ts";
import type {
  ClusterHealthCheck,
  ClusterOverride,
  ClusterReport,
  ClusterResource,
  ClusterSpec,
  UnusableCluster,
} from "../core/cluster.ts";
import { isCondition } from "./conditions.ts";
import { FieldReader } from "./field_reader.ts";
import { type ForgeClusterStatus, parseForgeClusterStatus } from "./forge_cluster_status.ts";
import { isNonEmptyString, isObject, type JsonObject } from "./json_shape.ts";
import { parseRfc3339 } from "../config/rfc3339.ts";

export const FORGE_CLUSTER_KIND = "CardanoForgeCluster";

/** Of one object, also where it is of no use to decisions. */
export interface ForgeClusterObject {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly labels: Readonly<Record<string, string>>;
  /** As it stands, to be written again should it be deleted; undefined where it is no object. */
  readonly rawSpec: JsonObject | undefined;
}

/** One that decisions can use. */
export interface UsableForgeCluster extends ForgeClusterObject {
  readonly kind: "usable";
  readonly resource: ClusterResource;
  /** Undefined while nobody wrote one, or one of another shape (an older manager's). */
  readonly status: ForgeClusterStatus | undefined;
}

export interface UnusableForgeCluster extends ForgeClusterObject {
  readonly kind: "unusable";
  readonly problem: UnusableCluster;
}

export type ForgeCluster = UsableForgeCluster | UnusableForgeCluster;

const NETWORK_LABEL = "cardano.io/network";
const WHOLE = { min: 0, max: Number.MAX_SAFE_INTEGER };
const TIME = { parse: parseRfc3339, expected: "a time like 2026-01-02T03:04:05Z" };
const DURATION = {
  parse: (text: string) => parseDurationMs(text) || undefined,
  expected: "a duration like 30s, 2m, 1h",
};

/** Undefined for what is no object of the API at all: an answer gone wrong, and no cluster's fault. */
export function parseForgeCluster(
  value: unknown,
  { apiVersion }: { readonly apiVersion: string },
): ForgeCluster | undefined {
  if (!isObject(value) || !isObject(value.metadata)) return undefined;
  const { name, uid, resourceVersion, labels } = value.metadata;
  if (!isNonEmptyString(name) || !isNonEmptyString(uid) || !isNonEmptyString(resourceVersion)) {
    return undefined;
  }
  const object: ForgeClusterObject = {
    name,
    uid,
    resourceVersion,
    labels: isObject(labels) ? labels as Readonly<Record<string, string>> : {},
    rawSpec: isObject(value.spec) ? value.spec : undefined,
  };
  const whole = FieldReader.of("", value);
  whole.choice("apiVersion", [apiVersion]);
  whole.choice("kind", [FORGE_CLUSTER_KIND]);
  whole.require("spec");
  const generation = whole.object("metadata").integer("generation", WHOLE) ?? 0;
  const spec = readSpec(whole.object("spec"), object.labels);
  const report = whole.has("status") ? readReport(whole.object("status")) : undefined;
  if (whole.problem !== undefined) {
    return { ...object, kind: "unusable", problem: { name, ...whole.problem } };
  }
  return {
    ...object,
    kind: "usable",
    resource: { name, generation, spec, report },
    status: parseForgeClusterStatus(value.status),
  };
}

function readSpec(spec: FieldReader, labels: Readonly<Record<string, string>>): ClusterSpec {
  spec.require("network", "region");
  const pool = spec.object("pool");
  const idHex = pool.text("idHex", { pattern: /^[0-9a-fA-F]{56}$/, expected: "56 hex digits" });
  return {
    network: readNetwork(spec.object("network"), labels[NETWORK_LABEL]),
    poolIdHex: idHex?.toLowerCase(),
    region: spec.text("region", {
      pattern: /^[a-z0-9-]{2,20}$/,
      expected: "2 to 20 lower-case letters, digits and -",
    }) ?? "",
    forgeState: spec.choice("forgeState", ["Enabled", "Disabled", "Priority-based"]) ??
      "Priority-based",
    priority: spec.integer("priority", { min: 1, max: 999 }) ?? 100,
    healthCheck: readHealthCheck(spec.object("healthCheck")),
    override: readOverride(spec.object("override")),
  };
}

/** The schema calls every other network `custom`; then the label tells which. */
function readNetwork(network: FieldReader, label: string | undefined): string {
  network.require("name", "magic");
  const name = network.choice("name", ["mainnet", "preprod", "preview", "custom"]) ?? "";
  network.integer("magic", { min: 0, max: 4_294_967_295 });
  if (name === "custom") return label ?? name;
  if (name !== "" && label !== undefined && label !== name) {
    network.refuse("name", `is "${name}", and the label ${NETWORK_LABEL} is "${label}"`);
  }
  return name;
}

function readHealthCheck(check: FieldReader): ClusterHealthCheck {
  const enabled = check.flag("enabled") ?? false;
  const endpoint = check.text("endpoint", {
    pattern: /^(https?:\/\/[^/]|$)/i,
    expected: "an http:// or https:// address",
  }) ?? "";
  if (enabled && endpoint === "") check.refuse("endpoint", "is missing in an enabled check");
  return {
    enabled,
    endpoint: endpoint === "" ? undefined : endpoint,
    intervalMs: check.parsed("interval", DURATION) ?? 30_000,
    timeoutMs: check.parsed("timeout", DURATION) ?? 10_000,
    failureThreshold: check.integer("failureThreshold", { min: 1, max: 10 }) ?? 3,
    headers: check.texts("headers") ?? {},
  };
}

function readOverride(override: FieldReader): ClusterOverride {
  return {
    enabled: override.flag("enabled") ?? false,
    reason: override.text("reason") ?? "",
    expiresAt: override.parsed("expiresAt", TIME),
    forcePriority: override.integer("forcePriority", { min: 1, max: 999 }),
    forceState: override.choice("forceState", ["Enabled", "Disabled"]),
  };
}

/** A status that nobody's heartbeat is on is no report. */
function readReport(status: FieldReader): ClusterReport | undefined {
  const health = status.object("healthStatus");
  const conditions = status.list("conditions", { isItem: isObject, expected: "conditions" }) ?? [];
  const report = {
    lastHeartbeatTime: status.text("lastHeartbeatTime") ?? "",
    forgeEpoch: status.integer("forgeEpoch", WHOLE),
    ready: conditions.filter(isCondition).some(({ type, status }) =>
      type === "Ready" && status === "True"
    ),
    activeLeader: status.text("activeLeader") ?? "",
    consecutiveFailures: health.integer("consecutiveFailures", WHOLE) ?? 0,
    healthy: health.flag("healthy") ?? true,
    farBehind: status.flag("nodeFarBehind") ?? false,
    betterSince: status.parsed("betterSince", TIME),
  };
  return report.lastHeartbeatTime === "" ? undefined : report;
}
