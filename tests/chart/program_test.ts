// Owns the check that chart and program mean the same: settings, names, rights, and safe timings.
// Never repeats a default: what is rendered goes through the program's own reading of its environment.

import { assert, assertEquals } from "@std/assert";
import { coordinationCalls } from "../../lib/cli/checks/coordination.ts";
import { neededCalls } from "../../lib/cli/checks/cluster.ts";
import type { NeededCall } from "../../lib/cli/checks/api.ts";
import { type Config, readConfig } from "../../lib/config.ts";
import { SETTINGS } from "../../lib/config/settings.ts";
import type { Json } from "../support/api_request.ts";
import {
  environmentOf,
  exampleArgs,
  EXAMPLES,
  helmTest,
  NODE_CHART,
  oneOf,
  render,
  template,
} from "../support/helm.ts";

const FIELDS = {
  "metadata.name": "pool-cardano-node-0",
  "metadata.namespace": "cardano",
  "metadata.uid": "1",
};
/** As the kubelet adds it. */
const IN_CLUSTER = { KUBERNETES_SERVICE_HOST: "10.0.0.1", KUBERNETES_SERVICE_PORT: "443" };

function managerOf(objects: readonly Json[]): Json | undefined {
  return objects.find(({ kind }) => kind === "StatefulSet")?.spec.template.spec.initContainers
    ?.find(({ name }: Json) => name === "forge-manager");
}

function read(objects: readonly Json[]) {
  return readConfig({ ...environmentOf(managerOf(objects), FIELDS), ...IN_CLUSTER });
}

function configOf(objects: readonly Json[]): Config {
  const reading = read(objects);
  if (reading.kind !== "config") throw new Error(JSON.stringify(reading.problems));
  return reading.config;
}

helmTest("the program reads every example without a problem or a warning", async () => {
  for (const name of EXAMPLES) {
    const objects = await render(NODE_CHART, exampleArgs(name));
    if (managerOf(objects) === undefined) continue;
    const reading = read(objects);
    assert(reading.kind === "config", `${name}: ${JSON.stringify(reading)}`);
    assertEquals([name, reading.warnings], [name, []]);
  }
});

helmTest("large numbers reach the program as they were given", async () => {
  const custom = {
    "cardanoNode.network": "mine",
    "cardanoNode.networkMagic": 4_294_967_295,
    "cardanoNode.config.files": { "config.json": "{}" },
    "forgeManager.genesisStart": 1_700_000_000,
    "forgeManager.slotsPerKesPeriod": 1_296_000,
    "forgeManager.maxKesEvolutions": 60,
    "forgeManager.socketWaitTimeout": 604_800,
    "forgeManager.apiTimeout": 1.25,
  };
  // As from a file of values: helm reads every number as one with fractions.
  const args = Object.entries(custom).flatMap(([key, value]) => [
    "--set-json",
    `${key}=${JSON.stringify(value)}`,
  ]);
  const env = environmentOf(managerOf(await render(NODE_CHART, args)), FIELDS);
  assertEquals(env["NETWORK_MAGIC"], "4294967295");
  assertEquals(env["GENESIS_START"], "1700000000");
  assertEquals(env["SLOTS_PER_KES_PERIOD"], "1296000");
  assertEquals(env["MAX_KES_EVOLUTIONS"], "60");
  assertEquals(env["SOCKET_WAIT_TIMEOUT"], "604800");
  assertEquals(env["API_TIMEOUT"], "1.25");
});

helmTest(
  "an update or a drain goes on when this replica could lead, not when it merely runs",
  async () => {
    const nodeOf = (objects: readonly Json[]) =>
      oneOf(objects, "StatefulSet").spec.template.spec.containers
        .find(({ name }: Json) => name === "cardano-node");
    const onAnotherPort = ["startupProbe", "readinessProbe", "livenessProbe"]
      .map((probe) => `healthChecks.forgeManager.${probe}.httpGet.port=9000`)
      .concat("forgeManager.metricsPort=9000")
      .flatMap((set) => ["--set", set]);
    const objects = await render(NODE_CHART, onAnotherPort);
    const { metricsPort } = configOf(objects);
    const { httpGet } = nodeOf(objects).readinessProbe;
    assertEquals(httpGet, { path: "/readyz", port: metricsPort });
    const relay = await render(NODE_CHART, ["--set", "forgeManager.enabled=false"]);
    assertEquals(nodeOf(relay).readinessProbe, undefined);
    const own = "healthChecks.cardanoNode.readinessProbe.tcpSocket.port=3001";
    const given = await render(NODE_CHART, ["--set", own]);
    assertEquals(nodeOf(given).readinessProbe, { tcpSocket: { port: 3001 } });
  },
);

helmTest(
  "the sidecar is not restarted beside a node that replays its ledger for hours",
  async () => {
    // Its restart takes seconds, and after four of them the dead-man probe ends the node.
    const { socketWaitTimeoutMs } = configOf(await render(NODE_CHART)).node;
    assert(socketWaitTimeoutMs >= 6 * 3_600_000, `${socketWaitTimeoutMs} ms`);
  },
);

helmTest("the chart knows every setting of the program", async () => {
  const { stdout } = await template(NODE_CHART, ["--show-only", "templates/statefulset.yaml"]);
  assert(stdout.includes("kind: StatefulSet"));
  const text = Deno.readTextFileSync(`${NODE_CHART}/templates/_manager.tpl`);
  const listed = /define "cardano-node.settings" -}}\n\[([^\]]*)\]/.exec(text)?.[1] ?? "";
  assertEquals(
    listed.split(",").map((name) => name.trim()).sort(),
    SETTINGS.map(({ name }): string => name).sort(),
  );
});

const CLUSTERS = "forgeManager.clusterManagement";
const ONE_API = `${CLUSTERS}.enabled=true,${CLUSTERS}.region=eu`;
const POOL = "forgeManager.multiTenant.enabled=true,forgeManager.multiTenant.pool.id";
const ROLES: Readonly<Record<string, string>> = {
  "one cluster": "nameOverride=",
  "a pool of its own": `${POOL}=pool1z5uqdk7dzdxaae5633fqfcu2eqzy3a3rgtuvy087fdld7yws0xt`,
  "a pool by a word": `${POOL}=My_Pool.1-23456`,
  "names of one's own": "forgeManager.lease.name=lock,forgeManager.lease.previousNames={a,b}",
  "no name before": 'forgeManager.lease={"name":"lock","previousNames":[],"duration":15}',
  "clusters of one API": ONE_API,
  "clusters of a pool": `${ONE_API},${POOL}=My_Pool.1-23456`,
  "clusters by identifier": `${CLUSTERS}.enabled=true,${CLUSTERS}.identifier=blue`,
  "clusters elsewhere": `${ONE_API},${CLUSTERS}.coordination.namespace=hub`,
};

helmTest("the Roles allow each call that the program makes, and none besides", async () => {
  for (const [name, set] of Object.entries(ROLES)) {
    const flag = set.includes('{"') ? "--set-json" : "--set";
    // One pod: a Role cannot say "its own", so with several each may watch the others.
    const objects = await render(NODE_CHART, [flag, set, "--set", "replicaCount=1"]);
    const config = configOf(objects);
    const { cluster } = config;
    const local = oneOf(objects, "Role", "pool-cardano-node");
    const calls = neededCalls(config);
    assertEquals(granted(local.rules), wanted(calls), name);
    if (cluster === undefined) continue;
    const hub = oneOf(objects, "Role", "pool-cardano-node-coordination");
    assertEquals(hub.metadata.namespace, cluster.coordination.namespace);
    assertEquals(granted(hub.rules), wanted(coordinationCalls(cluster)), name);
  }
});

helmTest("the chart works names out as the program does", async () => {
  const NAMES = ["LEASE_NAME", "PREVIOUS_LEASE_NAMES", "CRD_NAME", "FORGE_LEASE_NAME"];
  for (const [name, set] of Object.entries(ROLES).filter(([name]) => !name.includes("name"))) {
    const objects = await render(NODE_CHART, ["--set", set]);
    const env = environmentOf(managerOf(objects), FIELDS);
    const entries = Object.entries(env).filter(([setting]) => !NAMES.includes(setting));
    const reading = readConfig({ ...Object.fromEntries(entries), ...IN_CLUSTER });
    assert(reading.kind === "config", name);
    assertEquals(reading.config, configOf(objects), name);
  }
});

helmTest("the coordination API's Roles are those that each region's program needs", async () => {
  const hub = await render(NODE_CHART, exampleArgs("coordination.yaml"));
  for (const example of EXAMPLES.filter((name) => name.startsWith("region-"))) {
    const { cluster } = configOf(await render(NODE_CHART, exampleArgs(example)));
    const role = oneOf(hub, "Role", `pool-cardano-node-${cluster!.region}`);
    assertEquals(granted(role.rules), wanted(coordinationCalls(cluster!)), example);
  }
});

function wanted(calls: readonly NeededCall[]): string[] {
  const lines = calls.map(({ verb, group, resource, subresource, name }) => {
    const full = subresource === undefined ? resource : `${resource}/${subresource}`;
    return `${verb} ${full}.${group} ${name ?? "*"}`;
  });
  return [...new Set(lines)].sort();
}

function granted(rules: readonly Json[]): string[] {
  const lines = rules.flatMap(({ apiGroups, resources, resourceNames = ["*"], verbs }) =>
    apiGroups.flatMap((group: string) =>
      resources.flatMap((one: string) =>
        verbs.flatMap((verb: string) =>
          resourceNames.map((name: string) => `${verb} ${one}.${group} ${name}`)
        )
      )
    )
  );
  return [...new Set<string>(lines)].sort();
}

/** Seconds: W, H, S, API_TIMEOUT, SLEEP_INTERVAL. Around the edges of each rule. */
const TIMINGS: readonly (readonly [number, number | null, number, number, number])[] = [
  [15, null, 4, 2, 5],
  [15, 10.402, 4, 2, 5],
  [15, 10.403, 4, 2, 5],
  [15, 5.75, 4, 2, 5],
  [15, 5.749, 4, 2, 5],
  [13, null, 4, 2, 5],
  [14, null, 4, 2, 5],
  [14, null, 4, 2.31, 5],
  [30, null, 20, 2, 5],
  [30, null, 21.5, 2, 5],
  [30, null, 22.2, 2, 5],
  [30, 20, 4, 12.5, 7.5],
  [60, null, 4, 2, 0.2],
  [300, 289.758, 4, 2, 5],
  [300, 289.759, 4, 2, 5],
  [12, null, 2, 0.2, 0.2],
  [9, null, 2, 0.2, 0.2],
  [17, 12.1, 4, 4.4, 3600],
];

helmTest(
  "the template takes the timings that the program takes and the dead-man probe keeps",
  async () => {
    let taken = 0;
    for (const [duration, deadline, fence, api, sleep] of TIMINGS) {
      const sets = [
        `forgeManager.lease.duration=${duration}`,
        `forgeManager.fenceTimeout=${fence}`,
        `forgeManager.apiTimeout=${api}`,
        `forgeManager.sleepInterval=${sleep}`,
        ...(deadline === null ? [] : [`forgeManager.lease.renewDeadline=${deadline}`]),
      ];
      const { code, stderr } = await template(NODE_CHART, ["--set-json", sets.join(",")]);
      const reading = readConfig({
        ...IN_CLUSTER,
        POD_NAME: "p",
        LEASE_DURATION: `${duration}`,
        FENCE_TIMEOUT: `${fence}`,
        API_TIMEOUT: `${api}`,
        SLEEP_INTERVAL: `${sleep}`,
        ...(deadline === null ? {} : { RENEW_DEADLINE: `${deadline}` }),
      });
      // The chart's README, with 2/1/2 and grace 1: D = 2·2 + 1 + 1 + max(2, 1) = 8 s
      const isSeenInTime = 1.01 * (Math.min(sleep, duration / 4) + api) + 8 <= 0.99 * duration;
      const isSafe = reading.kind === "config" && isSeenInTime;
      assertEquals(code === 0, isSafe, `${sets}: ${reading.kind}, ${isSeenInTime}, ${stderr}`);
      if (isSafe) taken += 1;
    }
    assert(taken >= 5 && taken <= TIMINGS.length - 5, `${taken} taken`);
  },
);
