// Owns the manager's isolate: what it may do, starting it, and starting it again.
// Never lets its end touch the node: the permit bounds what a missing manager costs.

import type { Config, KubernetesAccess } from "../config.ts";
import type { GuardToManager, ManagerToGuard } from "../door.ts";
import { type KubeconfigNeeds, kubeconfigNeeds } from "../kubernetes/kubeconfig_needs.ts";
import type { Log } from "../log.ts";

/** Short beside a permit: the new one waits for the port by itself, which the old one keeps for about 2 s. */
const RESTART_AFTER_MS = 500;
/** Restarts further apart than this are not "in a row". */
const IN_A_ROW_MS = 60_000;
const RESTARTS_IN_A_ROW_MAX = 2;

export interface WorkerHostOptions {
  readonly config: Config;
  readonly log: Log;
  readonly workerUrl: URL;
  readonly receive: (message: ManagerToGuard) => void;
  /** What a worker that starts is told first. */
  readonly begin: (restarts: number) => readonly GuardToManager[];
  /** It ended too often in a row: nothing but a fresh process helps. */
  readonly giveUp: () => void;
  /** Default 500. */
  readonly restartAfterMs?: number;
}

export class WorkerHost {
  readonly #options: WorkerHostOptions;
  #worker: Worker | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #restarts = 0;
  #inARow = 0;
  #endedAt = -Infinity;
  #stopped = false;

  constructor(options: WorkerHostOptions) {
    this.#options = options;
  }

  start(): void {
    const { config, workerUrl, log, receive, begin } = this.#options;
    const worker = new Worker(workerUrl, {
      type: "module",
      name: "manager",
      deno: { permissions: workerPermissions(config) },
    });
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<ManagerToGuard>) => {
      if (worker !== this.#worker) return;
      if (data.kind === "failed") this.#restart();
      else receive(data);
    };
    // What it could not tell by itself: it did not load, or is out of memory.
    worker.onerror = (event) => {
      event.preventDefault();
      if (worker !== this.#worker) return;
      log.error("Manager failed", { error: event.message });
      this.#restart();
    };
    worker.onmessageerror = () => {
      if (worker !== this.#worker) return;
      log.error("Manager sent a message that cannot be read");
      this.#restart();
    };
    for (const message of begin(this.#restarts)) this.tell(message);
  }

  tell(message: GuardToManager): void {
    this.#worker?.postMessage(message);
  }

  get restarts(): number {
    return this.#restarts;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#worker?.terminate();
    this.#worker = undefined;
  }

  #restart(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    if (this.#stopped) return;
    const now = performance.now();
    this.#inARow = now - this.#endedAt < IN_A_ROW_MS ? this.#inARow + 1 : 1;
    this.#endedAt = now;
    this.#restarts += 1;
    if (this.#inARow > RESTARTS_IN_A_ROW_MAX) return this.#options.giveUp();
    this.#timer = setTimeout(
      () => this.start(),
      this.#options.restartAfterMs ?? RESTART_AFTER_MS,
    );
  }
}

/** Net to reach the API and to serve, read of exactly what access needs; no write, ffi, sys or other run. */
function workerPermissions(config: Config): Deno.PermissionOptionsObject {
  const hub = config.cluster?.coordination.kubernetes;
  const needs = [config.kubernetes, ...(hub === undefined ? [] : [hub])].map(accessNeeds);
  const run = needs.flatMap((one) => one.run);
  return {
    net: true,
    write: false,
    ffi: false,
    sys: false,
    import: false,
    env: false,
    run: run.length === 0 ? false : run,
    read: needs.flatMap((one) => one.read),
  };
}

function accessNeeds(access: KubernetesAccess): KubeconfigNeeds {
  if (access.kind === "in_cluster") return { read: [access.tokenPath, access.caPath], run: [] };
  let text = "";
  try {
    text = Deno.readTextFileSync(access.path);
  } catch {
    // The manager will try to read it too, and say what is wrong.
  }
  return kubeconfigNeeds(text, access.path);
}
