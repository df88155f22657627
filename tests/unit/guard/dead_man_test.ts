// Owns the proof that the kubelet reads the guard's verdict and nothing else.
// Never waits.

import { assert, assertEquals } from "@std/assert";
import { answerDeadMan, serveDeadMan } from "../../../lib/guard/dead_man.ts";

const LIVE = { live: true, reason: "no permit, not forging" };
const DEAD = { live: false, reason: "forging without a permit" };

const ANSWERS: readonly [request: string, verdict: typeof LIVE, status: number, body: string][] = [
  ["GET /node-live", LIVE, 200, "no permit, not forging\n"],
  ["GET /node-live?x=1", LIVE, 200, "no permit, not forging\n"],
  ["GET /node-live", DEAD, 503, "forging without a permit\n"],
  ["HEAD /node-live", DEAD, 503, ""],
  ["HEAD /node-live", LIVE, 200, ""],
  ["POST /node-live", LIVE, 405, "Method not allowed\n"],
  ["GET /", LIVE, 404, "Not found\n"],
  ["GET /node-live/", LIVE, 404, "Not found\n"],
];
for (const [request, verdict, status, body] of ANSWERS) {
  Deno.test(`answerDeadMan() gives ${status} to ${request} when live is ${verdict.live}`, async () => {
    const [method = "", path] = request.split(" ");
    const answer = answerDeadMan(
      new Request(`http://pod:8001${path}`, { method }),
      () => verdict,
    );
    assertEquals([answer.status, await answer.text()], [status, body]);
    assertEquals(answer.headers.get("allow"), status === 405 ? "GET, HEAD" : null);
  });
}

Deno.test("serveDeadMan() serves on every address until its signal, and names a port in use", async () => {
  const abort = new AbortController();
  const verdict = () => DEAD;
  const served = serveDeadMan({ port: 0, verdict, signal: abort.signal });
  assert(served.kind === "serving");
  const answer = await fetch(`http://127.0.0.1:${served.port}/node-live`);
  assertEquals([answer.status, await answer.text()], [503, "forging without a permit\n"]);
  const second = serveDeadMan({ port: served.port, verdict, signal: abort.signal });
  assert(second.kind === "failed" && second.message.includes(`port ${served.port}`));
  abort.abort();
  await served.finished;
});
