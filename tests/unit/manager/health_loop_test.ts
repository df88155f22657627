// Owns the proof of when the health endpoint is called.
// Never judges what a call finds: health_check_test.ts does.

import { assert, assertEquals } from "@std/assert";
import type { ClusterHealthCheck } from "../../../lib/core/cluster.ts";
import type { ManagerEvent } from "../../../lib/core/manager_state.ts";
import { HealthLoop } from "../../../lib/manager/health_loop.ts";
import { until } from "../../support/until.ts";
import { serve } from "../kubernetes/servers.ts";

const CHECK: Omit<ClusterHealthCheck, "endpoint"> = {
  enabled: true,
  intervalMs: 50,
  timeoutMs: 5_000,
  failureThreshold: 3,
  headers: {},
};

function begin() {
  const events: ManagerEvent[] = [];
  return { events, loop: new HealthLoop((event) => events.push(event)) };
}

Deno.test("the endpoint is called by its interval until the loop is stopped", async () => {
  await using server = serve(() => new Response("well"));
  const { events, loop } = begin();
  const settings = { ...CHECK, endpoint: server.url };
  loop.follow(settings);
  loop.follow({ ...settings }); // the same again changes nothing
  await until("three calls", () => events.length === 3);
  loop.stop();
  const [first] = events;
  assert(first?.kind === "health_checked" && first.result.ok);
  assertEquals(first.result.failureThreshold, 3);
  assertEquals(server.requests.length, 3);
  await new Promise((resolve) => setTimeout(resolve, 120));
  assertEquals([server.requests.length, events.length], [3, 3]);
});

Deno.test("a call that hangs is the only one, and other settings end it and begin at once", async () => {
  const hang = Promise.withResolvers<Response>();
  await using slow = serve(() => hang.promise);
  await using quick = serve(() => new Response("well"));
  const { events, loop } = begin();
  loop.follow({ ...CHECK, endpoint: slow.url });
  await until("the call", () => slow.requests.length === 1);
  await new Promise((resolve) => setTimeout(resolve, 120));
  assertEquals([slow.requests.length, events], [1, []]);
  loop.follow({ ...CHECK, endpoint: quick.url, intervalMs: 3_600_000_000 });
  await until("a verdict", () => events.length === 1);
  hang.resolve(new Response());
  // An interval beyond what a timer holds is no interval of nothing.
  await new Promise((resolve) => setTimeout(resolve, 60));
  assertEquals([quick.requests.length, events.length], [1, 1]);
  loop.stop();
});

for (
  const [what, settings] of [
    ["is off", { ...CHECK, enabled: false, endpoint: "http://127.0.0.1:1" }],
    ["has no endpoint", { ...CHECK, endpoint: undefined }],
    ["is not known", undefined],
  ] as const
) {
  Deno.test(`nobody is called while the check ${what}`, async () => {
    const { events, loop } = begin();
    loop.follow(settings);
    await Promise.resolve();
    assertEquals(events, []);
    loop.stop();
  });
}
