// Owns the proof that CardanoForgeCluster's definition, and what is done with one, suit a real API server.
// Never asserts on how long something took.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { CUSTOM_RESOURCE_DEFINITIONS } from "../../lib/kubernetes/crds.ts";
import type { Json } from "../support/api_request.ts";
import { type RealApiServer, realApiServerTest, startApiServer } from "../support/apiserver.ts";

const COLLECTION = "/apis/cardano.io/v1/namespaces/default/cardanoforgeclusters";
const HEX = "0f292fcaa02b8b2f9b3c8f9fd8e0bb21abedb692a6d5058df3ef2735";
const MAINNET = { name: "mainnet", magic: 764_824_073 };
const POOL = { id: "pool1abc", idHex: HEX, name: "A pool", ticker: "POOL1" };
const SPEC = { network: MAINNET, pool: POOL, region: "us-east-1" };
const ENDPOINT = "http://prometheus:9090/api/v1/query?query=up{job='cardano-node'}";

/** Specs that differ from SPEC by these fields. */
const ACCEPTED: readonly (readonly [why: string, fields: Json])[] = [
  ["the least", { pool: undefined }],
  ["a network of one's own", { network: { name: "custom", magic: 42 } }],
  ["preprod", { network: { name: "preprod", magic: 1, era: "babbage" } }],
  ["a pool without ids", { pool: { ticker: "A", description: "d".repeat(255) } }],
  ["a check that is off and has no endpoint", { healthCheck: { enabled: false } }],
  ["an endpoint of nothing", { healthCheck: { endpoint: "" } }],
  ["a query in the endpoint", { healthCheck: { enabled: true, endpoint: ENDPOINT } }],
  ["headers", { healthCheck: { headers: { "X-Key": "v", authorization: "Bearer t" } } }],
  ["durations", { healthCheck: { interval: "2m", timeout: "1s" } }],
  ["an override without an end", { override: { enabled: true, reason: "r", forcePriority: 999 } }],
  ["an override's end with an offset", { override: { expiresAt: "2026-01-02T03:04:05+00:00" } }],
];

const REFUSED: readonly (readonly [why: string, fields: Json, message: RegExp])[] = [
  ["no network", { network: undefined }, /spec\.network: Required value/],
  ["no region", { region: undefined }, /spec\.region: Required value/],
  ["no magic", { network: { name: "mainnet" } }, /spec\.network\.magic: Required value/],
  [
    "a network of another name",
    { network: { name: "sanchonet", magic: 4 } },
    /"mainnet", "preprod"/,
  ],
  ["another magic for mainnet", { network: { name: "mainnet", magic: 1 } }, /mainnet is 764824073/],
  ["another magic for preprod", { network: { name: "preprod", magic: 2 } }, /of preprod is 1/],
  ["another magic for preview", { network: { name: "preview", magic: 1 } }, /of preview is 2/],
  ["an id alone", { pool: { id: "pool1abc" } }, /spec\.pool: .*give both or neither/],
  ["an idHex alone", { pool: { idHex: HEX } }, /spec\.pool: .*give both or neither/],
  ["a short idHex", { pool: { id: "p", idHex: "0f" } }, /spec\.pool\.idHex.*\{56\}/],
  ["a long name", { pool: { name: "n".repeat(51) } }, /spec\.pool\.name: Too long/],
  ["a lower-case ticker", { pool: { ticker: "pool" } }, /spec\.pool\.ticker.*\[A-Z0-9\]/],
  ["a long description", { pool: { description: "d".repeat(256) } }, /description: Too long/],
  ["another application", { application: { type: "relay" } }, /"block-producer", "relay-only"/],
  ["another environment", { application: { environment: "prod" } }, /"production", "staging"/],
  ["a region in capitals", { region: "US" }, /spec\.region.*\{2,20\}/],
  ["a region of one letter", { region: "u" }, /spec\.region.*\{2,20\}/],
  ["another forgeState", { forgeState: "enabled" }, /spec\.forgeState: Unsupported value/],
  ["priority 0", { priority: 0 }, /spec\.priority.*greater than or equal to 1/],
  ["priority 1000", { priority: 1000 }, /spec\.priority.*less than or equal to 999/],
  ["a check without endpoint", { healthCheck: { enabled: true } }, /check needs an endpoint/],
  ["a check of nothing", { healthCheck: { enabled: true, endpoint: "" } }, /needs an endpoint/],
  ["a file as endpoint", { healthCheck: { endpoint: "file:///etc" } }, /an http:\/\/ or https:/],
  ["no address", { healthCheck: { endpoint: "over there" } }, /an http:\/\/ or https:/],
  ["an interval without unit", { healthCheck: { interval: "30" } }, /interval.*\[smh\]/],
  ["an interval of two units", { healthCheck: { interval: "1m30s" } }, /interval.*\[smh\]/],
  ["an interval of nothing", { healthCheck: { interval: "0s" } }, /interval.*at least 1s/],
  ["a timeout of nothing", { healthCheck: { timeout: "0m" } }, /timeout.*at least 1s/],
  ["an endless interval", { healthCheck: { interval: "9999999h" } }, /interval: Too long/],
  ["no failure allowed", { healthCheck: { failureThreshold: 0 } }, /failureThreshold.*equal to 1/],
  ["eleven failures", { healthCheck: { failureThreshold: 11 } }, /failureThreshold.*equal to 10/],
  ["a header's name of two words", { healthCheck: { headers: { "a b": "c" } } }, /letters, digits/],
  [
    "an override to no state",
    { override: { forceState: "Priority-based" } },
    /"Enabled", "Disabled"/,
  ],
  ["an override to priority 0", { override: { forcePriority: 0 } }, /forcePriority.*equal to 1/],
  ["a day as an end", { override: { expiresAt: "2026-01-02" } }, /expiresAt.*date-time/],
  [
    "a time without zone as an end",
    { override: { expiresAt: "2026-01-02T03:04:05" } },
    /date-time/,
  ],
];

/** Merge patches of an object with SPEC. */
const CHANGES_REFUSED: readonly (readonly [why: string, patch: Json, message: RegExp])[] = [
  ["the network", { network: { name: "preview", magic: 2 } }, /network is immutable/],
  ["the era", { network: { era: "dijkstra" } }, /network is immutable/],
  ["the ticker", { pool: { ticker: "OTHER" } }, /pool is immutable/],
  ["the pool away", { pool: null }, /pool is immutable/],
];

function cluster(name: string, spec: Json): Json {
  return { apiVersion: "cardano.io/v1", kind: "CardanoForgeCluster", metadata: { name }, spec };
}

realApiServerTest("CardanoForgeCluster against a real API server", async (t) => {
  await using server = await startApiServer({
    crds: CUSTOM_RESOURCE_DEFINITIONS as unknown as Json[],
  });
  await t.step("its file says the same to the server", () => fileStep(server));
  await t.step("accepts what an operator may want", () => acceptedStep(server));
  await t.step("refuses what cannot work, and says why", () => refusedStep(server));
  await t.step("keeps network and pool as they were created", () => immutableStep(server));
});

async function fileStep({ request }: RealApiServer): Promise<void> {
  const name = "cardanoforgeclusters.cardano.io";
  const file = new URL(`../../chart/cardano-forge-crds/crds/${name}.yaml`, import.meta.url);
  const crd = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`;
  const before = await request("GET", crd);
  const { status, body } = await request("PATCH", `${crd}?fieldManager=test&force=true`, {
    body: await Deno.readTextFile(file),
    contentType: "application/apply-patch+yaml",
  });
  assertEquals([status, body.message], [200, undefined]);
  assertEquals([body.spec, body.metadata.generation], [before.body.spec, 1]);
  const types = before.body.status.conditions.map(({ type }: Json) => type);
  assertEquals(types.sort(), ["Established", "NamesAccepted"]); // and not NonStructuralSchema
  assertEquals(before.body.status.acceptedNames.shortNames, ["cfc"]);
}

async function acceptedStep({ request }: RealApiServer): Promise<void> {
  for (const [why, fields] of ACCEPTED) {
    const body = cluster("accepted", { ...SPEC, ...fields });
    const answer = await request("POST", `${COLLECTION}?dryRun=All`, { body });
    assertEquals([why, answer.status, answer.body.message], [why, 201, undefined]);
  }
  const { body } = await request("POST", `${COLLECTION}?dryRun=All`, {
    body: cluster("defaults", { ...SPEC, application: {}, healthCheck: {}, override: {} }),
  });
  assertEquals(body.spec, {
    network: { ...MAINNET, era: "conway" },
    pool: POOL,
    application: { type: "block-producer", environment: "production" },
    region: "us-east-1",
    forgeState: "Priority-based",
    priority: 100,
    healthCheck: { enabled: false, interval: "30s", timeout: "10s", failureThreshold: 3 },
    override: { enabled: false },
  });
}

async function refusedStep({ request }: RealApiServer): Promise<void> {
  for (const [why, fields, message] of REFUSED) {
    const body = cluster("refused", { ...SPEC, ...fields });
    const answer = await request("POST", `${COLLECTION}?dryRun=All`, { body });
    assertEquals([why, answer.status], [why, 422]);
    assertMatch(answer.body.message, message);
  }
}

async function immutableStep({ request }: RealApiServer): Promise<void> {
  const contentType = "application/merge-patch+json";
  assertEquals((await request("POST", COLLECTION, { body: cluster("kept", SPEC) })).status, 201);
  for (const [why, spec, message] of CHANGES_REFUSED) {
    const answer = await request("PATCH", `${COLLECTION}/kept`, { body: { spec }, contentType });
    assertEquals([why, answer.status], [why, 422]);
    assertMatch(answer.body.message, message);
  }
  const legacy = cluster("legacy", { ...SPEC, pool: undefined });
  assertEquals((await request("POST", COLLECTION, { body: legacy })).status, 201);
  const added = { body: { spec: { pool: POOL } }, contentType };
  const answer = await request("PATCH", `${COLLECTION}/legacy`, added);
  assertEquals(answer.status, 422);
  assertMatch(answer.body.message, /pool is immutable/);
  const same = { body: { spec: { pool: POOL, priority: 5 } }, contentType };
  assert((await request("PATCH", `${COLLECTION}/kept`, same)).status === 200);
}
