// Owns examples of what an operator may write into a CardanoForgeCluster, and of what is refused.
// Never says what refuses it: the API server by the definition, and the program where that is not asked.

import type { Json } from "../../support/api_request.ts";

const HEX = "0f292fcaa02b8b2f9b3c8f9fd8e0bb21abedb692a6d5058df3ef2735";
export const MAINNET = { name: "mainnet", magic: 764_824_073 };
export const POOL = { id: "pool1abc", idHex: HEX, name: "A pool", ticker: "POOL1" };
export const SPEC = { network: MAINNET, pool: POOL, region: "us-east-1" };
export const ENDPOINT = "http://prometheus:9090/api/v1/query?query=up{job='cardano-node'}";

/** Specs that differ from SPEC by these fields. */
export const ACCEPTED: readonly (readonly [why: string, fields: Json])[] = [
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

export const REFUSED: readonly (readonly [why: string, fields: Json, message: RegExp])[] = [
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
export const CHANGES_REFUSED: readonly (readonly [why: string, patch: Json, message: RegExp])[] = [
  ["the network", { network: { name: "preview", magic: 2 } }, /network is immutable/],
  ["the era", { network: { era: "dijkstra" } }, /network is immutable/],
  ["the ticker", { pool: { ticker: "OTHER" } }, /pool is immutable/],
  ["the pool away", { pool: null }, /pool is immutable/],
];
