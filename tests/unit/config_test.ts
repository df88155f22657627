// Owns the proof that an environment becomes a Config, or every problem in it.
// Never reads the environment of the test itself.

import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { type Config, type ConfigReading, type Environment, readConfig } from "../../lib/config.ts";
import { SETTINGS } from "../../lib/config/settings.ts";
import { timingsAreSafe } from "../../lib/config/timings.ts";

const LEAST = { POD_NAME: "bp-0", KUBERNETES_SERVICE_HOST: "10.96.0.1" };
const POOL = "pool1pu5jlj4q9w9jlxeu370a3c9myx47md5j5m2str0naunn2q3lkdy";
const POOL_HEX = "0f292fcaa02b8b2f9b3c8f9fd8e0bb21abedb692a6d5058df3ef2735";

function read(env: Environment): ConfigReading {
  return readConfig(env, { fileExists: () => false });
}

function configOf(env: Environment): Config {
  const reading = read({ ...LEAST, ...env });
  if (reading.kind === "wrong") throw new Error(JSON.stringify(reading.problems));
  return reading.config;
}

function problemsOf(env: Environment): Record<string, string> {
  const reading = read({ ...LEAST, ...env });
  if (reading.kind === "config") return {};
  return Object.fromEntries(reading.problems.map(({ name, allowed }) => [name, allowed]));
}

Deno.test("readConfig() needs only the pod's name in a cluster", () => {
  const config = configOf({});
  assertEquals(config.namespace, "default");
  assertEquals(config.lease, {
    name: "cardano-node-leader",
    previousNames: [],
    durationMs: 15_000,
    renewDeadlineMs: 9_000,
    renewIntervalMs: 3_750,
  });
  assertEquals([config.fenceTimeoutMs, config.apiTimeoutMs], [4_000, 2_000]);
  assertEquals(config.stateDir, "/ipc");
  assertEquals([config.network.name, config.network.magic], ["mainnet", 764_824_073]);
  assertEquals(config.kubernetes, {
    kind: "in_cluster",
    host: "10.96.0.1",
    port: 443,
    tokenPath: "/var/run/secrets/kubernetes.io/serviceaccount/token",
    caPath: "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt",
  });
});

const MINE = { CARDANO_NETWORK: "mine", NETWORK_MAGIC: "7" };
const GENESES: readonly (readonly [
  env: Environment,
  start: string | undefined,
  slots?: number,
  evolutions?: number,
])[] = [
  [{}, "2020-06-07T21:44:51.000Z", 129_600, 62],
  [{ GENESIS_START: "1591566291", SLOTS_PER_KES_PERIOD: "129600" }, "2020-06-07T21:44:51.000Z"],
  [{ CARDANO_NETWORK: "preprod" }, "2022-06-20T00:00:00.000Z"],
  [MINE, undefined],
  [{ ...MINE, GENESIS_START: "1700000000" }, "2023-11-14T22:13:20.000Z", 129_600],
  [
    { ...MINE, GENESIS_START: "2026-01-02T05:04:05.25+02:00", SLOTS_PER_KES_PERIOD: "3600" },
    "2026-01-02T03:04:05.250Z",
    3_600,
    62,
  ],
  [
    { ...MINE, GENESIS_START: "1700000000", MAX_KES_EVOLUTIONS: "64" },
    "2023-11-14T22:13:20.000Z",
    129_600,
    64,
  ],
];
for (const [env, start, slots, evolutions] of GENESES) {
  Deno.test(`readConfig() of ${JSON.stringify(env)} has slot 0 at ${start}`, () => {
    const { genesis } = configOf(env).network;
    assertEquals(genesis && new Date(genesis.slotZeroAt).toISOString(), start);
    if (slots !== undefined) assertEquals(genesis?.slotsPerKesPeriod, slots);
    if (evolutions !== undefined) assertEquals(genesis?.maxKesEvolutions, evolutions);
  });
}

Deno.test("readConfig() tells every problem at once, with name, value and what is allowed", () => {
  const reading = read({
    LEASE_DURATION: "4.5",
    LOG_LEVEL: "LOUD",
    POOL_TICKER: "toolong",
    HOME: "/nowhere",
  });
  assert(reading.kind === "wrong");
  assertEquals(reading.problems, [
    { name: "LEASE_DURATION", value: "4.5", allowed: "whole seconds from 5 to 300" },
    { name: "POOL_TICKER", value: "toolong", allowed: "1 to 5 upper-case letters and digits" },
    { name: "LOG_LEVEL", value: "LOUD", allowed: "DEBUG, INFO, WARNING, ERROR" },
    {
      name: "KUBECONFIG",
      value: undefined,
      allowed: "the path of a kubeconfig, since this is no pod (KUBERNETES_SERVICE_HOST is not " +
        "set) and there is no ~/.kube/config",
    },
    {
      name: "POD_NAME",
      value: undefined,
      allowed: "the pod's name, by the downward API (fieldPath metadata.name)",
    },
  ]);
});

Deno.test("readConfig() names lease and resource by the pool, and knows the lease's old name", () => {
  const config = configOf({ POOL_ID: POOL, CARDANO_NETWORK: "preprod" });
  assertEquals(config.lease.name, "cardano-leader-preprod-pool1pu5jl");
  assertEquals(config.lease.previousNames, ["cardano-node-leader"]);
  assertEquals(config.leaderResource.name, "cardano-leader-preprod-pool1pu5jl");
  assertEquals(config.pool.idHex, POOL_HEX);
  assertEquals(configOf({ POOL_ID: "My_Pool-Nr1" }).lease.name, "cardano-leader-mainnet-my-pool");
  assertEquals(configOf({ LEASE_NAME: "x" }).lease.previousNames, ["cardano-node-leader"]);
  assertEquals(configOf({ LEASE_NAME: "x", PREVIOUS_LEASE_NAMES: "" }).lease.previousNames, []);
  assertEquals(
    configOf({ LEASE_NAME: "x", PREVIOUS_LEASE_NAMES: "a, b x,a" }).lease.previousNames,
    ["a", "b"],
  );
});

const REFUSED: [why: string, env: Environment, name: string, allowed: RegExp][] = [
  ["a pool id with a typing error", { POOL_ID: POOL.replace("jlj", "jjl") }, "POOL_ID", /checksum/],
  ["another pool's hex", { POOL_ID: POOL, POOL_ID_HEX: "00".repeat(28) }, "POOL_ID_HEX", /0f292f/],
  ["another network's magic", { NETWORK_MAGIC: "1" }, "NETWORK_MAGIC", /^764824073/],
  ["a custom network without magic", { CARDANO_NETWORK: "mine" }, "NETWORK_MAGIC", /"mine"/],
  ["another network's genesis", { GENESIS_START: "1" }, "GENESIS_START", /^1591566291, .*mainnet/],
  [
    "another network's periods",
    { CARDANO_NETWORK: "preview", SLOTS_PER_KES_PERIOD: "3600" },
    "SLOTS_PER_KES_PERIOD",
    /^129600, .*preview/,
  ],
  [
    "KES periods that begin nowhere",
    { ...MINE, SLOTS_PER_KES_PERIOD: "3600" },
    "GENESIS_START",
    /SLOTS_PER_KES_PERIOD alone/,
  ],
  [
    "another network's evolutions",
    { CARDANO_NETWORK: "preview", MAX_KES_EVOLUTIONS: "60" },
    "MAX_KES_EVOLUTIONS",
    /^62, .*preview/,
  ],
  [
    "evolutions of periods that begin nowhere",
    { ...MINE, MAX_KES_EVOLUTIONS: "60" },
    "GENESIS_START",
    /MAX_KES_EVOLUTIONS alone/,
  ],
  [
    "more evolutions than a key has periods",
    { ...MINE, GENESIS_START: "1700000000", MAX_KES_EVOLUTIONS: "65" },
    "MAX_KES_EVOLUTIONS",
    /1 to 64/,
  ],
  [
    "a genesis in milliseconds",
    { ...MINE, GENESIS_START: "1700000000000" },
    "GENESIS_START",
    /T03/,
  ],
  [
    "a genesis without zone",
    { ...MINE, GENESIS_START: "2026-01-02T03:04:05" },
    "GENESIS_START",
    /Z/,
  ],
  [
    "a source that is a target",
    { SOURCE_KES_KEY: "/ipc/../ipc//kes.skey" },
    "TARGET_KES_KEY",
    /SOURCE_KES_KEY/,
  ],
  ["one port twice", { GUARD_PORT: "8000" }, "GUARD_PORT", /another port/],
  [
    "a password in an address",
    { NODE_METRICS_URL: "http://a:b@c/" },
    "NODE_METRICS_URL",
    /password/,
  ],
  ["a list of kubeconfigs", { KUBECONFIG: "/a:/b" }, "KUBECONFIG", /one file/],
  ["a deadline too late", { RENEW_DEADLINE: "11" }, "RENEW_DEADLINE", /from 5\.75 .* to 10\.402 /],
  ["a deadline too early", { RENEW_DEADLINE: "5" }, "RENEW_DEADLINE", /from 5\.75 /],
  [
    "a lease too short",
    { LEASE_DURATION: "5" },
    "LEASE_DURATION",
    /at least 3\.25 and at most 0\.6.*LEASE_DURATION from 9 would fit/,
  ],
  ["an upper-case name", { LEASE_NAME: "Lease" }, "LEASE_NAME", /lower-case/],
  ["a bad service port", { KUBERNETES_SERVICE_PORT: "x" }, "KUBERNETES_SERVICE_PORT", /65535/],
];
for (const [why, env, name, allowed] of REFUSED) {
  Deno.test(`readConfig() refuses ${why}`, () => {
    const problems = problemsOf(env);
    assertEquals(Object.keys(problems), [name]);
    assertMatch(problems[name]!, allowed);
  });
}

Deno.test("readConfig() takes durations with fractions, and a lease shorter than the default", () => {
  const config = configOf({ LEASE_DURATION: "5", FENCE_TIMEOUT: "2.2", API_TIMEOUT: "0.5" });
  assertEquals(config.lease.renewDeadlineMs, 2_400);
  assertEquals(config.fenceTimeoutMs, 2_200);
  assertEquals(config.lease.renewIntervalMs, 1_250);
});

Deno.test("readConfig() uses KUBECONFIG before the cluster, and ~/.kube/config outside of one", () => {
  const given = configOf({ KUBECONFIG: "/k", KUBE_CONTEXT: "c" });
  assertEquals(given.kubernetes, { kind: "kubeconfig", path: "/k", context: "c" });
  const home = readConfig({ POD_NAME: "bp-0", HOME: "/h" }, { fileExists: () => true });
  assert(home.kind === "config");
  assertEquals(home.config.kubernetes, {
    kind: "kubeconfig",
    path: "/h/.kube/config",
    context: undefined,
  });
});

Deno.test("readConfig() warns of what is allowed and may surprise", () => {
  const reading = read({
    ...LEAST,
    POOL_ID: "pool1test123",
    DISABLE_SOCKET_CHECK: "yes",
    KUBE_CONTEXT: "c",
  });
  assert(reading.kind === "config");
  assertEquals(reading.warnings.map((warning) => warning.name).sort(), [
    "DISABLE_SOCKET_CHECK",
    "KUBE_CONTEXT",
    "POOL_ID",
  ]);
});

Deno.test("readConfig() shows each setting's value and where it came from", () => {
  const reading = read({ ...LEAST, LEASE_DURATION: " 20 ", NAMESPACE: "", NODE_METRICS_URL: "" });
  assert(reading.kind === "config");
  const table = Object.fromEntries(
    reading.effective.map((one) => [one.name, [one.value, one.source]]),
  );
  assertEquals(table["LEASE_DURATION"], ["20", "environment"]);
  assertEquals(table["RENEW_DEADLINE"], ["12", "default"]);
  assertEquals(table["NAMESPACE"], ["default", "default"]);
  assertEquals(table["NODE_METRICS_URL"], ["", "environment"]);
  assertEquals(reading.config.node.metricsUrl, undefined);
});

Deno.test("readConfig() never throws, and accepts only timings that keep two from forging", () => {
  const number = fc.oneof(
    fc.integer({ min: -1, max: 301 }).map(String),
    fc.integer({ min: 0, max: 30_000 }).map((ms) => String(ms / 1000)),
  );
  const odd = fc.oneof(
    fc.string(),
    fc.string({ unit: "binary" }),
    fc.constant("__proto__"),
    fc.constant(undefined),
  );
  const timing = fc.record({
    LEASE_DURATION: number,
    RENEW_DEADLINE: number,
    FENCE_TIMEOUT: number,
    API_TIMEOUT: number,
    SLEEP_INTERVAL: number,
  }, { requiredKeys: [] });
  const names = fc.constantFrom(...SETTINGS.map((setting) => setting.name), "HOME", "__proto__");
  let accepted = 0;
  fc.assert(
    fc.property(timing, fc.dictionary(names, odd, { maxKeys: 3 }), (timings, others) => {
      for (const env of [{ ...LEAST, ...timings }, { ...LEAST, ...timings, ...others }]) {
        const reading = read(env);
        if (reading.kind === "wrong") continue;
        accepted++;
        const { lease, fenceTimeoutMs, apiTimeoutMs } = reading.config;
        assert(timingsAreSafe({ ...lease, fenceTimeoutMs, apiTimeoutMs }));
        assert(
          0.99 * lease.durationMs >= 1.01 * (lease.renewDeadlineMs + fenceTimeoutMs + 300) - 1e-6,
        );
        assert(lease.renewDeadlineMs >= lease.renewIntervalMs + apiTimeoutMs);
      }
    }),
    { numRuns: 2_000 },
  );
  assert(accepted > 100, `only ${accepted} environments were accepted`);
});

Deno.test("SETTINGS lists each name once, with a meaning and a default that is allowed", () => {
  assertEquals(new Set(SETTINGS.map(({ name }) => name)).size, SETTINGS.length);
  for (const { name, meaning, defaultText } of SETTINGS) {
    assert(meaning !== "" && defaultText !== "", name);
    assert(!meaning.endsWith("."), name);
  }
});
