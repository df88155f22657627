// Owns the wiring of the manager's isolate: door, API client, driver, HTTP.
// Never sees a key byte, and may not write, run or open anything but what the guard allowed.

import type { KubernetesAccess } from "../config.ts";
import { wallTime } from "../core/time.ts";
import type { GuardToManager, ManagerToGuard } from "../door.ts";
import { ApiMetrics } from "../http/api_metrics.ts";
import { serveHttp } from "../http/server.ts";
import { openCluster } from "../kubernetes/access.ts";
import { ApiClient } from "../kubernetes/client.ts";
import { sleep } from "../sleep.ts";
import { createLog, errorText, type Log, writeToStdout } from "../log.ts";
import { USER_AGENT } from "../version.ts";
import { Driver } from "./driver.ts";

const ACCESS_RETRY_MS = 5_000;

const clock = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };

interface Door {
  onmessage: ((event: MessageEvent<GuardToManager>) => void) | null;
  postMessage(message: ManagerToGuard): void;
}

type Start = Extract<GuardToManager, { kind: "start" }>;

const door = self as unknown as Door;
let driver: Driver | undefined;

door.onmessage = ({ data }) => {
  if (data.kind === "start") {
    driver = begin(data);
  } else {
    driver?.receive(data);
  }
};

function begin(start: Start): Driver {
  const { config } = start;
  const log = createLog({
    ...config.log,
    sink: writeToStdout,
    now: () => wallTime(Date.now()),
  });
  tellOfErrors(log);
  const apiMetrics = new ApiMetrics();
  const begun = new Driver({
    config,
    start,
    log,
    tell: (message) => door.postMessage(message),
  });
  void serveHttp({
    port: config.metricsPort,
    snapshot: () => begun.snapshot(),
    apiMetrics,
    log,
  });
  void connect({ driver: begun, start, log, apiMetrics });
  return begun;
}

/** One line, and the guard ends this isolate: what state it is in nobody knows any more. */
function tellOfErrors(log: Log): void {
  const fail = (event: Event, error: unknown) => {
    event.preventDefault();
    const stack = error instanceof Error ? error.stack : undefined;
    log.error("Manager failed", { error, stack });
    door.postMessage({ kind: "failed" });
  };
  addEventListener("error", (event) => fail(event, event.error));
  addEventListener("unhandledrejection", (event) => fail(event, event.reason));
}

async function connect(wiring: Wiring): Promise<void> {
  const { driver, start: { config }, log } = wiring;
  const client = await openApi(config.kubernetes, { ...wiring, api: "local" });
  driver.connect(client);
  if (config.cluster === undefined) return;
  const hub = config.cluster.coordination.kubernetes;
  if (hub === undefined) {
    log.warning("Only clusters of this API server are coordinated", {
      next: "set COORDINATION_KUBECONFIG where clusters have API servers of their own",
    });
    return driver.connectCoordination(client);
  }
  driver.connectCoordination(await openApi(hub, { ...wiring, api: "coordination" }));
}

interface Wiring {
  readonly driver: Driver;
  readonly start: Start;
  readonly log: Log;
  readonly apiMetrics: ApiMetrics;
}

/** A service-account mount or a kubeconfig may come late; until then the reason is shown. */
async function openApi(
  settings: KubernetesAccess,
  { driver, log, apiMetrics, api }: Wiring & { readonly api: "local" | "coordination" },
): Promise<ApiClient> {
  let lastProblem = "";
  for (;;) {
    try {
      const access = await openCluster(settings, { clock });
      log.info("API access set up", { api, server: access.server, origin: access.origin });
      return new ApiClient({
        access,
        userAgent: USER_AGENT,
        clock,
        onRequest: (record) => apiMetrics.note(record),
      });
    } catch (error) {
      const problem = errorText(error);
      if (problem !== lastProblem) log.error("Cannot set up API access", { api, problem });
      lastProblem = problem;
      driver.noteAccessProblem(api, problem);
      await sleep(ACCESS_RETRY_MS);
    }
  }
}
