// Owns the proof of what a new CardanoForgeCluster is made of, and of what is told from an edited one.
// Never needs a cluster.

import { assertEquals } from "@std/assert";
import {
  editedFields,
  firstForgeCluster,
  foreignField,
  forgeClusterSelector,
} from "../../../lib/kubernetes/forge_cluster_spec.ts";
import { parseForgeCluster } from "../../../lib/kubernetes/forge_cluster_parse.ts";
import { CLUSTER, IDENTITY, NAME, POOL_HEX } from "./forge_cluster_objects.ts";

const OURS = firstForgeCluster(IDENTITY, { cluster: CLUSTER });
const NO_POOL = { id: undefined, idHex: undefined, name: undefined, ticker: undefined };

Deno.test("firstForgeCluster() is made of the environment", () => {
  assertEquals(OURS, {
    name: NAME,
    labels: {
      "cardano.io/network": "mainnet",
      "cardano.io/pool-id": "pool1abc12",
      "cardano.io/pool-ticker": "POOL1",
      "cardano.io/region": "us-east-1",
      "cardano.io/application": "block-producer",
      "app.kubernetes.io/name": "cardano-forge-manager",
      "app.kubernetes.io/component": "forge-cluster",
      "app.kubernetes.io/managed-by": "cardano-forge-manager",
    },
    spec: {
      network: { name: "mainnet", magic: 764_824_073 },
      pool: { id: "pool1abc12", idHex: POOL_HEX, name: "A pool", ticker: "POOL1" },
      application: { type: "block-producer", environment: "production" },
      region: "us-east-1",
      priority: 1,
      healthCheck: {
        enabled: true,
        endpoint: "https://health.example/us",
        interval: "2m",
        timeout: "5s",
        failureThreshold: 4,
      },
    },
  });
});

Deno.test("firstForgeCluster() can be used by decisions as it is", () => {
  const metadata = { name: NAME, uid: "u", resourceVersion: "1", labels: OURS.labels };
  const cluster = parseForgeCluster({ metadata, spec: OURS.spec }, { apiVersion: "cardano.io/v1" });
  assertEquals(cluster?.kind, "usable");
});

const POOLS: readonly (readonly [
  pool: Partial<typeof IDENTITY.pool>,
  hex: string | undefined,
  spec: unknown,
])[] = [
  [{ id: "my-pool" }, undefined, undefined],
  [{ id: "my-pool" }, POOL_HEX, { id: "my-pool", idHex: POOL_HEX }],
  [{ idHex: POOL_HEX }, undefined, undefined],
  [{ id: "my-pool", ticker: "A" }, undefined, { ticker: "A" }],
  [{ id: "p", idHex: "00".repeat(28) }, POOL_HEX, { id: "p", idHex: "00".repeat(28) }],
];
for (const [pool, certifiedIdHex, spec] of POOLS) {
  const what = JSON.stringify([pool, certifiedIdHex]);
  Deno.test(`firstForgeCluster() gives both ids of a pool or neither: ${what}`, () => {
    const identity = { ...IDENTITY, pool: { ...NO_POOL, ...pool } };
    const first = firstForgeCluster(identity, { cluster: CLUSTER, certifiedIdHex });
    assertEquals(first.spec.pool, spec);
    assertEquals(first.labels["cardano.io/pool-id"], pool.id);
  });
}

Deno.test("firstForgeCluster() has no check without an endpoint, and a custom network", () => {
  const { atFirst } = CLUSTER;
  const healthCheck = {
    endpoint: undefined,
    intervalMs: 30_000,
    timeoutMs: 10_000,
    failureThreshold: 3,
  };
  const { spec, labels } = firstForgeCluster(
    { ...IDENTITY, network: { name: "sanchonet", magic: 4 } },
    { cluster: { ...CLUSTER, atFirst: { ...atFirst, healthCheck } } },
  );
  assertEquals(spec.healthCheck, {
    enabled: false,
    interval: "30s",
    timeout: "10s",
    failureThreshold: 3,
  });
  assertEquals(spec.network, { name: "custom", magic: 4 });
  assertEquals(labels["cardano.io/network"], "sanchonet");
});

Deno.test("forgeClusterSelector() selects one pool's clusters, also those of no pool", () => {
  assertEquals(forgeClusterSelector(IDENTITY), {
    labelSelector: "cardano.io/network=mainnet,cardano.io/pool-id=pool1abc12",
  });
  assertEquals(forgeClusterSelector({ ...IDENTITY, pool: NO_POOL }), {
    labelSelector: "cardano.io/network=mainnet,!cardano.io/pool-id",
  });
});

const EDITS: readonly (readonly [found: object, fields: readonly string[]])[] = [
  [{}, []],
  [{ forgeState: "Disabled", override: { enabled: true } }, []],
  [{ priority: 5 }, ["spec.priority"]],
  [
    {
      healthCheck: {
        enabled: false,
        endpoint: "https://health.example/us",
        interval: "30s",
        timeout: "5s",
        failureThreshold: 3,
      },
    },
    ["spec.healthCheck.enabled", "spec.healthCheck.interval", "spec.healthCheck.failureThreshold"],
  ],
  [{ application: undefined }, ["spec.application.type", "spec.application.environment"]],
];
for (const [found, fields] of EDITS) {
  Deno.test(`editedFields() of ${JSON.stringify(found)}: ${fields.join(", ") || "–"}`, () => {
    assertEquals(editedFields(OURS.spec, { ...OURS.spec, ...found }), fields);
  });
}

const FOREIGN: readonly (readonly [labels: object, spec: object, field: string | undefined])[] = [
  [{}, {}, undefined],
  [{ "cardano.io/region": "eu-west-1" }, { region: "eu-west-1" }, undefined],
  [{}, { pool: { id: "pool1abc12", idHex: POOL_HEX.toUpperCase() } }, undefined],
  [{}, { pool: undefined }, undefined],
  [{ "cardano.io/network": "preview" }, {}, "metadata.labels[cardano.io/network]"],
  [{ "cardano.io/pool-id": "pool1abc13" }, {}, "metadata.labels[cardano.io/pool-id]"],
  [{}, { network: { name: "preview", magic: 2 } }, "spec.network.magic"],
  [{}, { pool: { id: "pool1abc13", idHex: POOL_HEX } }, "spec.pool.id"],
  [{}, { pool: { id: "pool1abc12", idHex: "00".repeat(28) } }, "spec.pool.idHex"],
];
for (const [labels, spec, field] of FOREIGN) {
  Deno.test(`foreignField() of ${JSON.stringify([labels, spec])} is ${field}`, () => {
    const found = { labels: labels as Record<string, string>, rawSpec: { ...OURS.spec, ...spec } };
    assertEquals(foreignField(found, OURS), field);
  });
}
