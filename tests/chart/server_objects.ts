// Owns the proof that a real API server takes rendered objects: by schema, by strict apply, by pod security.
// Never leaves an object behind: every request is a dry run.

import { assert, assertEquals } from "@std/assert";
import { CUSTOM_RESOURCE_DEFINITIONS } from "../../lib/kubernetes/crds.ts";
import { expectStatus, type Json } from "../support/api_request.ts";
import type { RealApiServer } from "../support/apiserver.ts";
import { kubeconform, writeSchemas } from "../support/kubeconform.ts";
import { MONITORING_CRDS } from "./monitoring_crds.ts";

export interface Rendered {
  readonly name: string;
  readonly objects: readonly Json[];
}

export async function conforming(
  server: RealApiServer,
  rendered: readonly Rendered[],
): Promise<void> {
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

export async function applied(server: RealApiServer, rendered: readonly Rendered[]): Promise<void> {
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

/** https://kubernetes.io/docs/concepts/security/pod-security-standards/ */
export async function admitted(
  server: RealApiServer,
  rendered: readonly Rendered[],
): Promise<void> {
  const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
  const namespace = { metadata: { name: "restricted", labels } };
  expectStatus(201, await server.request("POST", "/api/v1/namespaces", { body: namespace }));
  const pods = "/api/v1/namespaces/restricted/pods?dryRun=All";
  for (const { name, objects } of rendered) {
    for (const { spec } of objects.filter(({ kind }) => kind === "StatefulSet")) {
      const ledger = { name: "ledger", emptyDir: {} };
      const volumes = [...spec.template.spec.volumes, ...spec.volumeClaimTemplates ? [ledger] : []];
      const body = { metadata: { name: "x" }, spec: { ...spec.template.spec, volumes } };
      const answer = await server.request("POST", pods, { body });
      assertEquals([name, answer.status, answer.body.message], [name, 201, undefined]);
    }
  }
}

export async function pathOf(
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
