// Owns the proof of helm's way with releases on a real API server: install, upgrade, rollback, uninstall.
// Never waits for pods: there are no controllers here.

import { assert, assertEquals } from "@std/assert";
import { expectStatus, type Json } from "../support/api_request.ts";
import type { RealApiServer } from "../support/apiserver.ts";
import { CRDS_CHART, exampleArgs, helm, helmDone, NODE_CHART, objectsOf } from "../support/helm.ts";
import { pathOf } from "./server_objects.ts";

const CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

export async function definitions(server: RealApiServer): Promise<void> {
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

export async function releases(server: RealApiServer): Promise<void> {
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
