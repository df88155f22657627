// Owns the proof that check-config tells a role that is enough from one that is not.
// Never looks at files or a node: unit tests do.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { checkCluster, neededCalls } from "../../lib/cli/checks/cluster.ts";
import { type Config, readConfig } from "../../lib/config.ts";
import { CUSTOM_RESOURCE_DEFINITIONS } from "../../lib/kubernetes/crds.ts";
import { type Json, realApiServerTest, startApiServer } from "../support/apiserver.ts";

function configOf(kubeconfig: string): Config {
  const reading = readConfig({ POD_NAME: "bp-0", POOL_ID: "mine", KUBECONFIG: kubeconfig });
  if (reading.kind === "wrong") throw new Error(JSON.stringify(reading.problems));
  return reading.config;
}

realApiServerTest("check-config judges a role call by call", async () => {
  await using server = await startApiServer({ authorization: "RBAC" });
  const account = { namespace: "default", name: "replica" };
  const calls = neededCalls(configOf("/nowhere"));
  const rules = calls.filter(({ verb, without }) => verb !== "watch" && without === undefined).map((
    call,
  ) => ({
    apiGroups: [call.group],
    resources: [
      call.subresource === undefined ? call.resource : `${call.resource}/${call.subresource}`,
    ],
    verbs: [call.verb],
    ...(call.name === undefined ? {} : { resourceNames: [call.name] }),
  }));
  const token = await server.serviceAccountToken(account, rules);
  const config = configOf(await server.writeKubeconfig({ token }));

  const checks = await checkCluster(config);
  const judged = (verdict: string) =>
    checks.filter((check) => check.verdict === verdict).map(({ name }) => name);
  assertEquals(judged("warning"), [
    "the role allows list pods bp-0",
    "the role allows watch pods bp-0",
    "the role allows create events",
    "the role allows patch events",
  ]);
  assertEquals(judged("unknown"), []);
  assertEquals(judged("failed"), [
    "the role allows watch leases cardano-leader-mainnet-mine",
    "the API knows cardanoleaders.cardano.io/v1",
  ]);
  assertStringIncludes(checks.at(-1)!.found, "kubectl apply -f -");

  for (const crd of CUSTOM_RESOURCE_DEFINITIONS) await server.installCrd(crd as unknown as Json);
  const again = await checkCluster(config);
  assertEquals(again.at(-1)?.verdict, "ok");
});

realApiServerTest(
  "check-config says that a namespace is not there, and leaves nothing",
  async () => {
    await using server = await startApiServer({ authorization: "AlwaysAllow" });
    const kubeconfig = await server.writeKubeconfig({ token: server.token });
    const judged = async (namespace: string) => {
      const checks = await checkCluster({ ...configOf(kubeconfig), namespace });
      return checks.find(({ name }) => name === `the API server has namespace ${namespace}`);
    };
    assertEquals((await judged("default"))?.verdict, "ok");
    const absent = await judged("nowhere");
    assertEquals(absent?.verdict, "failed");
    assertStringIncludes(absent?.found ?? "", 'namespaces "nowhere" not found');
    const leases = "/apis/coordination.k8s.io/v1/namespaces/default/leases";
    assertEquals((await server.request("GET", leases)).body.items, []);
  },
);
