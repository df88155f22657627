// Owns the proof that a manager that fails is started again, and not for ever.
// Never starts the real manager: small workers stand for it.

import { assertEquals } from "@std/assert";
import { readConfig } from "../../../lib/config.ts";
import { wallTime } from "../../../lib/core/time.ts";
import type { ManagerToGuard } from "../../../lib/door.ts";
import { WorkerHost } from "../../../lib/guard/worker_host.ts";
import { createLog } from "../../../lib/log.ts";
import { until } from "../../support/until.ts";

/** Answers the first message by what it may do, and fails when it is told to shut down. */
const WORKER = `data:application/javascript,${
  encodeURIComponent(`
    self.onmessage = async ({ data }) => {
      if (data.kind === "shutdown") return self.postMessage({ kind: "failed" });
      const granted = [];
      for (const name of ["read", "write", "net", "env", "run", "ffi", "sys"]) {
        const { state } = await Deno.permissions.query({ name });
        if (state === "granted") granted.push(name);
      }
      self.postMessage({ kind: "revoke", reason: granted.join(" "), killFrom: "half_fence" });
    };
  `)
}`;

function host(restartAfterMs = 1) {
  const received: ManagerToGuard[] = [];
  const begun: number[] = [];
  const lines: string[] = [];
  let gaveUp = 0;
  const reading = readConfig({ POD_NAME: "bp-0", KUBERNETES_SERVICE_HOST: "127.0.0.1" });
  if (reading.kind !== "config") throw new Error(JSON.stringify(reading.problems));
  const { config } = reading;
  const made = new WorkerHost({
    config,
    log: createLog({
      level: "INFO",
      format: "json",
      sink: (line) => lines.push(line),
      now: () => wallTime(0),
    }),
    workerUrl: new URL(WORKER),
    receive: (message) => received.push(message),
    begin: (restarts) => {
      begun.push(restarts);
      return [{ kind: "start", config, podUid: "u", nonces: [], restarts }];
    },
    giveUp: () => gaveUp++,
    restartAfterMs,
  });
  return { made, received, begun, lines, gaveUp: () => gaveUp };
}

Deno.test("the manager's isolate may use the network and nothing else of this machine", async () => {
  const { made, received } = host();
  made.start();
  await until("its answer", () => received.length > 0);
  assertEquals(received, [{ kind: "revoke", reason: "net", killFrom: "half_fence" }]);
  made.stop();
});

Deno.test("a failed manager is started again, and the third time in a row given up", async () => {
  const { made, received, begun, gaveUp } = host();
  made.start();
  for (const times of [1, 2]) {
    await until("its answer", () => received.length === times);
    made.tell({ kind: "shutdown" });
    await until("another", () => begun.length === times + 1);
    assertEquals(made.restarts, times);
  }
  await until("its answer", () => received.length === 3);
  assertEquals(gaveUp(), 0);
  made.tell({ kind: "shutdown" });
  await until("the end", () => gaveUp() === 1);
  assertEquals(begun, [0, 1, 2]);
  made.tell({ kind: "shutdown" }); // nobody there: no error
  made.stop();
});

Deno.test("a stopped host starts nothing any more", async () => {
  const { made, received, begun } = host(60_000);
  made.start();
  await until("its answer", () => received.length === 1);
  made.tell({ kind: "shutdown" });
  await until("the failure", () => made.restarts === 1);
  made.stop();
  assertEquals(begun, [0]);
});
