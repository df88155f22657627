// Owns the check that the definitions' chart installs what the program says, and keeps it.
// Never compares text: metadata is added, and the order of keys is helm's.

import { assertEquals } from "@std/assert";
import { CUSTOM_RESOURCE_DEFINITIONS } from "../../lib/kubernetes/crds.ts";
import type { Json } from "../support/api_request.ts";
import { CRDS_CHART, helmTest, render } from "../support/helm.ts";

helmTest("the chart renders the program's definitions, and keeps them", async () => {
  const crds = (await render(CRDS_CHART)).filter(({ kind }) => kind === "CustomResourceDefinition");
  const byName = Object.fromEntries(crds.map((crd) => [crd.metadata.name, crd]));
  assertEquals(crds.length, CUSTOM_RESOURCE_DEFINITIONS.length);
  for (const { metadata, ...rest } of CUSTOM_RESOURCE_DEFINITIONS) {
    const { metadata: found, ...rendered } = byName[metadata.name] as Json;
    assertEquals(rendered, rest as Json);
    assertEquals(found.annotations, { "helm.sh/resource-policy": "keep" });
    assertEquals(found.labels, { ...found.labels, ...metadata.labels });
  }
});

helmTest("definitions and roles can be left out, and definitions let go of", async () => {
  const kinds = async (...sets: string[]) => {
    const objects = await render(CRDS_CHART, sets.flatMap((set) => ["--set", set]));
    return [...new Set(objects.map(({ kind }) => kind))].sort();
  };
  assertEquals(await kinds(), ["ClusterRole", "CustomResourceDefinition"]);
  assertEquals(await kinds("crds.enabled=false"), ["ClusterRole"]);
  assertEquals(await kinds("clusterRoles.create=false"), ["CustomResourceDefinition"]);
  const [crd] = await render(CRDS_CHART, ["--set", "crds.keep=false,clusterRoles.create=false"]);
  assertEquals(crd.metadata.annotations, undefined);
});

helmTest(
  "no role for people may write a status, or anything beyond our two resources",
  async () => {
    const roles = await render(CRDS_CHART, ["--set", "crds.enabled=false"]);
    const rules = roles.flatMap((role: Json) => role.rules);
    assertEquals([...new Set(rules.flatMap((rule: Json) => rule.apiGroups))], ["cardano.io"]);
    const resources = [...new Set(rules.flatMap((rule: Json) => rule.resources))].sort();
    assertEquals(resources, ["cardanoforgeclusters", "cardanoleaders"]);
  },
);
