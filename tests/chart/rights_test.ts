// Owns the proof that the chart's Roles are enough, and that no verb in them is too many.
// Never judges by comparing lists: the API server itself says what it allows the account.

import { assert, assertEquals } from "@std/assert";
import { checkCluster } from "../../lib/cli/checks/cluster.ts";
import type { Check } from "../../lib/cli/checks/check.ts";
import { type Config, readConfig } from "../../lib/config.ts";
import { CUSTOM_RESOURCE_DEFINITIONS } from "../../lib/kubernetes/crds.ts";
import { expectStatus } from "../support/api_request.ts";
import {
  haveRealApiServer,
  type Json,
  type RealApiServer,
  startApiServer,
} from "../support/apiserver.ts";
import { environmentOf, HELM, NODE_CHART, render } from "../support/helm.ts";
import { until } from "../support/until.ts";

const NAMESPACE = "cardano";
/** Of its own: in the pod's, both Roles would allow to create a Lease, and neither verb be missed. */
const HUB = "hub";
const POD = "pool-cardano-node-0";
const FIELDS = { "metadata.name": POD, "metadata.namespace": NAMESPACE, "metadata.uid": "1" };
const CLUSTERS = "forgeManager.clusterManagement";
const MODES: Readonly<Record<string, readonly string[]>> = {
  "one cluster": [],
  "one cluster of several": [
    ...["--set", `${CLUSTERS}.enabled=true,${CLUSTERS}.region=eu`],
    ...["--set", `${CLUSTERS}.coordination.namespace=${HUB}`],
  ],
};

const ignore = HELM === undefined || !haveRealApiServer;
if (ignore) console.log("skipped, helm or KUBEBUILDER_ASSETS is absent: the chart's rights");

Deno.test({
  name: "the chart's account may do all that the program does, and loses a call with each verb",
  ignore,
  async fn(t) {
    for (const [mode, args] of Object.entries(MODES)) {
      await t.step(mode, async () => {
        const crds = CUSTOM_RESOURCE_DEFINITIONS as unknown as readonly Json[];
        await using server = await startApiServer({ namespaces: [NAMESPACE, HUB], crds });
        const objects = await render(NODE_CHART, args);
        for (const object of objects.filter(({ kind }) => kind in COLLECTIONS)) {
          expectStatus(201, await server.request("POST", pathOf(object), { body: object }));
        }
        const config = await configOf(server, objects);
        const lacking = async () => (await checkCluster(config)).filter(isLack).map(nameOf);
        await until("every call to be allowed", async () => (await lacking()).length === 0);

        const roles = objects.filter(({ kind }) => kind === "Role");
        let removed = 0;
        for (const role of roles) {
          for (const { rules, lost } of withoutEachVerb(role)) {
            await replace(server, { ...role, rules });
            const names = await until(`${lost} to be missed`, async () => {
              const names = await lacking();
              return names.length > 0 && names;
            });
            assert(names.every((name) => name.includes(lost)), `${lost}: ${names}`);
            removed += 1;
          }
          await replace(server, role);
          await until("every call to be allowed again", async () => (await lacking()).length === 0);
        }
        assertEquals(
          removed,
          roles.flatMap(({ rules }) => rules).flatMap(({ verbs }) => verbs).length,
        );
        console.log(`${mode}: each of ${removed} verbs is missed when it is removed`);
      });
    }
  },
});

const COLLECTIONS: Readonly<Record<string, string>> = {
  ServiceAccount: "serviceaccounts",
  Role: "roles",
  RoleBinding: "rolebindings",
};

function pathOf({ apiVersion, kind, metadata }: Json): string {
  const group = apiVersion === "v1" ? "/api/v1" : `/apis/${apiVersion}`;
  return `${group}/namespaces/${metadata.namespace}/${COLLECTIONS[kind]}`;
}

async function replace(server: RealApiServer, role: Json): Promise<void> {
  const path = `${pathOf(role)}/${role.metadata.name}`;
  expectStatus(200, await server.request("PUT", path, { body: role }));
}

async function configOf(server: RealApiServer, objects: readonly Json[]): Promise<Config> {
  const spec = objects.find(({ kind }) => kind === "StatefulSet")?.spec.template.spec;
  const account = { namespace: NAMESPACE, name: spec.serviceAccountName };
  const token = await server.serviceAccountToken(account);
  const manager = spec.initContainers.find(({ name }: Json) => name === "forge-manager");
  const KUBECONFIG = await server.writeKubeconfig({ token });
  const reading = readConfig({ ...environmentOf(manager, FIELDS), KUBECONFIG });
  if (reading.kind !== "config") throw new Error(JSON.stringify(reading.problems));
  return reading.config;
}

/** The rules without one verb of one of them, and the call's words in what check-config says. */
function withoutEachVerb({ rules }: Json): { rules: Json[]; lost: string }[] {
  return rules.flatMap((rule: Json, index: number) =>
    rule.verbs.map((verb: string) => ({
      lost: `${verb} ${rule.resources[0]}`,
      rules: rules.map((other: Json, at: number) =>
        at === index ? { ...rule, verbs: rule.verbs.filter((v: string) => v !== verb) } : other
      ).filter(({ verbs }: Json) => verbs.length > 0),
    }))
  );
}

/** What a missing right leads to: a failure, or a warning where all but one comfort works without. */
function isLack({ verdict, name }: Check): boolean {
  return name.includes("allows") && verdict !== "ok";
}

function nameOf({ name }: Check): string {
  return name;
}
