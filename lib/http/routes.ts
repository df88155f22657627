// Owns the endpoints on METRICS_PORT, as a plain table, and what each answers for a snapshot.
// Never waits for anything outside this isolate.

import type { Snapshot } from "../manager/snapshot.ts";
import { CONTENT_TYPE, type Metrics } from "./metrics.ts";

/** The guard reports at least every 5 s and the manager turns at least every 5 s: three of these. */
const STALE_MS = 15_000;
const POD_DELETING = "the pod is being deleted: it gives leadership up and claims nothing any more";

type Answer = Response | Promise<Response>;
type Route = (snapshot: Snapshot) => Answer;

export function makeRoutes(metrics: Metrics): Readonly<Record<string, Route>> {
  return {
    "/startup-status": startupStatus,
    "/health": health,
    "/readyz": readiness,
    "/status": (snapshot) => json(200, snapshot),
    "/metrics": async (snapshot) =>
      new Response(await metrics.render(snapshot), {
        headers: { "content-type": CONTENT_TYPE, "cache-control": "no-store" },
      }),
  };
}

export async function answer(
  request: Request,
  { routes, snapshot }: {
    routes: Readonly<Record<string, Route>>;
    snapshot: () => Snapshot;
  },
): Promise<Response> {
  // What is in its Host header is up to whoever asks.
  const pathname = URL.parse(request.url)?.pathname;
  if (pathname === undefined) return text(400, "Bad request");
  const route = Object.hasOwn(routes, pathname) ? routes[pathname] : undefined;
  if (route === undefined) return text(404, "Not found");
  if (request.method !== "GET" && request.method !== "HEAD") {
    return text(405, "Method not allowed", { allow: "GET, HEAD" });
  }
  const response = await route(snapshot());
  return request.method === "HEAD" ? new Response(null, response) : response;
}

function startupStatus({ guard }: Snapshot): Response {
  const ready = guard?.startupReady === true;
  return json(ready ? 200 : 503, {
    status: ready ? "ready" : "not_ready",
    message: startupMessage(guard),
    credentials_provisioned: guard?.files === "installed",
    timestamp: new Date().toISOString(),
  });
}

function startupMessage(guard: Snapshot["guard"]): string {
  if (guard === undefined) return "The guard has not reported yet";
  if (guard.startupReady) {
    return guard.node.phase === "unseen" ? "Credentials are in place" : "The node was started";
  }
  if (guard.credentials.kind === "invalid") {
    return guard.credentials.problems.map(({ message }) => message).join("; ") ||
      "Credentials were not read yet";
  }
  return guard.unfit?.message ?? "Credentials are not in place yet";
}

function health(snapshot: Snapshot): Response {
  const reason = unhealthyReason(snapshot);
  return reason === undefined ? text(200, "OK") : text(503, reason);
}

/** Undefined while every loop turns and the node came up in time. */
export function unhealthyReason(snapshot: Snapshot): string | undefined {
  const { turnAgeMs, guardReportAgeMs, guard, accessProblem } = snapshot;
  if (turnAgeMs > STALE_MS) return `The manager's loop has not turned for ${seconds(turnAgeMs)} s`;
  if (guardReportAgeMs > STALE_MS) {
    return `The guard has not reported for ${seconds(guardReportAgeMs)} s`;
  }
  if (guard?.node.socketOverdue === true) {
    return "No node accepted connections within SOCKET_WAIT_TIMEOUT: " +
      (guard.node.searchNote ?? `the node is ${guard.node.phase}`);
  }
  // It is tried again by itself; told here since nothing else works without it.
  return accessProblem === undefined ? undefined : `No access to the API: ${accessProblem}`;
}

function readiness(snapshot: Snapshot): Response {
  const { guard, leads, ownPod } = snapshot;
  const unhealthy = unhealthyReason(snapshot);
  const reason = unhealthy ?? (guard === undefined ? "no report of the guard yet" : undefined) ??
    (ownPod.isDeleting ? POD_DELETING : undefined) ?? guard?.unfit?.message;
  const ready = reason === undefined;
  return json(ready ? 200 : 503, { ready, leads, reason: reason ?? "fit to lead" });
}

function seconds(ms: number): number {
  return Math.round(ms / 1_000);
}

function json(status: number, body: unknown): Response {
  return Response.json(body, { status, headers: { "cache-control": "no-store" } });
}

export function text(status: number, body: string, headers: Record<string, string> = {}): Response {
  return new Response(body, {
    status,
    headers: {
      "content-type": "text/plain; charset=utf-8",
      "cache-control": "no-store",
      ...headers,
    },
  });
}
