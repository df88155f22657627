// Owns what the charts are tried with on a real API server: every example, the defaults, and all the rest.
// Never judges an answer itself: the files beside it do.

import { haveRealApiServer, startApiServer } from "../support/apiserver.ts";
import { CRDS_CHART, exampleArgs, EXAMPLES, HELM, NODE_CHART, render } from "../support/helm.ts";
import { haveKubeconform } from "../support/kubeconform.ts";
import { MONITORING_CRDS } from "./monitoring_crds.ts";
import { admitted, applied, conforming, type Rendered } from "./server_objects.ts";
import { locks } from "./server_locks.ts";
import { definitions, releases } from "./server_releases.ts";

const NAMESPACES = ["cardano", "cardano-coordination", "relays"];
/** What no example has. */
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

const ignore = HELM === undefined || !haveRealApiServer;
if (ignore) {
  console.log("skipped, helm or KUBEBUILDER_ASSETS is absent: the charts on a real API server");
}

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
    "every pod is admitted where the restricted Pod Security Standard is enforced",
    false,
    () => admitted(server, rendered),
  );
  await step(
    "install, upgrade and rollback change what they should",
    false,
    () => releases(server),
  );
  await step(
    "no upgrade changes the locks under running pods",
    false,
    () => locks(server),
  );
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
