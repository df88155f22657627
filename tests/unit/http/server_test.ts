// Owns the proof that probes and metrics are served, and that a taken port is waited for.
// Never asserts on how long that took.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { ApiMetrics } from "../../../lib/http/api_metrics.ts";
import { type HttpOptions, serveHttp } from "../../../lib/http/server.ts";
import { createLog } from "../../../lib/log.ts";
import { wallTime } from "../../../lib/core/time.ts";
import { freePort } from "../../../lib/demo/free_port.ts";
import { snapshot } from "./sample.ts";

function options(port: number, lines: string[] = []): HttpOptions {
  const log = createLog({
    level: "INFO",
    format: "json",
    sink: (line) => lines.push(line),
    now: () => wallTime(0),
  });
  return { port, snapshot, apiMetrics: new ApiMetrics(), log };
}

Deno.test("serveHttp() answers on every address of the pod", async () => {
  const server = await serveHttp(options(0));
  const { port } = server.addr;
  assertEquals(await (await fetch(`http://127.0.0.1:${port}/health`)).text(), "OK");
  assertStringIncludes(
    await (await fetch(`http://127.0.0.1:${port}/metrics`)).text(),
    "cardano_forging_enabled",
  );
  await server.shutdown();
});

Deno.test("serveHttp() waits for its port and says nothing of a short wait", async () => {
  const port = freePort();
  const holder = Deno.listen({ hostname: "::", port });
  const lines: string[] = [];
  const serving = serveHttp(options(port, lines));
  holder.close();
  const server = await serving;
  assertEquals(await (await fetch(`http://127.0.0.1:${port}/health`)).text(), "OK");
  assertEquals(lines.map((line) => JSON.parse(line).message), ["Serving"]);
  await server.shutdown();
});

Deno.test("an odd request is no line in the log", async () => {
  const lines: string[] = [];
  const server = await serveHttp(options(0, lines));
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.addr.port });
  await connection.write(
    new TextEncoder().encode("GET /health HTTP/1.1\r\nHost: [\r\nConnection: close\r\n\r\n"),
  );
  const answer = await new Response(connection.readable).text();
  assertStringIncludes(answer, "HTTP/1.1 400");
  await server.shutdown();
  assertEquals(lines.map((line) => JSON.parse(line).message), ["Serving"]);
});
