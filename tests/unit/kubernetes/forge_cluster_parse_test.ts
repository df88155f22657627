// Owns the proof that a CardanoForgeCluster becomes what decisions need, or names the field at fault.
// Never needs a cluster.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { wallTime } from "../../../lib/core/time.ts";
import {
  type ForgeCluster,
  parseForgeCluster,
  type UsableForgeCluster,
} from "../../../lib/kubernetes/forge_cluster_parse.ts";
import { forgeClusterStatus } from "../../../lib/kubernetes/forge_cluster_status.ts";
import { parseRfc3339 } from "../../../lib/config/rfc3339.ts";
import { ACCEPTED, SPEC as EXAMPLE } from "./forge_cluster_examples.ts";
import { FIRST, NAME, POOL_HEX, VIEW } from "./forge_cluster_objects.ts";

const OPTIONS = { apiVersion: "cardano.io/v1" };
const { status: STATUS } = forgeClusterStatus(VIEW, undefined);
const LABELS = { "cardano.io/network": "mainnet", "cardano.io/pool-id": "pool1abc12" };
const METADATA = { name: NAME, uid: "u-1", resourceVersion: "5", generation: 3, labels: LABELS };
const SPEC = {
  network: { name: "mainnet", magic: 764_824_073 },
  pool: { id: "pool1abc12", idHex: POOL_HEX.toUpperCase(), ticker: "POOL1" },
  region: "us-east-1",
};
const OBJECT = {
  apiVersion: "cardano.io/v1",
  kind: "CardanoForgeCluster",
  metadata: METADATA,
  spec: SPEC,
};

function usable(value: unknown): UsableForgeCluster {
  const cluster = parseForgeCluster(value, OPTIONS);
  assert(cluster?.kind === "usable", JSON.stringify(cluster));
  return cluster;
}

Deno.test("parseForgeCluster() takes the least there can be, with the definition's defaults", () => {
  assertEquals(usable(OBJECT), {
    kind: "usable",
    name: NAME,
    uid: "u-1",
    resourceVersion: "5",
    labels: LABELS,
    rawSpec: SPEC,
    resource: {
      name: NAME,
      generation: 3,
      spec: {
        network: "mainnet",
        poolIdHex: POOL_HEX,
        region: "us-east-1",
        forgeState: "Priority-based",
        priority: 100,
        healthCheck: {
          enabled: false,
          endpoint: undefined,
          intervalMs: 30_000,
          timeoutMs: 10_000,
          failureThreshold: 3,
          headers: {},
        },
        override: {
          enabled: false,
          reason: "",
          expiresAt: undefined,
          forcePriority: undefined,
          forceState: undefined,
        },
      },
      report: undefined,
    },
    status: undefined,
  });
});

Deno.test("parseForgeCluster() takes all that an operator may say", () => {
  const { resource: { spec } } = usable({
    ...OBJECT,
    spec: {
      ...SPEC,
      forgeState: "Disabled",
      priority: 7,
      healthCheck: {
        enabled: true,
        endpoint: "https://health.example",
        interval: "2m",
        timeout: "1h",
        failureThreshold: 5,
        headers: { "X-Key": "v" },
      },
      override: {
        enabled: true,
        reason: "maintenance",
        expiresAt: "2026-01-02T05:04:05+02:00",
        forcePriority: 1,
        forceState: "Enabled",
      },
    },
  });
  assertEquals([spec.forgeState, spec.priority], ["Disabled", 7]);
  assertEquals(spec.healthCheck, {
    enabled: true,
    endpoint: "https://health.example",
    intervalMs: 120_000,
    timeoutMs: 3_600_000,
    failureThreshold: 5,
    headers: { "X-Key": "v" },
  });
  assertEquals(spec.override, {
    enabled: true,
    reason: "maintenance",
    expiresAt: wallTime(Date.parse(FIRST)),
    forcePriority: 1,
    forceState: "Enabled",
  });
});

Deno.test("parseForgeCluster() takes the report that we write", () => {
  const { resource, status } = usable({ ...OBJECT, status: STATUS });
  assertEquals(resource.report, {
    lastHeartbeatTime: FIRST,
    forgeEpoch: 7,
    ready: true,
    activeLeader: "bp-0",
    betterSince: VIEW.betterSince,
    consecutiveFailures: 1,
    healthy: true,
    farBehind: false,
  });
  assertEquals(status, STATUS);
});

Deno.test("parseForgeCluster() takes an older manager's status for none", () => {
  const status = { effectiveState: "Priority-based", activeLeader: "bp-0", forgingEnabled: true };
  const cluster = usable({ ...OBJECT, status });
  assertEquals([cluster.status, cluster.resource.report], [undefined, undefined]);
});

const READINESS: readonly (readonly [conditions: unknown, ready: boolean])[] = [
  [undefined, false],
  [[], false],
  [[{ ...STATUS.conditions[0], status: "Unknown" }], false],
  [[{ ...STATUS.conditions[0], type: "Healthy" }], false],
  [[{ type: "Ready", status: "True" }], false],
  [[{ strange: 1 }, STATUS.conditions[0]], true],
];
for (const [conditions, ready] of READINESS) {
  Deno.test(`parseForgeCluster() finds a cluster of ${JSON.stringify(conditions)} ready: ${ready}`, () => {
    const { resource } = usable({ ...OBJECT, status: { ...STATUS, conditions } });
    assertEquals(resource.report?.ready, ready);
  });
}

const CUSTOM = { name: "custom", magic: 42 };
Deno.test("parseForgeCluster() tells networks of one's own apart by their label", () => {
  const labels = { "cardano.io/network": "sanchonet" };
  const spec = { ...SPEC, network: CUSTOM };
  const labelled = { ...OBJECT, spec, metadata: { ...METADATA, labels } };
  assertEquals(usable(labelled).resource.spec.network, "sanchonet");
  const bare = { ...OBJECT, spec, metadata: { ...METADATA, labels: undefined } };
  assertEquals(usable(bare).resource.spec.network, "custom");
});

for (const [why, fields] of ACCEPTED) {
  Deno.test(`parseForgeCluster() can use what the API accepts: ${why}`, () => {
    const spec = { ...EXAMPLE, ...fields };
    usable({ ...OBJECT, metadata: { ...METADATA, labels: {} }, spec });
  });
}

const override = (fields: unknown) => ({ spec: { ...SPEC, override: fields } });
const check = (fields: unknown) => ({ spec: { ...SPEC, healthCheck: fields } });
const network = (fields: unknown) => ({ spec: { ...SPEC, network: fields } });
const status = (fields: object) => ({ status: { ...STATUS, ...fields } });

const UNUSABLE: readonly (readonly [fields: object, field: string, problem: string])[] = [
  [{ apiVersion: "cardano.io/v2" }, "apiVersion", `is "cardano.io/v2", not cardano.io/v1`],
  [{ kind: "CardanoLeader" }, "kind", `is "CardanoLeader", not CardanoForgeCluster`],
  [{ spec: undefined }, "spec", "is missing"],
  [{ spec: "x" }, "spec", `is "x", not an object`],
  [{ spec: {} }, "spec.network", "is missing"],
  [{ spec: { network: SPEC.network } }, "spec.region", "is missing"],
  [network("mainnet"), "spec.network", `is "mainnet", not an object`],
  [network({ name: "mainnet" }), "spec.network.magic", "is missing"],
  [
    network({ name: "main", magic: 1 }),
    "spec.network.name",
    `is "main", not mainnet, preprod, preview, custom`,
  ],
  [
    network({ name: "preview", magic: 2 }),
    "spec.network.name",
    `is "preview", and the label cardano.io/network is "mainnet"`,
  ],
  [{ spec: { ...SPEC, pool: { idHex: "0f" } } }, "spec.pool.idHex", `is "0f", not 56 hex digits`],
  [
    { spec: { ...SPEC, region: 5 } },
    "spec.region",
    "is 5, not 2 to 20 lower-case letters, digits and -",
  ],
  [
    { spec: { ...SPEC, forgeState: "On" } },
    "spec.forgeState",
    `is "On", not Enabled, Disabled, Priority-based`,
  ],
  [
    { spec: { ...SPEC, priority: "1" } },
    "spec.priority",
    `is "1", not a whole number from 1 to 999`,
  ],
  [
    { spec: { ...SPEC, priority: 1.5 } },
    "spec.priority",
    "is 1.5, not a whole number from 1 to 999",
  ],
  [check({ enabled: "yes" }), "spec.healthCheck.enabled", `is "yes", not true or false`],
  [
    check({ enabled: true, endpoint: "" }),
    "spec.healthCheck.endpoint",
    "is missing in an enabled check",
  ],
  [
    check({ endpoint: "file:///etc/passwd" }),
    "spec.healthCheck.endpoint",
    `is "file:///etc/passwd", not an http:// or https:// address`,
  ],
  [
    check({ interval: "30" }),
    "spec.healthCheck.interval",
    `is "30", not a duration like 30s, 2m, 1h`,
  ],
  [
    check({ timeout: "0s" }),
    "spec.healthCheck.timeout",
    `is "0s", not a duration like 30s, 2m, 1h`,
  ],
  [check({ interval: 30 }), "spec.healthCheck.interval", "is 30, not text"],
  [
    check({ failureThreshold: 0 }),
    "spec.healthCheck.failureThreshold",
    "is 0, not a whole number from 1 to 10",
  ],
  [check({ headers: { a: 1 } }), "spec.healthCheck.headers", `is {"a":1}, not texts by name`],
  [
    override({ enabled: true, expiresAt: "tomorrow" }),
    "spec.override.expiresAt",
    `is "tomorrow", not a time like 2026-01-02T03:04:05Z`,
  ],
  [
    override({ expiresAt: "2026-02-30T00:00:00Z" }),
    "spec.override.expiresAt",
    `is "2026-02-30T00:00:00Z", not a time like 2026-01-02T03:04:05Z`,
  ],
  [
    override({ forcePriority: 0 }),
    "spec.override.forcePriority",
    "is 0, not a whole number from 1 to 999",
  ],
  [
    override({ forceState: "Priority-based" }),
    "spec.override.forceState",
    `is "Priority-based", not Enabled, Disabled`,
  ],
  [{ status: [] }, "status", "is [], not an object"],
  [status({ forgeEpoch: -1 }), "status.forgeEpoch", "is -1, not a whole number from 0"],
  [status({ lastHeartbeatTime: 5 }), "status.lastHeartbeatTime", "is 5, not text"],
  [
    status({ healthStatus: { healthy: "true" } }),
    "status.healthStatus.healthy",
    `is "true", not true or false`,
  ],
  [status({ conditions: {} }), "status.conditions", "is {}, not conditions"],
  [
    status({ betterSince: "x".repeat(80) }),
    "status.betterSince",
    `is "${"x".repeat(59)}…, not a time like 2026-01-02T03:04:05Z`,
  ],
];
for (const [fields, field, problem] of UNUSABLE) {
  Deno.test(`parseForgeCluster() names ${field} that ${problem}`, () => {
    const cluster = parseForgeCluster({ ...OBJECT, ...fields }, OPTIONS);
    assert(cluster?.kind === "unusable");
    assertEquals(cluster.problem, { name: NAME, field, problem });
    assertEquals([cluster.name, cluster.uid], [NAME, "u-1"]);
  });
}

for (
  const value of [
    undefined,
    "text",
    [],
    { ...OBJECT, metadata: undefined },
    { ...OBJECT, metadata: { ...METADATA, name: "" } },
    { ...OBJECT, metadata: { ...METADATA, uid: undefined } },
    { ...OBJECT, metadata: { ...METADATA, resourceVersion: 5 } },
  ]
) {
  Deno.test(`parseForgeCluster() takes ${JSON.stringify(value)?.slice(0, 90)} for no object`, () => {
    assertEquals(parseForgeCluster(value, OPTIONS), undefined);
  });
}

Deno.test("parseForgeCluster() never throws, and never lets a spec through that is none", () => {
  const paths = ["network", "pool", "region", "priority", "healthCheck", "override", "forgeState"];
  const anything = fc.object({ key: fc.constantFrom("enabled", "interval", "expiresAt", "name") });
  const spec = fc.dictionary(fc.constantFrom(...paths), fc.oneof(anything, fc.anything()));
  fc.assert(
    fc.property(spec, fc.anything(), (changes, reported) => {
      const value = { ...OBJECT, spec: { ...SPEC, ...changes }, status: reported };
      const cluster: ForgeCluster | undefined = parseForgeCluster(value, OPTIONS);
      assert(cluster !== undefined);
      if (cluster.kind === "unusable") return;
      const { priority, region, override, healthCheck } = cluster.resource.spec;
      assert(priority >= 1 && priority <= 999 && /^[a-z0-9-]{2,20}$/.test(region));
      assert(override.expiresAt === undefined || Number.isFinite(override.expiresAt));
      assert(healthCheck.intervalMs >= 1_000 && healthCheck.timeoutMs >= 1_000);
    }),
    { numRuns: 500 },
  );
});

const TIMES: readonly (readonly [text: string, iso: string | undefined])[] = [
  ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000Z"],
  ["2026-01-02t03:04:05z", "2026-01-02T03:04:05.000Z"],
  ["2026-01-02T03:04:05.123456Z", "2026-01-02T03:04:05.123Z"],
  ["2026-01-02T03:04:05+00:00", "2026-01-02T03:04:05.000Z"],
  ["2026-01-02T03:04:05-02:30", "2026-01-02T05:34:05.000Z"],
  ["2028-02-29T00:00:00Z", "2028-02-29T00:00:00.000Z"],
  ["2026-02-29T00:00:00Z", undefined],
  ["2026-02-31T00:00:00Z", undefined],
  ["2026-13-01T00:00:00Z", undefined],
  ["2026-01-02T24:00:00Z", undefined],
  ["2026-01-02T03:04:60Z", undefined],
  ["2026-01-02T03:04:05", undefined],
  ["2026-01-02T03:04:05+2:00", undefined],
  ["2026-01-02", undefined],
  ["Fri, 02 Jan 2026 03:04:05 GMT", undefined],
  ["", undefined],
];
for (const [text, iso] of TIMES) {
  Deno.test(`parseRfc3339() takes "${text}" for ${iso}`, () => {
    const at = parseRfc3339(text);
    assertEquals(at === undefined ? undefined : new Date(at).toISOString(), iso);
  });
}
