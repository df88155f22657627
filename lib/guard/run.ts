// Owns the life of `run`: guard, dead-man endpoint, manager, signals, and the exit code.
// Never exits while a stop that may still succeed is under way, but for the bound on shutting down.

import type { Config } from "../config.ts";
import type { GuardToManager, ManagerToGuard } from "../door.ts";
import { createLog, type Log, writeToStdout } from "../log.ts";
import { wallTime } from "../core/time.ts";
import { VERSION } from "../version.ts";
import { carriedFrom, GuardClocks } from "./carried_permit.ts";
import { systemClocks } from "./clocks.ts";
import { serveDeadMan } from "./dead_man.ts";
import { Guard } from "./guard.ts";
import { PermitFile } from "./permit_file.ts";
import { WorkerHost } from "./worker_host.ts";

export const EXIT_OK = 0;
/** Nothing of ours can go on: the kubelet starts the container afresh. */
export const EXIT_INTERNAL = 70;

export interface RunOptions {
  readonly config: Config;
  readonly warnings: readonly { readonly name: string; readonly message: string }[];
}

/** Runs until a signal or an unrecoverable failure; resolves to the exit code. */
export async function runGuard({ config, warnings }: RunOptions): Promise<number> {
  const log = createLog({
    ...config.log,
    sink: writeToStdout,
    now: () => wallTime(Date.now()),
  });
  const podUid = config.podUid ?? crypto.randomUUID();
  announce({ config, warnings, log });
  const sources = systemClocks();
  const clocks = new GuardClocks(sources);
  const permitFile = new PermitFile({ folder: config.stateDir, podUid, clocks: sources });
  const carried = carriedFrom(permitFile.read(), {
    podUid,
    renewDeadlineMs: config.lease.renewDeadlineMs,
    now: clocks.now(),
  });
  const ended = Promise.withResolvers<number>();
  const finished = Promise.withResolvers<void>();
  const guard = new Guard({
    config,
    log,
    clocks,
    permitFile,
    carried,
    tell: (message) => host.tell(message),
  });
  const host: WorkerHost = new WorkerHost({
    config,
    log,
    workerUrl: new URL("../manager/worker.ts", import.meta.url),
    receive: (message: ManagerToGuard) => {
      if (message.kind === "finished") finished.resolve();
      guard.receive(message);
    },
    begin: (restarts): GuardToManager => {
      guard.dispatch({ kind: "worker_started" });
      queueMicrotask(() => host.tell({ kind: "report", report: guard.report() }));
      return { kind: "start", config, podUid, nonces: guard.nonces, restarts };
    },
    giveUp: () => {
      log.error("Manager failed too often in a row: fencing and leaving");
      shutDown(EXIT_INTERNAL);
    },
  });
  const deadManEnd = new AbortController();
  const deadMan = serveDeadMan({
    port: config.guardPort,
    verdict: () => guard.deadMan(),
    signal: deadManEnd.signal,
  });
  if (deadMan.kind === "failed") {
    log.error("Cannot serve the dead-man endpoint", { problem: deadMan.message });
    return EXIT_INTERNAL;
  }

  let shuttingDown = false;
  const shutDown = async (code: number) => {
    if (shuttingDown) return;
    shuttingDown = true;
    log.info("Shutting down", { code });
    guard.dispatch({ kind: "shutdown" });
    host.tell({ kind: "shutdown" });
    const boundMs = config.fenceTimeoutMs + config.apiTimeoutMs + 500;
    const bound = Promise.withResolvers<void>();
    const timer = setTimeout(() => bound.resolve(), boundMs);
    await Promise.race([finished.promise, bound.promise]);
    clearTimeout(timer);
    if (guard.isFencing) log.error("Leaving with a stop unconfirmed");
    ended.resolve(code);
  };
  const onSignal = () => void shutDown(EXIT_OK);
  Deno.addSignalListener("SIGTERM", onSignal);
  Deno.addSignalListener("SIGINT", onSignal);

  await guard.begin();
  host.start();
  const code = await ended.promise;
  host.stop();
  guard.stop();
  deadManEnd.abort();
  Deno.removeSignalListener("SIGTERM", onSignal);
  Deno.removeSignalListener("SIGINT", onSignal);
  log.info("Stopped", { code });
  return code;
}

function announce(
  { config, warnings, log }: {
    config: Config;
    warnings: RunOptions["warnings"];
    log: Log;
  },
): void {
  log.info("Starting", {
    version: VERSION,
    pod: config.podName,
    namespace: config.namespace,
    lease: config.lease.name,
    leaseDurationMs: config.lease.durationMs,
    renewDeadlineMs: config.lease.renewDeadlineMs,
    network: config.network.name,
    access: config.kubernetes.kind,
  });
  for (const { name, message } of warnings) {
    log.warning("Configuration needs attention", { name, found: message });
  }
  if (config.podUid === undefined) {
    log.warning("POD_UID is not set: after a restart this sidecar waits like a stranger");
  }
}
