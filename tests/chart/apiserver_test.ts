// Owns the proof that a real API server takes what the charts render, and helm's way with releases.
// Never waits for pods: there are no controllers here.

import { assert, assertEquals } from "@std/assert";
import { CUSTOM_RESOURCE_DEFINITIONS } from "../../lib/kubernetes/crds.ts";
import { expectStatus, type Json } from "../support/api_request.ts";
import { haveRealApiServer, type RealApiServer, startApiServer } from "../support/apiserver.ts";
import {
  CRDS_CHART,
  exampleArgs,
  EXAMPLES,
  HELM,
  helm,
  helmDone,
  NODE_CHART,
  objectsOf,
  render,
} from "../support/helm.ts";
import { haveKubeconform, kubeconform, writeSchemas } from "../support/kubeconform.ts";
import { MONITORING_CRDS } from "./monitoring_crds.ts";

const NAMESPACES = ["cardano", "cardano-coordination", "relays"];
/** Every object that the chart can render and no example does. */
const THE_REST = [
  "monitoring.serviceMonitor.enabled=true",
  "cardanoNode.metrics.exposed=true",
  "forgeManager.clusterManagement.enabled=true",
  "forgeManager.clusterManagement.region=eu-west-1",
  "forgeManager.clusterManagement.coordination.namespace=cardano-coordination",
  "monitoring.grafanaDashboard.enabled=true",
  "cardanoNode.config.files.config\\.json=x",
  "cardanoNode.profile=blinklabs",
  "podAntiAffinityPreset=hard",
  "persistence.retentionPolicy.whenDeleted=Delete",
  "podDisruptionBudget.minAvailable=1",
  "service.p2p.type=NodePort",
  "extraObjects[0].apiVersion=v1",
  "extraObjects[0].kind=ConfigMap",
  "extraObjects[0].metadata.name=mine",
].flatMap((set) => ["--set", set]);

const why = HELM === undefined ? "helm is not installed" : "KUBEBUILDER_ASSETS is not set";
const ignore = HELM === undefined || !haveRealApiServer;
if (ignore) console.log(`skipped, ${why}: the charts on a real API server`);

Deno.test({ name: "the charts on a real API server", ignore, fn: onServer });

async function onServer(t: Deno.TestContext): Promise<void> {
  const step = (name: string, ignore: boolean, fn: () => Promise<void>) =>
    t.step({ name, ignore, fn });
  await using server = await startApiServer({ namespaces: NAMESPACES, crds: MONITORING_CRDS });
  await step(
    "helm upgrade upgrades the definitions, and uninstall keeps them",
    false,
    () => definitions(server),
  );
  const rendered = await everything();
  await step(
    "every object conforms to the server's schemas, strictly",
    !haveKubeconform,
    () => conforming(server, rendered),
  );
  await step(
    "every object is applied, with unknown fields refused",
    false,
    () => applied(server, rendered),
  );
  await step(
    "install, upgrade and rollback change what they should",
    false,
    () => releases(server),
  );
}

interface Rendered {
  readonly name: string;
  readonly objects: readonly Json[];
}

function everything(): Promise<Rendered[]> {
  const node = async (name: string, args: readonly string[]) => ({
    name,
    objects: await render(NODE_CHART, args),
  });
  return Promise.all([
    ...EXAMPLES.map((name) => node(name, exampleArgs(name))),
    node("the defaults", []),
    node("the rest", THE_REST),
    render(CRDS_CHART).then((objects) => ({ name: "definitions", objects })),
  ]);
}

async function definitions(server: RealApiServer): Promise<void> {
  const args = ["--kubeconfig", server.kubeconfigPath, "--namespace", "cardano"];
  const older = `${server.folder}/older`;
  await copyFolder(CRDS_CHART, older);
  const file = `${older}/files/cardanoleaders.cardano.io.yaml`;
  const text = await Deno.readTextFile(file);
  await Deno.writeTextFile(file, text.replace("name: Leader Pod", "name: Chief"));
  const column = async () => {
    const { body } = await server.request("GET", `${CRDS}/cardanoleaders.cardano.io`);
    return body.spec.versions[0].additionalPrinterColumns[0].name;
  };
  await helmDone(["install", "crds", older, ...args]);
  assertEquals(await column(), "Chief");
  await helmDone(["upgrade", "crds", CRDS_CHART, ...args]);
  assertEquals(await column(), "Leader Pod");
  await helmDone(["uninstall", "crds", ...args]);
  assertEquals(await column(), "Leader Pod");
  await helmDone(["install", "crds", CRDS_CHART, ...args]); // what was kept is the release's again
}

const CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

async function conforming(server: RealApiServer, rendered: readonly Rendered[]): Promise<void> {
  const folder = `${server.folder}/schemas`;
  await Deno.mkdir(folder);
  const own = CUSTOM_RESOURCE_DEFINITIONS.map(({ spec }) => (spec.names as Json).kind);
  await writeSchemas(server, {
    folder,
    waitFor: [...own, ...MONITORING_CRDS.map((crd) => crd.spec.names.kind)],
  });
  assertEquals(await kubeconform(folder, rendered.flatMap(({ objects }) => objects)), []);
  const wrong = { apiVersion: "v1", kind: "Service", metadata: { name: "x" }, spec: { prots: [] } };
  assertEquals((await kubeconform(folder, [wrong])).length, 1, "an unknown field is found");
}

async function applied(server: RealApiServer, rendered: readonly Rendered[]): Promise<void> {
  const types = new Map<string, Json[]>();
  for (const { name, objects } of rendered) {
    for (const object of objects) {
      const path = await pathOf(server, object, types);
      const query = "?fieldManager=test&force=true&dryRun=All&fieldValidation=Strict";
      const { status, body } = await server.request("PATCH", path + query, {
        body: object,
        contentType: "application/apply-patch+yaml",
      });
      const place = `${name}: ${object.kind} ${object.metadata.name}`;
      assert(status === 200 || status === 201, `${place}: HTTP ${status} ${body.message}`);
    }
  }
}

async function pathOf(
  server: RealApiServer,
  { apiVersion, kind, metadata }: Json,
  types: Map<string, Json[]>,
): Promise<string> {
  const group = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  if (!types.has(group)) types.set(group, (await server.request("GET", group)).body.resources);
  const type = types.get(group)!.find((one) => one.kind === kind && !one.name.includes("/"));
  if (type === undefined) throw new Error(`${apiVersion} has no ${kind}`);
  const scope = type.namespaced ? `/namespaces/${metadata.namespace ?? "cardano"}` : "";
  return `${group}${scope}/${type.name}/${metadata.name}`;
}

async function releases(server: RealApiServer): Promise<void> {
  const args = ["--kubeconfig", server.kubeconfigPath, "--namespace", "cardano"];
  const path = "/apis/apps/v1/namespaces/cardano/statefulsets/pool-cardano-node";
  const seen = async () => {
    const answer = await server.request("GET", path);
    expectStatus(200, answer);
    const { spec, metadata } = answer.body;
    const [manager] = spec.template.spec.initContainers;
    const durationSeconds = manager.env.find(({ name }: Json) => name === "LEASE_DURATION").value;
    return {
      durationSeconds,
      generation: metadata.generation,
      template: JSON.stringify(spec.template),
    };
  };
  const example = [...exampleArgs("single-cluster.yaml"), ...args];
  await helmDone(["install", "pool", NODE_CHART, ...example]);
  const first = await seen();
  assertEquals([first.durationSeconds, first.generation], ["15", 1]);

  await helmDone(["upgrade", "pool", NODE_CHART, ...example]);
  assertEquals((await seen()).generation, 1, "an upgrade without a change moves nobody");
  await helmDone([
    "upgrade",
    "pool",
    NODE_CHART,
    ...example,
    "--set",
    "forgeManager.lease.duration=30",
  ]);
  assertEquals((await seen()).durationSeconds, "30");
  const refused = await helm([
    "upgrade",
    "pool",
    NODE_CHART,
    ...example,
    "--set",
    "forgeManager.lease.duration=10",
  ]);
  assert(
    refused.code !== 0 && refused.stderr.includes("forgeManager.lease.duration 10 s"),
    refused.stderr,
  );
  assertEquals((await seen()).durationSeconds, "30", "a refused upgrade changes nothing");
  await helmDone(["rollback", "pool", "1", ...args]);
  assertEquals((await seen()).template, first.template);

  const relay = ["--set", "forgeManager.enabled=false"];
  await helmDone(["upgrade", "pool", NODE_CHART, ...example, ...relay]);
  assertEquals(
    (await server.request("GET", path)).body.spec.template.spec.initContainers,
    undefined,
  );
  await helmDone(["upgrade", "pool", NODE_CHART, ...example]); // a relay in sync becomes a producer
  assertEquals((await seen()).template, first.template);

  const leases = await server.request(
    "GET",
    "/apis/coordination.k8s.io/v1/namespaces/cardano/leases",
  );
  assertEquals(leases.body.items, [], "a Lease is the managers'");
  const manifest = objectsOf(await helmDone(["get", "manifest", "pool", ...args]));
  await helmDone(["uninstall", "pool", ...args]);
  for (const object of manifest) {
    const { status } = await server.request("GET", await pathOf(server, object, new Map()));
    assert(status === 404 || await isEnding(server, object), `${object.kind} is left`);
  }
}

/** Without controllers an object with finalizers stays, marked. */
async function isEnding(server: RealApiServer, object: Json): Promise<boolean> {
  const { body } = await server.request("GET", await pathOf(server, object, new Map()));
  return body.metadata?.deletionTimestamp !== undefined;
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copyFolder(`${from}/${name}`, `${to}/${name}`);
    else await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
  }
}
