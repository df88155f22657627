// Owns the small servers and clocks that these tests talk to.
// Never answers anything by itself: each test says how.

import type { Clock, ClusterAccess } from "../../../lib/kubernetes/access.ts";
import { ApiClient, type ApiClientOptions } from "../../../lib/kubernetes/client.ts";

export class FakeClock implements Clock {
  monotonic = 1_000;
  wall = Date.parse("2026-01-02T03:04:05Z");
  monotonicMs(): number {
    return this.monotonic;
  }
  wallMs(): number {
    return this.wall;
  }
  advance(ms: number): void {
    this.monotonic += ms;
    this.wall += ms;
  }
}

export interface TestServer extends AsyncDisposable {
  readonly url: string;
  /** "METHOD path?query" of every request, in order. */
  readonly requests: readonly string[];
}

export function serve(handler: (request: Request) => Response | Promise<Response>): TestServer {
  const requests: string[] = [];
  const options = { hostname: "127.0.0.1", port: 0, onListen() {} };
  const server = Deno.serve(options, (request) => {
    const { pathname, search } = new URL(request.url);
    requests.push(`${request.method} ${pathname}${search}`);
    return handler(request);
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    requests,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Hands every connection to `onConnection`, which may leave it unanswered: the end closes it. */
export function listen(
  onConnection: (connection: Deno.Conn, count: number) => Promise<void> | void,
): { readonly url: string; readonly port: number } & AsyncDisposable {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connections: Deno.Conn[] = [];
  const handlers: Promise<void>[] = [];
  const accepting = (async () => {
    for await (const connection of listener) {
      const count = connections.push(connection);
      handlers.push(Promise.resolve(onConnection(connection, count)).catch(() => {})); // it went away
    }
  })();
  const { port } = listener.addr;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const connection of connections) close(connection);
      await accepting;
      await Promise.all(handlers);
    },
  };
}

export function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // closed by the other side or by the test already
  }
}

/** Reads a request's head, and nothing of a body. */
export async function readHead(connection: Deno.Conn): Promise<string> {
  const buffer = new Uint8Array(16_384);
  const decoder = new TextDecoder();
  let head = "";
  while (!head.includes("\r\n\r\n")) {
    const count = await connection.read(buffer);
    if (count === null) break;
    head += decoder.decode(buffer.subarray(0, count), { stream: true });
  }
  return head;
}

export async function write(connection: Deno.Conn, text: string): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  for (let from = 0; from < bytes.length;) from += await connection.write(bytes.subarray(from));
}

export function httpAnswer(body: string, { contentLength = body.length } = {}): string {
  const head = [
    "HTTP/1.1 200 OK",
    "Content-Type: application/json",
    `Content-Length: ${contentLength}`,
  ];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}

/** Access without TLS; each 401 moves on to the next token while there is one. */
export function accessWith(server: string, tokens: readonly string[] = ["token-1"]): ClusterAccess {
  const tls = { caCerts: [] };
  let index = 0;
  return {
    server,
    origin: "test",
    namespace: undefined,
    credentials({ isRejected }) {
      if (isRejected && index < tokens.length - 1) index++;
      return Promise.resolve({ headers: { authorization: `Bearer ${tokens[index]}` }, tls });
    },
  };
}

export function clientFor(server: string, options: Partial<ApiClientOptions> = {}): ApiClient {
  return new ApiClient({
    access: accessWith(server),
    userAgent: "cardano-forge-manager/0.0.0",
    clock: new FakeClock(),
    ...options,
  });
}

export function jsonResponse(body: unknown, init: ResponseInit = {}): Response {
  return Response.json(body, init);
}

export function statusObject(code: number, reason: string, message = reason): unknown {
  return { kind: "Status", apiVersion: "v1", status: "Failure", code, reason, message };
}
