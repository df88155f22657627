// Owns the proof that no upgrade changes the locks of running pods so that two of them could forge.
// Never renders without a server: only there helm sees what runs.

import { assertEquals, assertStringIncludes } from "@std/assert";
import type { RealApiServer } from "../support/apiserver.ts";
import { helm, helmDone, NODE_CHART } from "../support/helm.ts";

const CLUSTERS = "forgeManager.clusterManagement";
const POOL = [
  "forgeManager.multiTenant.enabled=true",
  "forgeManager.multiTenant.pool.id=pool1pu5jlj4q9w9jlxeu370a3c9myx47md5j5m2str0naunn2q3lkdy",
];
const IN_A_REGION = [`${CLUSTERS}.enabled=true`, `${CLUSTERS}.region=eu-west-1`];
const STOPPED = `${CLUSTERS}.otherClustersAreStopped=true`;

type Values = readonly string[];

const ALPHA = ["forgeManager.lease.name=alpha"];
const BETA = ["forgeManager.lease.name=beta"];

/** What runs; what is to run instead, and what the refusal says, if it is refused. */
const UPGRADES: readonly { readonly from: Values; readonly to: readonly [Values, string?][] }[] = [
  {
    from: ALPHA,
    to: [
      [BETA, 'forgeManager.lease.previousNames must hold "alpha"'],
      [[...BETA, "forgeManager.lease.previousNames={alpha}"]],
    ],
  },
  { from: [...ALPHA, "replicaCount=0"], to: [[BETA]] },
  { from: [], to: [[POOL], [IN_A_REGION]] },
  {
    from: POOL,
    to: [[[], 'previousNames must hold "cardano-leader-mainnet-pool1pu5jl"']],
  },
  {
    from: IN_A_REGION,
    to: [
      [[], `${CLUSTERS}.enabled is false`],
      [[STOPPED]],
      [
        [...IN_A_REGION, ...POOL],
        'FORGE_LEASE_NAME would change from "cardano-forge-mainnet" to ' +
        '"cardano-forge-mainnet-pool1pu5jl"',
      ],
      [[...IN_A_REGION, ...POOL, STOPPED]],
      [
        [...IN_A_REGION, `${CLUSTERS}.coordination.namespace=relays`],
        'COORDINATION_NAMESPACE would change from "" to "relays"',
      ],
      [[...IN_A_REGION, `${CLUSTERS}.failbackDelay=60`]],
      [["forgeManager.enabled=false"]],
    ],
  },
];

export async function locks(server: RealApiServer): Promise<void> {
  const where = ["--kubeconfig", server.kubeconfigPath, "--namespace", "cardano"];
  const chart = (
    values: Values,
  ) => [NODE_CHART, ...values.flatMap((value) => ["--set", value]), ...where];
  for (const { from, to } of UPGRADES) {
    await helmDone(["install", "locks", ...chart(from)]);
    for (const [values, refusal] of to) {
      const asked = ["upgrade", "locks", "--reset-values", "--dry-run=server", ...chart(values)];
      const { code, stderr } = await helm(asked);
      if (refusal === undefined) assertEquals([code, stderr], [0, ""]);
      else assertStringIncludes(stderr, refusal);
    }
    await helmDone(["uninstall", "locks", ...where]);
  }
}
