// Owns the listening on METRICS_PORT, from the first free moment on.
// Never gives up: a taken port costs the probes, not the lease.

import { sleep } from "../sleep.ts";
import { errorText, type Log } from "../log.ts";
import type { Snapshot } from "../manager/snapshot.ts";
import type { ApiMetrics } from "./api_metrics.ts";
import { Metrics } from "./metrics.ts";
import { answer, makeRoutes, text } from "./routes.ts";

/** An isolate that was just ended keeps its port for about 2 s. */
const RETRY_MS = 250;
/** Said when it lasts longer than that. */
const QUIET_TRIES = 12;

export interface HttpOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly snapshot: () => Snapshot;
  readonly apiMetrics: ApiMetrics;
  readonly log: Log;
}

export async function serveHttp(options: HttpOptions): Promise<Deno.HttpServer<Deno.NetAddr>> {
  const { port, log } = options;
  for (let tries = 1;; tries++) {
    const outcome = listen(options);
    if (outcome.kind === "serving") {
      log.info("Serving", { port: outcome.server.addr.port });
      return outcome.server;
    }
    if (tries === QUIET_TRIES) {
      log.error("Cannot serve probes and metrics: trying on", { port, problem: outcome.problem });
    }
    await sleep(RETRY_MS);
  }
}

type Listening =
  | { readonly kind: "serving"; readonly server: Deno.HttpServer<Deno.NetAddr> }
  | { readonly kind: "failed"; readonly problem: string };

function listen({ port, snapshot, apiMetrics, log }: HttpOptions): Listening {
  const routes = makeRoutes(new Metrics(apiMetrics));
  let problem = "";
  // Both families by the first; the second is for kernels without IPv6.
  for (const hostname of ["::", "0.0.0.0"]) {
    try {
      const server = Deno.serve({
        hostname,
        port,
        onListen: () => {},
        onError: (error) => {
          log.error("Cannot answer a request", { error });
          return text(500, "Internal error");
        },
      }, (request) => answer(request, { routes, snapshot }));
      return { kind: "serving", server };
    } catch (error) {
      problem = errorText(error);
      if (error instanceof Deno.errors.AddrInUse) break;
    }
  }
  return { kind: "failed", problem };
}
