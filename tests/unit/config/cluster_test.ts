// Owns the proof that the settings of cluster management become a ClusterConfig, or every problem in them.
// Never reads the environment of the test itself.

import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  type ClusterConfig,
  type ConfigReading,
  type Environment,
  readConfig,
} from "../../../lib/config.ts";
import { formatDuration, parseDurationMs } from "../../../lib/config/duration.ts";
import { timingsAreSafe } from "../../../lib/config/timings.ts";

const POOL = "pool1pu5jlj4q9w9jlxeu370a3c9myx47md5j5m2str0naunn2q3lkdy";
const POD = { POD_NAME: "bp-0", NAMESPACE: "pools", KUBERNETES_SERVICE_HOST: "10.96.0.1" };
const ON = { ...POD, ENABLE_CLUSTER_MANAGEMENT: "true" };
const LEAST = { ...ON, CLUSTER_REGION: "us-east-1" };

function read(env: Environment): ConfigReading {
  return readConfig(env, { fileExists: () => false });
}

function clusterOf(env: Environment): ClusterConfig {
  const reading = read(env);
  if (reading.kind === "wrong") throw new Error(JSON.stringify(reading.problems));
  assert(reading.config.cluster !== undefined);
  return reading.config.cluster;
}

Deno.test("readConfig() needs only a region for cluster management", () => {
  assertEquals(clusterOf({ ...LEAST, POOL_ID: POOL }), {
    name: "mainnet-pool1pu5jl-us-east-1",
    region: "us-east-1",
    atFirst: {
      environment: "production",
      priority: 100,
      healthCheck: {
        endpoint: undefined,
        intervalMs: 30_000,
        timeoutMs: 10_000,
        failureThreshold: 3,
      },
    },
    resource: { group: "cardano.io", version: "v1", plural: "cardanoforgeclusters" },
    coordination: { kubernetes: undefined, namespace: "pools" },
    forgeLease: {
      name: "cardano-forge-mainnet-pool1pu5jl",
      durationMs: 30_000,
      renewDeadlineMs: 18_000,
      renewIntervalMs: 5_000,
    },
    failbackDelayMs: 300_000,
    heartbeatIntervalMs: 10_000,
    staleAfterMs: 60_000,
  });
});

Deno.test("readConfig() has no cluster while cluster management is off, whatever else is set", () => {
  const reading = read({ ...POD, COORDINATION_KUBECONFIG: "/k", FORGE_RENEW_DEADLINE: "29" });
  assert(reading.kind === "config");
  assertEquals(reading.config.cluster, undefined);
  assertEquals(reading.warnings, []);
});

const NAMES: readonly (readonly [env: Environment, name: string, region: string])[] = [
  [{ CLUSTER_REGION: "eu-west-1" }, "mainnet-eu-west-1", "eu-west-1"],
  [{ CLUSTER_NAME: "us-east-1-prod" }, "us-east-1-prod", "us-east-1-prod"],
  [{ CLUSTER_IDENTIFIER: "a1", CLUSTER_NAME: "b1" }, "a1", "a1"],
  [{ CLUSTER_IDENTIFIER: "a1", CLUSTER_REGION: "r1" }, "a1", "r1"],
  [{ CLUSTER_CRD_NAME: "us-east-1-prod" }, "us-east-1-prod", "us-east-1-prod"],
  [{ CLUSTER_CRD_NAME: "x", CLUSTER_NAME: "y1" }, "x", "y1"],
  [{ POOL_ID: "pool1abc", CLUSTER_IDENTIFIER: "a1" }, "mainnet-pool1abc-a1", "a1"],
  [{ POOL_ID: "pool1abc", CLUSTER_NAME: "a1", CLUSTER_REGION: "r1" }, "mainnet-pool1abc-r1", "r1"],
  [{ POOL_ID: "My_Pool-Nr1", CLUSTER_REGION: "r1" }, "mainnet-my-pool-r1", "r1"],
  [
    { POOL_ID: POOL, CLUSTER_CRD_NAME: "mainnet-pool1pu5jl-eu-1" },
    "mainnet-pool1pu5jl-eu-1",
    "eu-1",
  ],
  [
    { CARDANO_NETWORK: "mine", NETWORK_MAGIC: "7", POOL_ID: POOL, CLUSTER_REGION: "r1" },
    "mine-pool1pu5jl-r1",
    "r1",
  ],
];
for (const [env, name, region] of NAMES) {
  Deno.test(`readConfig() names the cluster of ${JSON.stringify(env)} ${name}`, () => {
    const cluster = clusterOf({ ...ON, ...env });
    assertEquals([cluster.name, cluster.region], [name, region]);
  });
}

const REFUSED:
  readonly (readonly [why: string, env: Environment, name: string, allowed: RegExp])[] = [
    ["no region", ON, "CLUSTER_REGION", /^this cluster's region.*CLUSTER_IDENTIFIER/],
    [
      "a name that cannot be a region",
      { ...ON, CLUSTER_CRD_NAME: "a.cluster" },
      "CLUSTER_REGION",
      /cannot be taken from the name "a\.cluster"/,
    ],
    ["a region in capitals", { ...ON, CLUSTER_REGION: "US" }, "CLUSTER_REGION", /lower-case/],
    ["a long region", { ...ON, CLUSTER_REGION: "r".repeat(21) }, "CLUSTER_REGION", /2 to 20/],
    ["priority 0", { ...LEAST, CLUSTER_PRIORITY: "0" }, "CLUSTER_PRIORITY", /from 1 to 999/],
    ["priority 1000", { ...LEAST, CLUSTER_PRIORITY: "1000" }, "CLUSTER_PRIORITY", /from 1 to 999/],
    [
      "another environment",
      { ...LEAST, CLUSTER_ENVIRONMENT: "prod" },
      "CLUSTER_ENVIRONMENT",
      /production, staging/,
    ],
    [
      "a file as endpoint",
      { ...LEAST, HEALTH_CHECK_ENDPOINT: "file:///x" },
      "HEALTH_CHECK_ENDPOINT",
      /https:/,
    ],
    [
      "an interval of two units",
      { ...LEAST, HEALTH_CHECK_INTERVAL: "1m30s" },
      "HEALTH_CHECK_INTERVAL",
      /^whole seconds, or 30s, 2m, 1h and the like, from 1s to 24h$/,
    ],
    [
      "an endless call",
      { ...LEAST, HEALTH_CHECK_TIMEOUT: "2h" },
      "HEALTH_CHECK_TIMEOUT",
      /from 1s to 1h$/,
    ],
    [
      "eleven failures",
      { ...LEAST, HEALTH_CHECK_FAILURE_THRESHOLD: "11" },
      "HEALTH_CHECK_FAILURE_THRESHOLD",
      /from 1 to 10$/,
    ],
    ["no interval", { ...LEAST, HEALTH_CHECK_INTERVAL: "0" }, "HEALTH_CHECK_INTERVAL", /from 1s/],
    [
      "a hub without namespace",
      { ...LEAST, COORDINATION_KUBECONFIG: "/k" },
      "COORDINATION_NAMESPACE",
      /^the namespace on COORDINATION_KUBECONFIG's API server/,
    ],
    [
      "a list of kubeconfigs",
      { ...LEAST, COORDINATION_KUBECONFIG: "/a:/b", COORDINATION_NAMESPACE: "n" },
      "COORDINATION_KUBECONFIG",
      /one file/,
    ],
    [
      "the local lock as forge lease",
      { ...LEAST, FORGE_LEASE_NAME: "cardano-node-leader" },
      "FORGE_LEASE_NAME",
      /another name/,
    ],
    [
      "an older name of the local lock as forge lease",
      { ...LEAST, LEASE_NAME: "x", PREVIOUS_LEASE_NAMES: "y", FORGE_LEASE_NAME: "y" },
      "FORGE_LEASE_NAME",
      /another name/,
    ],
    [
      "a forge deadline too late",
      { ...LEAST, FORGE_RENEW_DEADLINE: "26" },
      "FORGE_RENEW_DEADLINE",
      /from 7 .* to 25\.105 \(0\.99·FORGE_LEASE_DURATION/,
    ],
    [
      "a forge deadline too early",
      { ...LEAST, FORGE_RENEW_DEADLINE: "6" },
      "FORGE_RENEW_DEADLINE",
      /from 7 /,
    ],
    [
      "a forge lease too short",
      { ...LEAST, FORGE_LEASE_DURATION: "5" },
      "FORGE_LEASE_DURATION",
      /no FORGE_RENEW_DEADLINE fits.*FORGE_LEASE_DURATION from 9 would fit/,
    ],
    [
      "a heartbeat as slow as absence",
      { ...LEAST, HEARTBEAT_INTERVAL: "30.1" },
      "CLUSTER_STALE_AFTER",
      /from 60\.2, twice HEARTBEAT_INTERVAL/,
    ],
  ];
for (const [why, env, name, allowed] of REFUSED) {
  Deno.test(`readConfig() refuses ${why}`, () => {
    const reading = read(env);
    assert(reading.kind === "wrong");
    assertEquals(reading.problems.map((problem) => problem.name), [name]);
    assertMatch(reading.problems[0]!.allowed, allowed);
  });
}

Deno.test("readConfig() tells of cluster management's problems beside all others", () => {
  const reading = read({ ...ON, COORDINATION_KUBECONFIG: "/k", LEASE_DURATION: "x" });
  assert(reading.kind === "wrong");
  assertEquals(reading.problems.map(({ name }) => name).sort(), [
    "CLUSTER_REGION",
    "COORDINATION_NAMESPACE",
    "LEASE_DURATION",
  ]);
});

Deno.test("readConfig() coordinates by the hub that is given", () => {
  const cluster = clusterOf({
    ...LEAST,
    COORDINATION_KUBECONFIG: "/hub",
    COORDINATION_CONTEXT: "c",
    COORDINATION_NAMESPACE: "forge",
    CLUSTER_PRIORITY: "1",
    HEALTH_CHECK_ENDPOINT: "http://prometheus:9090/api/v1/query?query=up{job='cardano-node'}",
    HEALTH_CHECK_INTERVAL: "2m",
    HEALTH_CHECK_TIMEOUT: "5",
    HEALTH_CHECK_FAILURE_THRESHOLD: "5",
  });
  assertEquals(cluster.coordination, {
    kubernetes: { kind: "kubeconfig", path: "/hub", context: "c" },
    namespace: "forge",
  });
  const { priority, healthCheck: { intervalMs, timeoutMs, failureThreshold } } = cluster.atFirst;
  assertEquals([priority, intervalMs, timeoutMs, failureThreshold], [1, 120_000, 5_000, 5]);
});

const WARNED: readonly (readonly [why: string, env: Environment, names: readonly string[]])[] = [
  ["without a hub", {}, ["COORDINATION_KUBECONFIG"]],
  ["with one", { COORDINATION_KUBECONFIG: "/k", COORDINATION_NAMESPACE: "n" }, []],
  [
    "with a context of nothing",
    { COORDINATION_CONTEXT: "c" },
    ["COORDINATION_CONTEXT", "COORDINATION_KUBECONFIG"],
  ],
  [
    "with two names",
    { CLUSTER_IDENTIFIER: "a1", CLUSTER_NAME: "b1" },
    ["CLUSTER_NAME", "COORDINATION_KUBECONFIG"],
  ],
];
for (const [why, env, names] of WARNED) {
  Deno.test(`readConfig() warns of cluster management ${why}: ${names.join(", ") || "–"}`, () => {
    const reading = read({ ...LEAST, ...env });
    assert(reading.kind === "config");
    assertEquals(reading.warnings.map(({ name }) => name).sort(), names);
  });
}

Deno.test("readConfig() shows what it worked out for the cluster", () => {
  const reading = read({ ...ON, POOL_ID: "pool1abc", CLUSTER_IDENTIFIER: "a1" });
  assert(reading.kind === "config");
  const shown = new Map(reading.effective.map(({ name, value }) => [name, value]));
  const names = ["CLUSTER_REGION", "CLUSTER_CRD_NAME", "COORDINATION_NAMESPACE"] as const;
  assertEquals(names.map((name) => shown.get(name)), ["a1", "mainnet-pool1abc-a1", "pools"]);
  assertEquals(shown.get("FORGE_LEASE_NAME"), "cardano-forge-mainnet-pool1abc");
  assertEquals(shown.get("FORGE_RENEW_DEADLINE"), "18");
});

Deno.test("readConfig() accepts only forge lease timings that keep two from forging", () => {
  let accepted = 0;
  for (let lease = 5; lease <= 60; lease++) {
    for (const deadline of [undefined, ...Array.from({ length: 20 }, (_, i) => String(3 * i))]) {
      const env = { FORGE_LEASE_DURATION: String(lease), FORGE_RENEW_DEADLINE: deadline };
      const reading = read({ ...LEAST, ...env });
      if (reading.kind === "wrong") continue;
      accepted++;
      const { cluster, fenceTimeoutMs, apiTimeoutMs } = reading.config;
      assert(timingsAreSafe({ ...cluster!.forgeLease, fenceTimeoutMs, apiTimeoutMs }));
    }
  }
  assert(accepted > 300, `only ${accepted} were accepted`);
});

const DURATIONS: readonly (readonly [text: string, ms: number | undefined])[] = [
  ["30s", 30_000],
  ["2m", 120_000],
  ["1h", 3_600_000],
  ["0s", 0],
  ["007s", 7_000],
  ["999999h", 3_599_996_400_000],
  ["1000000s", undefined],
  ["30", undefined],
  ["1m30s", undefined],
  ["1.5s", undefined],
  ["-1s", undefined],
  ["1d", undefined],
  [" 1s", undefined],
  ["", undefined],
];
for (const [text, ms] of DURATIONS) {
  Deno.test(`parseDurationMs() takes "${text}" for ${ms}`, () => {
    assertEquals(parseDurationMs(text), ms);
  });
}

Deno.test("formatDuration() writes what parseDurationMs() reads", () => {
  for (const seconds of [0, 1, 30, 59, 60, 90, 120, 3_599, 3_600, 5_400, 86_400]) {
    assertEquals(parseDurationMs(formatDuration(seconds * 1_000)), seconds * 1_000);
  }
  assertEquals([120_000, 90_000, 3_600_000].map(formatDuration), ["2m", "90s", "1h"]);
});
