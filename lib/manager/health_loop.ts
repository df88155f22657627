// Owns when the health endpoint of this cluster is called: one call at a time, by the resource's settings.
// Never judges an answer beyond what health_check.ts says of it.

import type { ClusterHealthCheck } from "../core/cluster.ts";
import type { ManagerEvent } from "../core/manager_state.ts";
import { wallTime } from "../core/time.ts";
import { callHealthCheck } from "../http/health_check.ts";

export class HealthLoop {
  readonly #dispatch: (event: ManagerEvent) => void;
  #settings: ClusterHealthCheck | undefined;
  #key = "";
  #timer: ReturnType<typeof setTimeout> | undefined;
  #call: AbortController | undefined;

  constructor(dispatch: (event: ManagerEvent) => void) {
    this.#dispatch = dispatch;
  }

  /** Takes the settings of the moment; undefined ends the calls. */
  follow(settings: ClusterHealthCheck | undefined): void {
    const active = settings?.enabled === true && settings.endpoint !== undefined
      ? settings
      : undefined;
    const key = JSON.stringify(active ?? null);
    if (key === this.#key) return;
    this.#key = key;
    this.#settings = active;
    this.#call?.abort();
    clearTimeout(this.#timer);
    if (active !== undefined) void this.#turn();
  }

  stop(): void {
    this.follow(undefined);
  }

  async #turn(): Promise<void> {
    const settings = this.#settings;
    if (settings?.endpoint === undefined) return;
    const { endpoint, headers, timeoutMs, intervalMs, failureThreshold } = settings;
    const call = new AbortController();
    this.#call = call;
    const answer = await callHealthCheck({ endpoint, headers, timeoutMs, signal: call.signal });
    if (call.signal.aborted) return;
    const { ok, message, responseMs } = answer;
    const at = wallTime(Date.now());
    this.#timer = setTimeout(() => void this.#turn(), intervalMs);
    this.#dispatch({
      kind: "health_checked",
      result: { ok, at, message, responseMs, failureThreshold },
    });
  }
}
