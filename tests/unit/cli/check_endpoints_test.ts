// Owns the proof of what `check-endpoints` says of each answer, and of its exit code.
// Never asks a replica: the compiled program does, in tests/integration.

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { checkEndpoints } from "../../../lib/cli/check_endpoints.ts";
import { ENDPOINTS } from "../../../lib/cli/checks/endpoints.ts";
import { serveDeadMan } from "../../../lib/guard/dead_man.ts";
import { ApiMetrics } from "../../../lib/http/api_metrics.ts";
import { Metrics } from "../../../lib/http/metrics.ts";
import { answer, makeRoutes } from "../../../lib/http/routes.ts";
import type { Snapshot } from "../../../lib/manager/snapshot.ts";
import { until } from "../../support/until.ts";
import { nodeIn, report, snapshot } from "../http/sample.ts";
import { TIER } from "../http/tier_sample.ts";

const UNFIT = { code: "node_gone", message: "its process ended" } as const;
const PENDING = snapshot({
  leads: false,
  guard: report({
    startupReady: false,
    files: "absent",
    credentials: {
      kind: "invalid",
      problems: [{ code: "missing", file: "kes", message: "no kes.skey" }],
    },
    unfit: { code: "credentials_invalid", message: "there is no valid set of credentials" },
  }),
});

const CASES: [path: string, view: Snapshot, line: RegExp][] = [
  ["/startup-status", snapshot(), /^ok HTTP 200, the node may start: The node was started$/],
  ["/startup-status", PENDING, /^failed HTTP 503, the node may not start yet: no kes\.skey$/],
  ["/health", snapshot(), /^ok HTTP 200, every loop turns$/],
  ["/health", snapshot({ turnAgeMs: 20_000 }), /^failed HTTP 503, The manager's loop has not/],
  ["/readyz", snapshot(), /^ok HTTP 200, leads$/],
  ["/readyz", snapshot({ leads: false }), /^ok HTTP 200, could lead: fit to lead$/],
  [
    "/readyz",
    snapshot({ leads: false, guard: report({ unfit: UNFIT, node: nodeIn("gone") }) }),
    /^failed HTTP 503, neither leads nor could: its process ended$/,
  ],
  [
    "/status",
    snapshot(),
    /^ok HTTP 200, bp-0 in \S+, version 1\.2\.3; lease \S+ .*ready, forging$/,
  ],
  [
    "/status",
    snapshot({ guard: report({ verified: false }) }),
    /forging, not verified by its metrics$/,
  ],
  ["/status", snapshot({ guard: undefined }), /; the guard has not reported$/],
  ["/status", snapshot({ tier: TIER }), /; forge lease \S+ .*; node ready/],
  ["/metrics", snapshot(), /^ok HTTP 200, cardano_leader_status 1, cardano_forging_enabled 1$/],
];
for (const [path, view, line] of CASES) {
  Deno.test(`of ${path} check-endpoints says ${line.source}`, async () => {
    const routes = makeRoutes(new Metrics(new ApiMetrics()));
    const request = new Request(`http://x${path}`);
    const response = await answer(request, { routes, snapshot: () => view });
    const { verdict, found } = judged(path, response.status, await response.text());
    assertMatch(`${verdict} HTTP ${response.status}, ${found}`, line);
  });
}

for (const { path } of ENDPOINTS) {
  for (const [status, body] of [[404, "Not found"], [200, "<html>"], [500, "{}"], [503, ""]]) {
    if (path === "/node-live" && (status === 200 || status === 503)) continue; // any words will do
    Deno.test(`${path} that answers ${status} ${JSON.stringify(body)} is no good`, () => {
      assertEquals(judged(path, Number(status), String(body)).verdict, "failed");
    });
  }
}

function judged(path: string, status: number, body: string) {
  return ENDPOINTS.find((endpoint) => endpoint.path === path)!.judge({ status, body });
}

/** What the two servers of a pod answer; `view` and `live` may change at any time. */
function servePod(pod: { view: Snapshot; live: boolean }) {
  const ended = new AbortController();
  const routes = makeRoutes(new Metrics(new ApiMetrics()));
  const manager = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {}, signal: ended.signal },
    (request) => answer(request, { routes, snapshot: () => pod.view }),
  );
  const guard = serveDeadMan({
    port: 0,
    verdict: () => ({ live: pod.live, reason: pod.live ? "the node holds a permit" : "no permit" }),
    signal: ended.signal,
  });
  if (guard.kind === "failed") throw new Error(guard.message);
  return {
    args: [
      `--url=http://127.0.0.1:${manager.addr.port}/`,
      `--guard-url=http://127.0.0.1:${guard.port}`,
    ],
    async [Symbol.asyncDispose]() {
      ended.abort();
      await Promise.all([manager.finished, guard.finished]);
    },
  };
}

function terminal() {
  const printed: string[] = [];
  const print = (text: string) => void printed.push(text);
  return { printed, terminal: { environment: () => ({}), print, printError: print } };
}

Deno.test("check-endpoints ends with 0 where all is well, and with 1 where one answer is not", async () => {
  const pod = { view: snapshot(), live: true };
  await using served = servePod(pod);
  const good = terminal();
  assertEquals(await checkEndpoints(served.args, good.terminal), 0);
  assertStringIncludes(good.printed.join("\n"), "6 endpoints, 0 failed");
  pod.live = false;
  const bad = terminal();
  assertEquals(await checkEndpoints(served.args, bad.terminal), 1);
  const text = bad.printed.join("\n");
  assertMatch(text, /failed +\/node-live: HTTP 503, the kubelet restarts the node: no permit/);
  assertStringIncludes(text, "6 endpoints, 1 failed");
});

Deno.test("check-endpoints says where nobody answers", async () => {
  const pod = { view: snapshot(), live: true };
  const served = servePod(pod);
  await served[Symbol.asyncDispose]();
  const { printed, terminal: screen } = terminal();
  assertEquals(await checkEndpoints(served.args, screen), 1);
  assertMatch(printed.join("\n"), /failed +\/health: Cannot read http:\S+\/health: .*refused/);
});

Deno.test("check-endpoints --watch prints what changed, and nothing else", async () => {
  const pod = { view: snapshot(), live: true };
  await using served = servePod(pod);
  const ended = new AbortController();
  const { printed, terminal: screen } = terminal();
  const watching = checkEndpoints([...served.args, "--watch"], screen, { signal: ended.signal });
  await until("the first look", () => printed.length === 2);
  pod.live = false;
  await until("the news", () => printed.length > 2);
  ended.abort();
  assertEquals(await watching, 0);
  assertMatch(printed[2]!, /^\n\S+Z\n {2}failed +\/node-live: [^\n]*$/);
});
