// Owns the life of `run`: guard, dead-man endpoint, manager and signals, wired together.
// Never decides anything: the guard, the manager and the way out do.

import type { Config } from "../config.ts";
import { wallTime } from "../core/time.ts";
import { createLog, type Log, writeToStdout } from "../log.ts";
import { VERSION } from "../version.ts";
import { carriedFrom, GuardClocks } from "./carried_permit.ts";
import { systemClocks } from "./clocks.ts";
import { serveDeadMan } from "./dead_man.ts";
import { Guard } from "./guard.ts";
import { PermitFile } from "./permit_file.ts";
import { EXIT_INTERNAL, EXIT_OK, Shutdown } from "./shutdown.ts";
import { Uptime } from "./uptime.ts";
import { WorkerHost } from "./worker_host.ts";

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
  announce({ config, warnings, log });
  const { guard, host, shutdown } = wire(config, log);
  const ending = new AbortController();
  const deadMan = serveDeadMan({
    port: config.guardPort,
    verdict: () => guard.deadMan(),
    signal: ending.signal,
  });
  if (deadMan.kind === "failed") {
    log.error("Cannot serve the dead-man endpoint", { problem: deadMan.message });
    return EXIT_INTERNAL;
  }
  listen(shutdown, ending.signal);
  await guard.begin();
  host.start();
  const code = await shutdown.ended;
  host.stop();
  void guard.stop(); // what is under way ends with the process
  ending.abort();
  log.info("Stopped", { code });
  return code;
}

function wire(config: Config, log: Log): { guard: Guard; host: WorkerHost; shutdown: Shutdown } {
  const podUid = config.podUid ?? crypto.randomUUID();
  const uptime = new Uptime();
  const system = systemClocks();
  let bootId: string | undefined;
  const sources = {
    ...system,
    bootMs: () => uptime.bootMs(),
    bootId: () => bootId ??= system.bootId(), // no process outlives a boot
  };
  const clocks = new GuardClocks(sources);
  const permitFile = new PermitFile({ folder: config.stateDir, podUid, clocks: sources });
  const carried = carriedFrom(permitFile.read(), {
    podUid,
    renewDeadlineMs: config.lease.renewDeadlineMs,
    now: clocks.now(),
  });
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
    receive: (message) => {
      if (message.kind === "finished") shutdown.released();
      guard.receive(message);
    },
    begin: (restarts) => {
      guard.dispatch({ kind: "worker_started" });
      return [
        { kind: "start", config, podUid, nonces: guard.nonces, restarts },
        { kind: "report", report: guard.report() },
        ...(shutdown.hasBegun ? [{ kind: "shutdown" } as const] : []),
      ];
    },
    giveUp: () => {
      log.error("Manager failed too often in a row: fencing and leaving");
      shutdown.released();
      void shutdown.begin(EXIT_INTERNAL);
    },
  });
  const shutdown: Shutdown = new Shutdown({ config, log, guard, host });
  return { guard, host, shutdown };
}

/** Signals end us in order, errors that nobody caught at once; each is a line in the log. */
function listen(shutdown: Shutdown, ending: AbortSignal): void {
  const onSignal = () => void shutdown.begin(EXIT_OK);
  const onError = (event: ErrorEvent) => {
    event.preventDefault();
    shutdown.abandon(event.error);
  };
  const onRejection = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    shutdown.abandon(event.reason);
  };
  for (const name of ["SIGTERM", "SIGINT"] as const) {
    Deno.addSignalListener(name, onSignal);
    ending.addEventListener("abort", () => Deno.removeSignalListener(name, onSignal));
  }
  globalThis.addEventListener("error", onError, { signal: ending });
  globalThis.addEventListener("unhandledrejection", onRejection, { signal: ending });
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
    log.warning(
      "POD_UID is not set: a restarted sidecar waits for its own Lease as for a stranger's",
    );
  }
}
