// Owns what each endpoint of a running pod is asked for, and whether its answer is what a probe wants.
// Never takes any answer for a good one: on that port may listen who will.

import { httpGet } from "../../guard/http_get.ts";
import { isObject, type JsonObject } from "../../kubernetes/json_shape.ts";
import { type Check, failed, ok } from "./check.ts";

export interface EndpointAnswer {
  readonly status: number;
  readonly body: string;
}

export interface EndpointUrls {
  /** Of METRICS_PORT, without a path. */
  readonly manager: string;
  /** Of GUARD_PORT, without a path. */
  readonly guard: string;
}

export interface Endpoint {
  readonly path: string;
  readonly of: keyof EndpointUrls;
  /** What the probe waits; for those that no probe asks, as long. */
  readonly timeoutMs: number;
  readonly judge: (answer: EndpointAnswer) => Pick<Check, "verdict" | "found">;
}

/** What /metrics has in every state. */
const ALWAYS_SHOWN = "cardano_forge_manager_info{";
const BODY_BYTES_MAX = 4 * 1024 * 1024;

export const ENDPOINTS: readonly Endpoint[] = [
  { path: "/startup-status", of: "manager", timeoutMs: 2_000, judge: judgeStartup },
  { path: "/health", of: "manager", timeoutMs: 2_000, judge: judgeHealth },
  { path: "/readyz", of: "manager", timeoutMs: 2_000, judge: judgeReadiness },
  { path: "/status", of: "manager", timeoutMs: 2_000, judge: judgeStatus },
  { path: "/metrics", of: "manager", timeoutMs: 2_000, judge: judgeMetrics },
  { path: "/node-live", of: "guard", timeoutMs: 1_000, judge: judgeNodeLive },
];

/** Asks all of them at once; one check each, in their order. */
export function askEndpoints(urls: EndpointUrls): Promise<Check[]> {
  return Promise.all(ENDPOINTS.map(async ({ path, of, timeoutMs, judge }) => {
    const answer = await httpGet(`${urls[of].replace(/\/$/, "")}${path}`, {
      timeoutMs,
      maxBytes: BODY_BYTES_MAX,
    });
    if (answer.kind === "failed") return failed(path, answer.message);
    const { verdict, found } = judge(answer);
    return { name: path, verdict, found: `HTTP ${answer.status}, ${found}` };
  }));
}

function judgeStartup({ status, body }: EndpointAnswer) {
  const said = objectIn(body);
  const isReady = said?.status === "ready";
  if (typeof said?.message !== "string" || isReady !== (status === 200)) return stranger(body);
  return isReady
    ? good(`the node may start: ${said.message}`)
    : bad(`the node may not start yet: ${said.message}`);
}

function judgeHealth({ status, body }: EndpointAnswer) {
  if (status === 200 && body === "OK") return good("every loop turns");
  return status === 503 ? bad(firstLine(body)) : stranger(body);
}

function judgeReadiness({ status, body }: EndpointAnswer) {
  const said = objectIn(body);
  if (typeof said?.reason !== "string" || said.ready !== (status === 200)) return stranger(body);
  if (said.ready !== true) return bad(`neither leads nor could: ${said.reason}`);
  return good(said.leads === true ? "leads" : `could lead: ${said.reason}`);
}

/** Any state is a good answer: the probes judge, this tells. */
function judgeStatus({ status, body }: EndpointAnswer) {
  const said = objectIn(body);
  const lease = objectOf(said?.lease);
  if (status !== 200 || said === undefined || lease === undefined) return stranger(body);
  const guard = objectOf(said.guard);
  const tier = objectOf(objectOf(said.tier)?.forgeLease);
  const parts = [
    `${said.pod} in ${said.namespace}, version ${said.version}`,
    `lease ${lease.name} ${lease.standing}`,
    tier === undefined ? undefined : `forge lease ${tier.name} ${tier.standing}`,
    guard === undefined
      ? "the guard has not reported"
      : `node ${objectOf(guard.node)?.phase}, ${guard.forging}` +
        (guard.verified === true ? "" : ", not verified by its metrics"),
  ];
  return good(parts.filter((part) => part !== undefined).join("; "));
}

function judgeMetrics({ status, body }: EndpointAnswer) {
  if (status !== 200 || !body.includes(ALWAYS_SHOWN)) return stranger(body);
  const shown = ["cardano_leader_status", "cardano_forging_enabled"].map((name) => {
    const value = new RegExp(`^${name}\\{[^\\n]*\\} (\\S+)$`, "m").exec(body)?.[1];
    return `${name} ${value ?? "is absent"}`;
  });
  return good(shown.join(", "));
}

function judgeNodeLive({ status, body }: EndpointAnswer) {
  if (status === 200) return good(firstLine(body));
  return status === 503 ? bad(`the kubelet restarts the node: ${firstLine(body)}`) : stranger(body);
}

function good(found: string): Pick<Check, "verdict" | "found"> {
  return ok("", found);
}

function bad(found: string): Pick<Check, "verdict" | "found"> {
  return failed("", found);
}

function stranger(body: string): Pick<Check, "verdict" | "found"> {
  return bad(`not what this program answers: ${JSON.stringify(body.slice(0, 80))}`);
}

function objectIn(body: string): JsonObject | undefined {
  try {
    return objectOf(JSON.parse(body));
  } catch {
    return undefined; // no JSON is no answer of ours, which the caller says
  }
}

function objectOf(value: unknown): JsonObject | undefined {
  return isObject(value) ? value : undefined;
}

function firstLine(body: string): string {
  return body.split("\n", 1)[0] ?? "";
}
