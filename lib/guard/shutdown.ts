// Owns the way out of `run`: fence, let the manager release, leave; and the bound on all of it.
// Never leaves while a stop that may still succeed is under way, but for that bound.

import type { Config } from "../config.ts";
import type { Log } from "../log.ts";
import type { Guard } from "./guard.ts";
import type { WorkerHost } from "./worker_host.ts";

export const EXIT_OK = 0;
/** Nothing of ours can go on, or a stop is unconfirmed: the kubelet starts the container afresh. */
export const EXIT_INTERNAL = 70;

export interface ShutdownOptions {
  readonly config: Pick<Config, "fenceTimeoutMs" | "apiTimeoutMs">;
  readonly log: Log;
  readonly guard: Pick<Guard, "dispatch" | "fenced" | "isFencing">;
  readonly host: Pick<WorkerHost, "tell">;
}

export class Shutdown {
  readonly #options: ShutdownOptions;
  readonly #released = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<number>();
  #begun = false;

  constructor(options: ShutdownOptions) {
    this.#options = options;
  }

  /** The exit code, once there is nothing left to do. */
  get ended(): Promise<number> {
    return this.#ended.promise;
  }

  get hasBegun(): boolean {
    return this.#begun;
  }

  /** The manager has released what it held, or there is none that could. */
  released(): void {
    this.#released.resolve();
  }

  /** A signal, or a failure that only a fresh process cures. A second call changes nothing. */
  async begin(code: number): Promise<void> {
    if (this.#begun) return;
    this.#begun = true;
    const { config, log, guard, host } = this.#options;
    log.info("Shutting down", { code });
    guard.dispatch({ kind: "shutdown" });
    host.tell({ kind: "shutdown" });
    const bound = Promise.withResolvers<void>();
    const boundMs = config.fenceTimeoutMs + config.apiTimeoutMs + 500;
    const timer = setTimeout(() => bound.resolve(), boundMs);
    await Promise.race([Promise.all([this.#released.promise, guard.fenced()]), bound.promise]);
    clearTimeout(timer);
    if (guard.isFencing) log.error("Leaving with a stop unconfirmed");
    this.#ended.resolve(guard.isFencing ? EXIT_INTERNAL : code);
  }

  /** An error of our own: the next process goes on by the permit file, and the dead-man's probe bounds it all. */
  abandon(error: unknown): void {
    const stack = error instanceof Error ? error.stack : undefined;
    this.#options.log.error("Internal error", { error, stack });
    this.#ended.resolve(EXIT_INTERNAL);
  }
}
