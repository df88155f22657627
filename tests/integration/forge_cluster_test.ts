// Owns the proof that CardanoForgeCluster's definition, and what is done with one, suit a real API server.
// Never asserts on how long something took.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { type ClusterConfig, readConfig } from "../../lib/config.ts";
import { openCluster } from "../../lib/kubernetes/access.ts";
import { ApiClient } from "../../lib/kubernetes/client.ts";
import { CUSTOM_RESOURCE_DEFINITIONS } from "../../lib/kubernetes/crds.ts";
import { sleep } from "../../lib/sleep.ts";
import { type ForgeClusterApi, forgeClusterApi } from "../../lib/kubernetes/forge_cluster.ts";
import type { UsableForgeCluster } from "../../lib/kubernetes/forge_cluster_parse.ts";
import {
  editedFields,
  firstForgeCluster,
  forgeClusterSelector,
} from "../../lib/kubernetes/forge_cluster_spec.ts";
import { forgeClusterStatus } from "../../lib/kubernetes/forge_cluster_status.ts";
import type { Json } from "../support/api_request.ts";
import {
  ACCEPTED,
  CHANGES_REFUSED,
  ENDPOINT,
  MAINNET,
  POOL,
  REFUSED,
  SPEC,
} from "../unit/kubernetes/forge_cluster_examples.ts";
import { VIEW as REPORTED } from "../unit/kubernetes/forge_cluster_objects.ts";
import { until } from "../support/until.ts";
import { type RealApiServer, realApiServerTest, startApiServer } from "../support/apiserver.ts";

const COLLECTION = "/apis/cardano.io/v1/namespaces/default/cardanoforgeclusters";
const LIMITS = { timeoutMs: 10_000 };
const COLUMNS = ["Name", "Network", "Pool", "Region", "State", "Priority"];

function cluster(name: string, spec: Json): Json {
  return { apiVersion: "cardano.io/v1", kind: "CardanoForgeCluster", metadata: { name }, spec };
}

realApiServerTest("CardanoForgeCluster against a real API server", async (t) => {
  await using server = await startApiServer({
    crds: CUSTOM_RESOURCE_DEFINITIONS as unknown as Json[],
  });
  await t.step("its file says the same to the server", () => fileStep(server));
  await t.step("accepts what an operator may want", () => acceptedStep(server));
  await t.step("refuses what cannot work, and says why", () => refusedStep(server));
  await t.step("keeps network and pool as they were created", () => immutableStep(server));
  await t.step("is created from the environment, and then the operator's", () => editStep(server));
  await t.step("takes every status that is built", () => statusStep(server));
  await t.step("shows the columns that scripts read", () => columnStep(server));
  await t.step("is followed by its pool's clusters alone", () => watchStep(server));
});

async function fileStep({ request }: RealApiServer): Promise<void> {
  const name = "cardanoforgeclusters.cardano.io";
  const file = new URL(`../../chart/cardano-forge-crds/files/${name}.yaml`, import.meta.url);
  const crd = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`;
  const before = await request("GET", crd);
  const { status, body } = await request("PATCH", `${crd}?fieldManager=test&force=true`, {
    body: await Deno.readTextFile(file),
    contentType: "application/apply-patch+yaml",
  });
  assertEquals([status, body.message], [200, undefined]);
  assertEquals([body.spec, body.metadata.generation], [before.body.spec, 1]);
  const types = before.body.status.conditions.map(({ type }: Json) => type);
  assertEquals(types.sort(), ["Established", "NamesAccepted"]); // and not NonStructuralSchema
  assertEquals(before.body.status.acceptedNames.shortNames, ["cfc"]);
}

async function acceptedStep({ request }: RealApiServer): Promise<void> {
  for (const [why, fields] of ACCEPTED) {
    const body = cluster("accepted", { ...SPEC, ...fields });
    const answer = await request("POST", `${COLLECTION}?dryRun=All`, { body });
    assertEquals([why, answer.status, answer.body.message], [why, 201, undefined]);
  }
  const { body } = await request("POST", `${COLLECTION}?dryRun=All`, {
    body: cluster("defaults", { ...SPEC, application: {}, healthCheck: {}, override: {} }),
  });
  assertEquals(body.spec, {
    network: { ...MAINNET, era: "conway" },
    pool: POOL,
    application: { type: "block-producer", environment: "production" },
    region: "us-east-1",
    forgeState: "Priority-based",
    priority: 100,
    healthCheck: { enabled: false, interval: "30s", timeout: "10s", failureThreshold: 3 },
    override: { enabled: false },
  });
}

async function refusedStep({ request }: RealApiServer): Promise<void> {
  for (const [why, fields, message] of REFUSED) {
    const body = cluster("refused", { ...SPEC, ...fields });
    const answer = await request("POST", `${COLLECTION}?dryRun=All`, { body });
    assertEquals([why, answer.status], [why, 422]);
    assertMatch(answer.body.message, message);
  }
}

async function immutableStep({ request }: RealApiServer): Promise<void> {
  const contentType = "application/merge-patch+json";
  assertEquals((await request("POST", COLLECTION, { body: cluster("kept", SPEC) })).status, 201);
  for (const [why, spec, message] of CHANGES_REFUSED) {
    const answer = await request("PATCH", `${COLLECTION}/kept`, { body: { spec }, contentType });
    assertEquals([why, answer.status], [why, 422]);
    assertMatch(answer.body.message, message);
  }
  const legacy = cluster("legacy", { ...SPEC, pool: undefined });
  assertEquals((await request("POST", COLLECTION, { body: legacy })).status, 201);
  const added = { body: { spec: { pool: POOL } }, contentType };
  const answer = await request("PATCH", `${COLLECTION}/legacy`, added);
  assertEquals(answer.status, 422);
  assertMatch(answer.body.message, /pool is immutable/);
  const same = { body: { spec: { pool: POOL, priority: 5 } }, contentType };
  assert((await request("PATCH", `${COLLECTION}/kept`, same)).status === 200);
}

const POOL_ID = "pool1pu5jlj4q9w9jlxeu370a3c9myx47md5j5m2str0naunn2q3lkdy";
const reading = readConfig({
  POD_NAME: "bp-0",
  KUBERNETES_SERVICE_HOST: "10.96.0.1",
  POOL_ID,
  POOL_TICKER: "POOL1",
  ENABLE_CLUSTER_MANAGEMENT: "true",
  CLUSTER_REGION: "us-east-1",
  HEALTH_CHECK_ENDPOINT: ENDPOINT,
  HEALTH_CHECK_INTERVAL: "2m",
});
assert(reading.kind === "config" && reading.config.cluster !== undefined);
const IDENTITY = reading.config;
const OURS: ClusterConfig = reading.config.cluster;
const FIRST = firstForgeCluster(IDENTITY, { cluster: OURS });

async function withApi(
  server: RealApiServer,
  run: (api: ForgeClusterApi) => Promise<void>,
): Promise<void> {
  const clock = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };
  const settings = { kind: "kubeconfig", path: server.kubeconfigPath, context: undefined } as const;
  const access = await openCluster(settings, { clock });
  const client = new ApiClient({ access, userAgent: "cardano-forge-manager/test", clock });
  try {
    await run(forgeClusterApi(client, { ...OURS.resource, namespace: "default" }));
  } finally {
    client.close();
  }
}

async function ensured(api: ForgeClusterApi): Promise<UsableForgeCluster> {
  const answer = await api.ensure(FIRST, LIMITS);
  assert(answer.kind === "cluster" && answer.cluster.kind === "usable", JSON.stringify(answer));
  return answer.cluster;
}

async function editStep(server: RealApiServer): Promise<void> {
  await withApi(server, async (api) => {
    const { resource, rawSpec } = await ensured(api);
    assertEquals([resource.name, resource.generation], [FIRST.name, 1]);
    assertEquals(editedFields(FIRST.spec, rawSpec!), []);
    const dryRun = { ...LIMITS, dryRun: true };
    assertEquals((await api.patchSpec(FIRST.name, { priority: 5 }, dryRun)).kind, "cluster");
    const edited = await api.patchSpec(FIRST.name, { priority: 7 }, LIMITS);
    assert(edited.kind === "cluster" && edited.cluster.kind === "usable");
    assertEquals([edited.cluster.resource.generation, edited.cluster.resource.spec.priority], [
      2,
      7,
    ]);
    assertEquals(editedFields(FIRST.spec, edited.cluster.rawSpec!), ["spec.priority"]);
    const stale = { ...LIMITS, resourceVersion: "1" };
    assertEquals((await api.patchSpec(FIRST.name, { priority: 9 }, stale)).kind, "conflict");
    const refused = await api.patchSpec(FIRST.name, { network: { magic: 1 } }, LIMITS);
    assertEquals(refused.kind, "invalid");
    assertMatch((refused as { message: string }).message, /network is immutable/);

    await server.request("DELETE", `${COLLECTION}/${FIRST.name}`);
    assertEquals((await api.read(FIRST.name, LIMITS)).kind, "not_found");
    const again = await api.create({ ...FIRST, spec: edited.cluster.rawSpec! }, LIMITS);
    assert(again.kind === "cluster" && again.cluster.kind === "usable");
    assertEquals(again.cluster.resource.spec, edited.cluster.resource.spec);
    assertEquals((await api.create(FIRST, LIMITS)).kind, "conflict");
  });
}

const VIEW = { ...REPORTED, generation: 1 };

async function statusStep(server: RealApiServer): Promise<void> {
  await withApi(server, async (api) => {
    const absent = forgeClusterStatus(VIEW, undefined).status;
    assertEquals((await api.applyStatus("absent", absent, LIMITS)).kind, "not_found");
    const least = {
      ...VIEW,
      generation: undefined,
      leaderPod: "",
      forgingEnabled: false,
      reason: "",
      message: "",
      health: { ...VIEW.health, lastProbeAt: undefined, responseMs: undefined },
      forgeEpoch: undefined,
      betterSince: undefined,
      credentials: undefined,
    };
    for (const view of [VIEW, least, VIEW]) {
      const { status } = forgeClusterStatus(view, (await ensured(api)).status);
      const applied = await api.applyStatus(FIRST.name, status, LIMITS);
      assert(applied.kind === "cluster" && applied.cluster.kind === "usable");
      assertEquals(applied.cluster.status, status);
      assertEquals(forgeClusterStatus(view, applied.cluster.status).differs, false);
      assertEquals(applied.cluster.resource.generation, 1); // a report is no edit
    }
    // What a former leader sent, and what comes after its successor's word.
    const found = await api.read(FIRST.name, LIMITS);
    assert(found.kind === "cluster");
    const { resourceVersion } = found.cluster;
    const bound = { ...LIMITS, resourceVersion };
    const successor = { ...absent, message: "of the successor" };
    assertEquals((await api.applyStatus(FIRST.name, successor, bound)).kind, "cluster");
    assertEquals((await api.applyStatus(FIRST.name, absent, bound)).kind, "conflict");
    assertEquals((await ensured(api)).status?.message, "of the successor");
    const wrong = { ...absent, effectiveState: "On" } as unknown as typeof absent;
    assertEquals((await api.applyStatus(FIRST.name, wrong, LIMITS)).kind, "invalid");
  });
}

async function columnStep({ request }: RealApiServer): Promise<void> {
  const { body } = await request("GET", `${COLLECTION}/${FIRST.name}`, {
    headers: { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" },
  });
  const columns = body.columnDefinitions as { name: string; priority: number }[];
  const names = (priority: number) =>
    columns.filter((column) => column.priority === priority).map(({ name }) => name);
  assertEquals(names(0), [...COLUMNS, "Active Leader", "Healthy", "Age"]);
  assertEquals(names(1), ["Base Priority", "Forging", "Heartbeat", "Reason"]);
  const cells = body.rows[0].cells;
  const { name } = FIRST;
  const state = ["us-east-1", "Priority-based", 11, "bp-0", true];
  assertEquals(cells.slice(0, 8), [name, "mainnet", "POOL1", ...state]);
  assertEquals([cells[9], cells[10], cells[12]], [7, true, "Forging"]);
}

async function watchStep(server: RealApiServer): Promise<void> {
  await withApi(server, async (api) => {
    const seen: string[] = [];
    const done = new AbortController();
    const watching = api.watch({
      selector: forgeClusterSelector(IDENTITY),
      ...LIMITS,
      signal: done.signal,
      random: Math.random,
      sleep,
      onReport: (report) => {
        if (report.kind === "listed") seen.push(`listed ${report.objects.map(({ name }) => name)}`);
        else if (report.kind === "upserted") seen.push(`${report.object.name} is`);
        else if (report.kind === "deleted") seen.push(`${report.name} is gone`);
        else seen.push(report.kind);
      },
    });
    const expectSeen = async (...expected: string[]) => {
      await until(`${expected.length} reports`, () => seen.length >= expected.length);
      assertEquals(seen.splice(0), expected);
    };
    await expectSeen(`listed ${FIRST.name}`, "connected");
    await api.create({ ...FIRST, name: "another" }, LIMITS);
    const labels = { ...FIRST.labels, "cardano.io/pool-id": "other" };
    await api.create({ ...FIRST, name: "others", labels }, LIMITS);
    await api.patchSpec("another", { forgeState: "Disabled" }, LIMITS);
    await expectSeen("another is", "another is");
    const unlabelled = { metadata: { labels: { "cardano.io/pool-id": null } } };
    await server.request("PATCH", `${COLLECTION}/another`, {
      body: unlabelled,
      contentType: "application/merge-patch+json",
    });
    await expectSeen("another is gone"); // it still exists, but cannot be found
    const found = await api.ensure({ ...FIRST, name: "another" }, LIMITS);
    assertEquals(found.kind === "cluster" && found.done, "labelled");
    await server.request("DELETE", `${COLLECTION}/${FIRST.name}`);
    await expectSeen("another is", `${FIRST.name} is gone`);
    done.abort();
    await watching;
    const { labelSelector } = forgeClusterSelector(IDENTITY);
    const list = await api.list({ labelSelector: labelSelector! }, LIMITS);
    assertEquals(list.kind === "clusters" && list.clusters.map(({ name }) => name), ["another"]);
  });
}
