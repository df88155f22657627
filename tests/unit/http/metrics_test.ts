// Owns the proof that every metric of the contract is there with its labels, and says what was confirmed.
// Never asserts on the order of lines.

import { assert, assertEquals } from "@std/assert";
import type { RequestRecord } from "../../../lib/kubernetes/api_request.ts";
import { ApiMetrics } from "../../../lib/http/api_metrics.ts";
import { Metrics } from "../../../lib/http/metrics.ts";
import type { Snapshot } from "../../../lib/manager/snapshot.ts";
import { CERTIFICATE, nodeIn, report, snapshot } from "./sample.ts";

const REPLICA = 'pod="bp-0",network="preview",pool_id="pool1leader",application="block-producer"';

async function series(
  view: Snapshot,
  { metrics = new Metrics(new ApiMetrics()) } = {},
): Promise<ReadonlyMap<string, number>> {
  const text = await metrics.render(view);
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => {
    const end = line.lastIndexOf(" ");
    return [line.slice(0, end), Number(line.slice(end + 1))] as const;
  }));
}

const OWN = "cardano_forge_manager_";
const POD = 'pod="bp-0",network="preview",pool_id="pool1leader"';
const EXPECTED: Readonly<Record<string, number>> = {
  [`cardano_forging_enabled{${REPLICA}}`]: 1,
  [`cardano_leader_status{${REPLICA}}`]: 1,
  cardano_leadership_changes_total: 5,
  'cardano_sighup_signals_total{reason="enable_forging"}': 1,
  'cardano_sighup_signals_total{reason="disable_forging"}': 2,
  'cardano_sighup_signals_total{reason="startup_cleanup"}': 3,
  'cardano_sighup_signals_total{reason="credentials_changed"}': 4,
  'cardano_credential_operations_total{operation="copy",file="kes"}': 1,
  'cardano_credential_operations_total{operation="copy",file="vrf"}': 2,
  'cardano_credential_operations_total{operation="copy",file="opcert"}': 3,
  'cardano_credential_operations_total{operation="remove",file="kes"}': 4,
  'cardano_credential_operations_total{operation="remove",file="vrf"}': 5,
  'cardano_credential_operations_total{operation="remove",file="opcert"}': 6,
  [
    `${OWN}info{pod_name="bp-0",namespace="cardano",version="1.2.3",network="preview",` +
    'pool_id="pool1leader",pool_ticker="LEAD",application_type="block-producer"}'
  ]: 1,
  [`${OWN}build_info{version="1.2.3",deno="${Deno.version.deno}",v8="${Deno.version.v8}"}`]: 1,
  [`${OWN}permit_left_seconds`]: 7.9,
  [`${OWN}renew_deadline_seconds`]: 9,
  [`${OWN}last_renewal_timestamp_seconds`]: 1_790_000_000.25,
  [`${OWN}node_phase{phase="ready"}`]: 1,
  [`${OWN}node_phase{phase="gone"}`]: 0,
  [`${OWN}signal_owed`]: 0,
  [`${OWN}forging_verified`]: 1,
  [`${OWN}fence_unconfirmed`]: 0,
  [`${OWN}credentials_valid`]: 1,
  [`${OWN}kes_period{${POD}}`]: 110,
  [`${OWN}kes_period_start{${POD}}`]: 100,
  [`${OWN}kes_period_end{${POD}}`]: 162,
  [`${OWN}kes_expiry_timestamp_seconds{${POD}}`]: 1_803_254_400,
  [`${OWN}operational_certificate_counter{${POD}}`]: 3,
  [`${OWN}pool_id_matches{${POD}}`]: 1,
  [`${OWN}fit_to_lead{reason=""}`]: 1,
  [`${OWN}own_pod_watched`]: 1,
  [`${OWN}node_kills_total`]: 0,
  [`${OWN}events_dropped_total`]: 0,
  [`${OWN}worker_restarts_total`]: 1,
  [`${OWN}resident_memory_bytes`]: 78_000_000,
  [`${OWN}anonymous_memory_bytes`]: 31_000_000,
  [`${OWN}fence_margin_seconds_count`]: 0,
};

Deno.test("a leader's metrics are the contract's, by name, label and value", async () => {
  const found = await series(snapshot());
  for (const [name, value] of Object.entries(EXPECTED)) assertEquals(found.get(name), value, name);
});

Deno.test("a replica whose pod is being deleted is not fit to lead, and says why", async () => {
  const found = await series(snapshot({ ownPod: { isWatched: false, isDeleting: true } }));
  assertEquals(found.get(`${OWN}fit_to_lead{reason="PodDeleting"}`), 0);
  assertEquals(found.get(`${OWN}own_pod_watched`), 0);
});

Deno.test("cardano_forging_enabled is what was confirmed, not what is intended", async () => {
  for (const forging of ["stopped", "unknown"] as const) {
    const found = await series(snapshot({ guard: report({ forging }) }));
    assertEquals(found.get(`cardano_forging_enabled{${REPLICA}}`), 0);
    assertEquals(found.get(`cardano_leader_status{${REPLICA}}`), 1);
  }
});

Deno.test("every name is there before the guard reported, and nothing is claimed", async () => {
  const metrics = new Metrics(new ApiMetrics());
  const found = await series(snapshot({ guard: undefined, leads: false }), { metrics });
  assertEquals(found.get(`cardano_forging_enabled{${REPLICA}}`), 0);
  assertEquals(found.get(`${OWN}fit_to_lead{reason="NoReport"}`), 0);
  assertEquals(found.get(`${OWN}node_phase{phase="unseen"}`), 1);
});

Deno.test("labels that changed leave no second series behind", async () => {
  const metrics = new Metrics(new ApiMetrics());
  await series(snapshot({ pool: { id: "", ticker: "" } }), { metrics });
  const unfit = { code: "node_gone", message: "its process ended" } as const;
  await series(snapshot({ guard: report({ unfit }) }), { metrics });
  const found = [...(await series(snapshot(), { metrics })).keys()];
  for (const name of ["cardano_forging_enabled{", `${OWN}info{`, `${OWN}fit_to_lead{`]) {
    assertEquals(found.filter((one) => one.startsWith(name)).length, 1, name);
  }
});

const CERTIFICATES:
  readonly (readonly [why: string, change: Partial<Snapshot>, shown: string[]])[] = [
    ["no certificate", { certificate: undefined }, ["kes_period 110"]],
    ["nothing known", { certificate: undefined, kesPeriod: undefined }, []],
    [
      "a custom network and a pool's name",
      {
        kesPeriod: undefined,
        certificate: { ...CERTIFICATE, expirySeconds: undefined, poolIdMatches: undefined },
      },
      ["kes_period_start 100", "kes_period_end 162", "operational_certificate_counter 3"],
    ],
    [
      "another pool's certificate",
      { kesPeriod: undefined, certificate: { ...CERTIFICATE, counter: 0, poolIdMatches: false } },
      [
        "kes_period_start 100",
        "kes_period_end 162",
        "kes_expiry_timestamp_seconds 1803254400",
        "operational_certificate_counter 0",
        "pool_id_matches 0",
      ],
    ],
  ];
for (const [why, change, shown] of CERTIFICATES) {
  Deno.test(`of ${why} the metrics show what is known, also after more was`, async () => {
    const metrics = new Metrics(new ApiMetrics());
    await series(snapshot(), { metrics });
    const found = [...await series(snapshot(change), { metrics })].flatMap(([name, value]) => {
      const [, short] = /^cardano_forge_manager_((?:kes|oper|pool_id)\w+)\{/.exec(name) ?? [];
      return short === undefined ? [] : [`${short} ${value}`];
    });
    assertEquals(found, shown);
  });
}

Deno.test("exactly one node phase is 1", async () => {
  for (const phase of ["unseen", "starting", "ready", "refusing", "gone"] as const) {
    const found = await series(snapshot({ guard: report({ node: nodeIn(phase) }) }));
    const ones = [...found].filter(([name, value]) => name.includes("node_phase") && value === 1);
    assertEquals(ones, [[`${OWN}node_phase{phase="${phase}"}`, 1]]);
  }
});

Deno.test("each fence's margin is counted once, however often it is scraped", async () => {
  const metrics = new Metrics(new ApiMetrics());
  const once = report({ fences: 1, fenceMarginsMs: [5_500] });
  const twice = report({ fences: 2, fenceMarginsMs: [5_500, -200] });
  await series(snapshot({ guard: once }), { metrics });
  await series(snapshot({ guard: once }), { metrics });
  const found = await series(snapshot({ guard: twice }), { metrics });
  const name = `${OWN}fence_margin_seconds`;
  assertEquals(found.get(`${name}_count`), 2);
  assertEquals(found.get(`${name}_bucket{le="0"}`), 1);
  assertEquals(found.get(`${name}_bucket{le="6"}`), 2);
});

Deno.test("API requests are counted by verb, resource and code, and their time by the first two", async () => {
  const apiMetrics = new ApiMetrics();
  const metrics = new Metrics(apiMetrics);
  const put: RequestRecord = { verb: "update", resource: "leases", code: "200", ms: 20 };
  for (const record of [put, put, { ...put, code: "409", ms: 300 }]) apiMetrics.note(record);
  await series(snapshot(), { metrics });
  apiMetrics.note(put);
  const found = await series(snapshot(), { metrics });
  const labels = 'verb="update",resource="leases"';
  assertEquals(found.get(`${OWN}api_requests_total{${labels},code="200"}`), 3);
  assertEquals(found.get(`${OWN}api_requests_total{${labels},code="409"}`), 1);
  const histogram = `${OWN}api_request_duration_seconds`;
  assertEquals(found.get(`${histogram}_count{${labels}}`), 4);
  assertEquals(found.get(`${histogram}_bucket{le="0.025",${labels}}`), 3);
});

Deno.test("latencies that nobody scrapes are bounded", () => {
  const apiMetrics = new ApiMetrics();
  for (let i = 0; i < 10_000; i++) {
    apiMetrics.note({ verb: "get", resource: "leases", code: "200", ms: 1 });
  }
  assert(apiMetrics.takeLatencies().length < 5_000);
  assertEquals(apiMetrics.counts, [{
    verb: "get",
    resource: "leases",
    code: "200",
    count: 10_000,
  }]);
});
