// Owns the proof of what each endpoint answers, by table.
// Never opens a port.

import { assertEquals, assertMatch } from "@std/assert";
import { ApiMetrics } from "../../../lib/http/api_metrics.ts";
import { Metrics } from "../../../lib/http/metrics.ts";
import { answer, makeRoutes, unhealthyReason } from "../../../lib/http/routes.ts";
import type { Snapshot } from "../../../lib/manager/snapshot.ts";
import { nodeIn, report, snapshot } from "./sample.ts";

function ask(path: string, { method = "GET", view = snapshot() } = {}): Promise<Response> {
  const routes = makeRoutes(new Metrics(new ApiMetrics()));
  const request = new Request(`http://localhost:8000${path}`, { method });
  return answer(request, { routes, snapshot: () => view });
}

const PATHS = ["/startup-status", "/health", "/readyz", "/status", "/metrics"];

for (const path of PATHS) {
  Deno.test(`GET and HEAD ${path} answer 200, HEAD without a body`, async () => {
    const got = await ask(path);
    const head = await ask(path, { method: "HEAD" });
    assertEquals([got.status, head.status], [200, 200]);
    assertEquals(got.headers.get("content-type"), head.headers.get("content-type"));
    assertEquals(got.headers.get("cache-control"), "no-store");
    assertEquals([(await got.text()).length > 0, await head.text()], [true, ""]);
  });

  for (const method of ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
    Deno.test(`${method} ${path} answers 405 and what is allowed`, async () => {
      const response = await ask(path, { method });
      assertEquals([response.status, response.headers.get("allow")], [405, "GET, HEAD"]);
      await response.body?.cancel();
    });
  }
}

for (const path of ["/", "/healthz", "/health/", "/metrics/x", "/constructor", "/__proto__"]) {
  Deno.test(`${path} answers 404`, async () => {
    const response = await ask(path);
    assertEquals([response.status, await response.text()], [404, "Not found"]);
  });
}

Deno.test("a query changes nothing", async () => {
  assertEquals(await (await ask("/health?full=1")).text(), "OK");
});

Deno.test("an address that is none answers 400 and no error", async () => {
  const routes = makeRoutes(new Metrics(new ApiMetrics()));
  const request = { url: "http://[/health", method: "GET" } as Request;
  const response = await answer(request, { routes, snapshot });
  assertEquals([response.status, await response.text()], [400, "Bad request"]);
});

const HEALTH: readonly { name: string; view: Snapshot; reason: RegExp | undefined }[] = [
  { name: "a leader", view: snapshot(), reason: undefined },
  {
    name: "a start, before the guard reported",
    view: snapshot({ guard: undefined, leads: false }),
    reason: undefined,
  },
  {
    name: "a node that is not there",
    view: snapshot({ guard: report({ node: nodeIn("unseen") }), leads: false }),
    reason: undefined,
  },
  {
    name: "a manager's loop that stands",
    view: snapshot({ turnAgeMs: 15_001 }),
    reason: /^The manager's loop has not turned for 15 s$/,
  },
  {
    name: "a guard that is silent",
    view: snapshot({ guardReportAgeMs: 16_000 }),
    reason: /^The guard has not reported for 16 s$/,
  },
  {
    name: "a guard that was never heard",
    view: snapshot({ guard: undefined, guardReportAgeMs: 16_000 }),
    reason: /^The guard has not reported for 16 s$/,
  },
  {
    name: "a node that did not come up in time",
    view: snapshot({ guard: report({ node: nodeIn("starting", { socketOverdue: true }) }) }),
    reason: /^No node accepted connections within SOCKET_WAIT_TIMEOUT: the node is starting$/,
  },
  {
    name: "no node in time, with what was seen instead",
    view: snapshot({
      guard: report({
        node: nodeIn("unseen", { socketOverdue: true, searchNote: "No process is named x" }),
      }),
    }),
    reason: /SOCKET_WAIT_TIMEOUT: No process is named x$/,
  },
  {
    name: "an API that cannot be tried",
    view: snapshot({ accessProblem: "No service account to reach the API with" }),
    reason: /^No access to the API: No service account/,
  },
];

for (const { name, view, reason } of HEALTH) {
  Deno.test(`/health of ${name} is ${reason === undefined ? "200 OK" : "503 with why"}`, async () => {
    const response = await ask("/health", { view });
    const text = await response.text();
    if (reason === undefined) return assertEquals([response.status, text], [200, "OK"]);
    assertEquals(response.status, 503);
    assertMatch(text, reason);
    assertEquals(unhealthyReason(view), text);
  });
}

const STARTUP: readonly { name: string; view: Snapshot; expected: Record<string, unknown> }[] = [
  {
    name: "before the guard reported",
    view: snapshot({ guard: undefined }),
    expected: {
      status: "not_ready",
      message: "The guard has not reported yet",
      credentials_provisioned: false,
    },
  },
  {
    name: "with files in place before the node's start",
    view: snapshot({ guard: report({ node: nodeIn("unseen") }) }),
    expected: {
      status: "ready",
      message: "Credentials are in place",
      credentials_provisioned: true,
    },
  },
  {
    name: "of a follower whose files were taken away after the start",
    view: snapshot({ guard: report({ files: "absent" }) }),
    expected: { status: "ready", message: "The node was started", credentials_provisioned: false },
  },
  {
    name: "with wrong credentials, every problem told",
    view: snapshot({
      guard: report({
        startupReady: false,
        files: "absent",
        credentials: {
          kind: "invalid",
          problems: [
            { file: "kes", code: "missing", message: "Cannot use kes.skey: no such file" },
            { file: "opcert", code: "kes_expired", message: "Cannot use node.cert: over" },
          ],
        },
      }),
    }),
    expected: {
      status: "not_ready",
      message: "Cannot use kes.skey: no such file; Cannot use node.cert: over",
      credentials_provisioned: false,
    },
  },
  {
    name: "with a folder that refuses writes",
    view: snapshot({
      guard: report({
        startupReady: false,
        files: "absent",
        unfit: { code: "install_failed", message: "Cannot write kes.skey: read-only" },
      }),
    }),
    expected: {
      status: "not_ready",
      message: "Cannot write kes.skey: read-only",
      credentials_provisioned: false,
    },
  },
];

for (const { name, view, expected } of STARTUP) {
  Deno.test(`/startup-status ${name}`, async () => {
    const response = await ask("/startup-status", { view });
    const { timestamp, ...rest } = await response.json();
    assertEquals([response.status, rest], [expected.status === "ready" ? 200 : 503, expected]);
    assertMatch(timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });
}

Deno.test("/readyz is 503 with the reason while this replica may not lead", async () => {
  const unfit = { code: "node_starting", message: "its socket does not accept" } as const;
  const view = snapshot({ leads: false, guard: report({ unfit }) });
  const response = await ask("/readyz", { view });
  assertEquals(response.status, 503);
  assertEquals(await response.json(), { ready: false, leads: false, reason: unfit.message });
});

Deno.test("/status is the snapshot as JSON", async () => {
  const view = snapshot();
  assertEquals(await (await ask("/status", { view })).json(), JSON.parse(JSON.stringify(view)));
});
