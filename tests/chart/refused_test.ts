// Owns the table of wrong values: each is refused with a message that names the value.
// Never says which timings are safe: timings_test.ts compares with the program.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  CRDS_CHART,
  exampleArgs,
  EXAMPLES,
  helm,
  helmTest,
  NODE_CHART,
  template,
} from "../support/helm.ts";

const CLUSTERS = "forgeManager.clusterManagement";
const IN_A_REGION = `${CLUSTERS}.enabled=true,${CLUSTERS}.region=eu`;
const DEAD_MAN = "healthChecks.cardanoNode.livenessProbe";
const CUSTOM =
  "cardanoNode.profile=custom,image.cardanoNode.registry=r,image.cardanoNode.repository=n,image.cardanoNode.tag=v1";

/** Values as for --set, and every part that the message must have. */
const REFUSED: readonly (readonly [string, ...string[]])[] = [
  ["replicas=3", "additional properties 'replicas' not allowed"],
  ["forgeManager.leaseDuration=20", "/forgeManager", "'leaseDuration'"],
  [`${CLUSTERS}.forgeState=Disabled`, "/forgeManager/clusterManagement", "'forgeState'"],
  ["replicaCount=two", "/replicaCount", "want integer"],
  ["forgeManager.lease.duration=4", "/forgeManager/lease/duration", "minimum"],
  ["forgeManager.lease.duration=301", "/forgeManager/lease/duration", "maximum"],
  ["forgeManager.lease.duration=15.5", "/forgeManager/lease/duration", "integer"],
  ["forgeManager.fenceTimeout=1", "/forgeManager/fenceTimeout", "minimum"],
  ["forgeManager.lease.name=Leader", "/forgeManager/lease/name", "pattern"],
  ["forgeManager.multiTenant.pool.ticker=pool", "/forgeManager/multiTenant/pool/ticker", "pattern"],
  ["forgeManager.logLevel=debug", "/forgeManager/logLevel", "one of"],
  ["cardanoNode.profile=dingo", "/cardanoNode/profile", "one of"],
  ["cardanoNode.port=70000", "/cardanoNode/port", "maximum"],
  ["cardanoNode.socketPath=/node.socket", "/cardanoNode/socketPath", "pattern"],
  ["image.forgeManager.digest=sha256:1", "/image/forgeManager/digest", "pattern"],
  [`${CLUSTERS}.priority=1000`, "/forgeManager/clusterManagement/priority", "maximum"],
  [
    `${CLUSTERS}.healthCheck.failureThreshold=11`,
    "/forgeManager/clusterManagement/healthCheck/failureThreshold",
    "maximum",
  ],
  [`${CLUSTERS}.region=E`, "/forgeManager/clusterManagement/region", "pattern"],
  [`${DEAD_MAN}.initialDelaySeconds=5`, "livenessProbe", "'initialDelaySeconds'"],
  [`${DEAD_MAN}.periodSeconds=0`, `/${DEAD_MAN.replaceAll(".", "/")}/periodSeconds`, "minimum"],
  ["persistence.ledger.size=lots", "/persistence/ledger/size", "pattern"],
  ["service.p2p.type=ExternalName", "/service/p2p/type", "one of"],
  ["podDisruptionBudget.minAvailable=half", "/podDisruptionBudget/minAvailable", "pattern"],

  [
    "forgeManager.lease.renewDeadline=12",
    "forgeManager.lease.renewDeadline 12 s is too long",
    "two nodes could forge",
    "at most 10.402 s",
  ],
  [
    "forgeManager.lease.renewDeadline=5",
    "forgeManager.lease.renewDeadline 5 s is too short",
    "at least 5.75 s",
  ],
  [
    "forgeManager.lease.duration=8",
    "forgeManager.lease.duration 8 s is too short",
    "fenceTimeout 4 s",
  ],
  [`${DEAD_MAN}.periodSeconds=3`, `${DEAD_MAN} is too slow`, "15.8075 s", "14.85 s"],
  [`${DEAD_MAN}.terminationGracePeriodSeconds=30`, `${DEAD_MAN} is too slow`],
  ["forgeManager.lease.duration=12", `${DEAD_MAN} is too slow`, "forgeManager.lease.duration 12 s"],
  [
    `${IN_A_REGION},${CLUSTERS}.forgeLease.duration=12`,
    `${DEAD_MAN} is too slow`,
    `${CLUSTERS}.forgeLease.duration 12 s`,
  ],
  [
    `${IN_A_REGION},${CLUSTERS}.forgeLease.renewDeadline=29`,
    `${CLUSTERS}.forgeLease.renewDeadline 29 s is too long`,
  ],
  [
    `${DEAD_MAN}.enabled=false`,
    `${DEAD_MAN}.enabled`,
    "forges on beside the next leader",
    "acceptTwoForgersWhenSidecarDies=true",
  ],

  [
    "monitoring.podMonitor.enabled=true,monitoring.serviceMonitor.enabled=true",
    "monitoring.podMonitor.enabled and monitoring.serviceMonitor.enabled",
  ],
  [
    "podDisruptionBudget.minAvailable=0,podDisruptionBudget.maxUnavailable=1",
    "podDisruptionBudget.minAvailable and podDisruptionBudget.maxUnavailable",
  ],
  ["podLabels.cardano\\.io/chart=none", "podLabels", "cardano.io/chart"],
  ["commonLabels.app\\.kubernetes\\.io/name=x", "commonLabels", "app.kubernetes.io/name"],
  ["cardanoNode.network=mine", "cardanoNode.networkMagic is required", '"mine"'],
  ["cardanoNode.network=mine,cardanoNode.networkMagic=42", "cardanoNode.config.files", '"mine"'],
  ["cardanoNode.networkMagic=1", "cardanoNode.networkMagic is 1", "764824073"],
  ["cardanoNode.args={run}", "cardanoNode.args", "custom"],
  [`${CUSTOM},cardanoNode.args={run}`, "cardanoNode.args", "--start-as-non-producing-node"],
  ["cardanoNode.profile=custom", "image.cardanoNode.registry"],
  ["cardanoNode.profile=blinklabs,cardanoNode.env[0].name=NETWORK", "cardanoNode.env", "NETWORK"],
  [
    "cardanoNode.extraArgs={--start-as-non-producing-node}",
    "cardanoNode.extraArgs",
    "--start-as-non-producing-node",
  ],
  [
    "cardanoNode.config.existingConfigMap=a,cardanoNode.config.files.b=c",
    "cardanoNode.config.files and cardanoNode.config.existingConfigMap",
  ],
  ["forgeManager.securityContext.runAsUser=5", "podSecurityContext.runAsUser"],
  [
    "forgeManager.metricsPort=9000",
    "healthChecks.forgeManager.startupProbe.httpGet.port is 8000",
    "9000",
  ],
  ["forgeManager.guardPort=8000", "forgeManager.guardPort", "metricsPort"],
  [
    "forgeManager.env[0].name=LEASE_DURATION,forgeManager.env[0].value=5",
    "forgeManager.env",
    "LEASE_DURATION",
  ],
  ["forgeManager.env[0].name=RENEW_DEADLINE", "forgeManager.env", "RENEW_DEADLINE"],
  ["forgeManager.env[0].name=DISABLE_SOCKET_CHECK", "forgeManager.env", "DISABLE_SOCKET_CHECK"],
  ["forgeManager.multiTenant.enabled=true", "forgeManager.multiTenant.pool.id is required"],
  ["forgeManager.multiTenant.pool.id=pool1abc", "forgeManager.multiTenant.enabled"],
  [`${CLUSTERS}.enabled=true`, `${CLUSTERS}.region is required`],
  [`${CLUSTERS}.region=eu`, `${CLUSTERS}.region`, `${CLUSTERS}.enabled`],
  [
    `${IN_A_REGION},${CLUSTERS}.coordination.kubeconfigSecret.name=k`,
    `${CLUSTERS}.coordination.namespace is required`,
  ],
  [
    `${IN_A_REGION},${CLUSTERS}.healthCheck.enabled=true`,
    `${CLUSTERS}.healthCheck.endpoint is required`,
  ],
  [`${IN_A_REGION},${CLUSTERS}.staleAfter=19`, `${CLUSTERS}.staleAfter`, "heartbeatInterval"],
  [
    "monitoring.prometheusRule.enabled=true,monitoring.prometheusRule.excludeRules={Nonsense}",
    "monitoring.prometheusRule.excludeRules",
    "Nonsense",
  ],
  ["coordinationRbac.create=true", "coordinationRbac.regions is empty"],
];

helmTest("every wrong value is refused by a message that names it", async () => {
  const missing: string[] = [];
  await Promise.all(REFUSED.map(async ([set, ...parts]) => {
    const { code, stderr } = await template(NODE_CHART, ["--set", set]);
    if (code === 0) missing.push(`${set}: was accepted`);
    for (const part of parts) {
      if (code !== 0 && !stderr.includes(part)) missing.push(`${set}: no "${part}" in ${stderr}`);
    }
  }));
  assertEquals(missing, []);
});

helmTest("what was refused above is accepted where it is meant", async () => {
  const accepted = [
    `${DEAD_MAN}.enabled=false,${DEAD_MAN}.acceptTwoForgersWhenSidecarDies=true`,
    "cardanoNode.network=mine,cardanoNode.networkMagic=42,cardanoNode.config.files.config\\.json=x",
    `${CUSTOM},cardanoNode.args={run,--start-as-non-producing-node}`,
    "forgeManager.enabled=false,forgeManager.lease.duration=8",
    "podDisruptionBudget.minAvailable=0",
    "podDisruptionBudget.minAvailable=50%",
  ];
  for (const set of accepted) {
    const { code, stderr } = await template(NODE_CHART, [
      "--set",
      set,
    ]);
    assert(code === 0, `${set}: ${stderr}`);
  }
});

helmTest("helm lint --strict finds nothing, also with every example", async () => {
  const runs = [
    [CRDS_CHART],
    [NODE_CHART],
    ...EXAMPLES.map((name) => [NODE_CHART, ...exampleArgs(name)]),
  ];
  for (const args of runs) {
    const { code, stdout, stderr } = await helm([
      "lint",
      "--strict",
      "--quiet",
      "--kube-version",
      "1.29.0",
      ...args,
    ]);
    assertEquals(code, 0, `${args}: ${stdout}${stderr}`);
  }
  assertStringIncludes((await template(NODE_CHART)).stdout, "kind: StatefulSet");
});
