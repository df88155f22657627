// Owns the proof that leaving waits for the stop and the release, and for nothing beyond its bound.
// Never asserts on how long something took.

import { assertEquals } from "@std/assert";
import { wallTime } from "../../../lib/core/time.ts";
import { Shutdown } from "../../../lib/guard/shutdown.ts";
import { createLog } from "../../../lib/log.ts";

function arrange({ boundMs = 60_000 } = {}) {
  const did: string[] = [];
  const fenced = Promise.withResolvers<void>();
  const guard = {
    isFencing: true,
    dispatch: (...events: { kind: string }[]) => void did.push(...events.map(({ kind }) => kind)),
    fenced: () => fenced.promise,
  };
  const log = createLog({
    level: "INFO",
    format: "json",
    sink: (line) => did.push(JSON.parse(line).message),
    now: () => wallTime(0),
  });
  const shutdown = new Shutdown({
    config: { fenceTimeoutMs: boundMs - 500, apiTimeoutMs: 0 },
    log,
    guard,
    host: { tell: ({ kind }) => void did.push(`tell ${kind}`) },
  });
  const fence = () => {
    guard.isFencing = false;
    fenced.resolve();
  };
  return { did, shutdown, fence };
}

Deno.test("a shutdown fences first, tells the manager, and ends when both are done", async () => {
  const { did, shutdown, fence } = arrange();
  const begun = shutdown.begin(0);
  assertEquals(did, ["Shutting down", "shutdown", "tell shutdown"]);
  let hasEnded = false;
  shutdown.ended.then(() => hasEnded = true);
  shutdown.released(); // a manager that held nothing says so at once
  await Promise.resolve();
  assertEquals([hasEnded, shutdown.hasBegun], [false, true]);
  fence();
  await begun;
  assertEquals(await shutdown.ended, 0);
});

Deno.test("a stop that nothing confirms is left behind with an exit code that says so", async () => {
  const { did, shutdown } = arrange({ boundMs: 510 });
  await shutdown.begin(0);
  assertEquals([await shutdown.ended, did.at(-1)], [70, "Leaving with a stop unconfirmed"]);
});

Deno.test("an API that never answers delays the end to its bound, and the code is still 0", async () => {
  const { shutdown, fence } = arrange({ boundMs: 510 });
  const begun = shutdown.begin(0);
  fence();
  await begun;
  assertEquals(await shutdown.ended, 0);
});

Deno.test("a second signal changes nothing", async () => {
  const { did, shutdown, fence } = arrange();
  const begun = shutdown.begin(0);
  await shutdown.begin(70);
  fence();
  shutdown.released();
  await begun;
  assertEquals(await shutdown.ended, 0);
  assertEquals(did.filter((one) => one === "shutdown").length, 1);
});

Deno.test("an error that nobody caught is one line and exit code 70", async () => {
  const { did, shutdown } = arrange();
  shutdown.abandon(new TypeError("Unexpected value"));
  assertEquals([await shutdown.ended, did], [70, ["Internal error"]]);
});
