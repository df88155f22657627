// Owns the proof that a manager's isolate that fails costs nothing while the permit runs.
// Never looks inside it: it is made to fail by a message that is none.

import { assertEquals } from "@std/assert";
import { createLog } from "../../lib/log.ts";
import { wallTime } from "../../lib/core/time.ts";
import type { GuardToManager } from "../../lib/door.ts";
import { WorkerHost } from "../../lib/guard/worker_host.ts";
import { freePort } from "../../lib/demo/free_port.ts";
import { until } from "../support/until.ts";
import { GuardStage } from "../unit/guard/guard_stage.ts";
import { holderIn, leaseIn, NAMESPACE, releasedStage } from "../unit/manager/stage.ts";

const LIMITS = { timeoutMs: 30_000 };

function writeKubeconfig(path: string, server: string): void {
  const [name, namespace] = ["test", NAMESPACE];
  const text = JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server } }],
    users: [{ name, user: { token: "test" } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace } }],
    "current-context": name,
  });
  Deno.writeTextFileSync(path, text);
}

Deno.test("a failed manager is back inside the permit, with lease, probes and metrics", async () => {
  await using stage = await GuardStage.make();
  await using emulator = await releasedStage(stage.keys.poolIdHex);
  const path = `${stage.dir}/kubeconfig`;
  writeKubeconfig(path, emulator.url);
  const config = {
    ...stage.config,
    namespace: NAMESPACE,
    metricsPort: freePort(),
    kubernetes: { kind: "kubeconfig", path, context: undefined },
    log: { level: "ERROR", format: "json" },
  } as const;
  const lines: string[] = [];
  const host: WorkerHost = new WorkerHost({
    config,
    log: createLog({
      level: "INFO",
      format: "json",
      sink: (line) => lines.push(line),
      now: () => wallTime(Date.now()),
    }),
    workerUrl: new URL("../../lib/manager/worker.ts", import.meta.url),
    receive: (message) => stage.guard.receive(message),
    begin: (restarts) => {
      stage.guard.dispatch({ kind: "worker_started" });
      return [
        { kind: "start", config, podUid: "uid", nonces: stage.guard.nonces, restarts },
        { kind: "report", report: stage.guard.report() },
      ];
    },
    giveUp: () => lines.push('{"message":"given up"}'),
  });
  stage.manager = (message) => host.tell(message);
  host.start();
  try {
    stage.startNode();
    await stage.untilForging();
    const before = stage.nodeEvents;
    const renewed = leaseIn(emulator)?.spec?.renewTime;
    host.tell({ kind: "nonsense" } as unknown as GuardToManager);
    await until("another manager", () => host.restarts === 1, LIMITS);
    await until("its renewal", () => leaseIn(emulator)?.spec?.renewTime !== renewed, LIMITS);
    await until("its probes", async () => {
      const response = await fetch(`http://127.0.0.1:${config.metricsPort}/health`)
        .catch(() => undefined); // the port is still the ended one's
      return await response?.text() === "OK";
    }, LIMITS);
    const metrics = await fetch(`http://127.0.0.1:${config.metricsPort}/metrics`);
    const [, restarts] = /^cardano_forge_manager_worker_restarts_total (\d+)$/m
      .exec(await metrics.text()) ?? [];
    assertEquals([holderIn(emulator), restarts, lines], ["bp-0", "1", []]);
    assertEquals([stage.report.forging, stage.nodeEvents], ["forging", before]);
  } finally {
    host.stop();
    stage.manager = undefined;
  }
});
