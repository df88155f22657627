// Owns when the health endpoint of this cluster is called: one call at a time, by the resource's settings.
// Never judges an answer beyond what health_check.ts says of it.

import type { ClusterHealthCheck } from "../core/cluster.ts";
import type { ManagerEvent } from "../core/manager_state.ts";
import { wallTime } from "../core/time.ts";
import { callHealthCheck } from "../http/health_check.ts";

/** After a call that outlasted its interval. */
const REST_MS = 1_000;
/** Longer than anybody waits for a verdict, and shorter than what a timer takes for "at once". */
const TIMER_MS_MAX = 86_400_000;

export class HealthLoop {
  readonly #dispatch: (event: ManagerEvent) => void;
  #settings: ClusterHealthCheck | undefined;
  #key = "";
  #timer: ReturnType<typeof setTimeout> | undefined;
  #call: AbortController | undefined;

  constructor(dispatch: (event: ManagerEvent) => void) {
    this.#dispatch = dispatch;
  }

  /** Takes the settings of the moment, and calls at once when they are others; undefined ends the calls. */
  follow(settings: ClusterHealthCheck | undefined): void {
    const active = settings?.enabled === true && settings.endpoint !== undefined
      ? settings
      : undefined;
    const key = active === undefined ? "" : JSON.stringify(active);
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
    const { endpoint, headers, intervalMs, failureThreshold } = settings;
    const timeoutMs = Math.min(settings.timeoutMs, TIMER_MS_MAX);
    const call = new AbortController();
    this.#call = call;
    const { signal } = call;
    const { ok, message, responseMs } = await callHealthCheck({
      endpoint,
      headers,
      timeoutMs,
      signal,
    });
    if (signal.aborted) return;
    const restMs = Math.max(Math.min(REST_MS, intervalMs), intervalMs - responseMs);
    // A timer that was due together with another event may fire although it was cleared.
    const next = () => signal.aborted ? undefined : void this.#turn();
    this.#timer = setTimeout(next, Math.min(restMs, TIMER_MS_MAX));
    const at = wallTime(Date.now());
    this.#dispatch({
      kind: "health_checked",
      result: { ok, at, message, responseMs, failureThreshold },
    });
  }
}
