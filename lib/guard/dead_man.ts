// Owns the endpoint by which the kubelet learns that the node must be restarted.
// Never answers from anything but this process: a dead or frozen one answers nothing, as it should.

export interface DeadManVerdict {
  readonly live: boolean;
  readonly reason: string;
}

export interface DeadManOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly verdict: () => DeadManVerdict;
  /** Ends the serving. */
  readonly signal: AbortSignal;
}

export type DeadMan =
  | { readonly kind: "serving"; readonly port: number; readonly finished: Promise<void> }
  | { readonly kind: "failed"; readonly message: string };

/** Serves GET and HEAD /node-live on every address of the pod. */
export function serveDeadMan({ port, verdict, signal }: DeadManOptions): DeadMan {
  let problem = "";
  // Both families by the first; the second is for kernels without IPv6.
  for (const hostname of ["::", "0.0.0.0"]) {
    try {
      const server = Deno.serve(
        { hostname, port, signal, onListen: () => {}, onError: () => text(500, "Verdict unknown") },
        (request) => answerDeadMan(request, verdict),
      );
      return { kind: "serving", port: server.addr.port, finished: server.finished };
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
      if (error instanceof Deno.errors.AddrInUse) break;
    }
  }
  return { kind: "failed", message: `Cannot listen on port ${port}: ${problem}` };
}

export function answerDeadMan(request: Request, verdict: () => DeadManVerdict): Response {
  if (new URL(request.url).pathname !== "/node-live") return text(404, "Not found");
  if (request.method !== "GET" && request.method !== "HEAD") {
    return text(405, "Method not allowed", { allow: "GET, HEAD" });
  }
  const { live, reason } = verdict();
  const response = text(live ? 200 : 503, reason);
  return request.method === "HEAD" ? new Response(null, response) : response;
}

function text(status: number, body: string, headers: Record<string, string> = {}): Response {
  return new Response(`${body}\n`, {
    status,
    headers: {
      "content-type": "text/plain; charset=utf-8",
      "cache-control": "no-store",
      ...headers,
    },
  });
}
