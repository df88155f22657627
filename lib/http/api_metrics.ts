// Owns the count of API requests until they are scraped.
// Never grows beyond the verbs, resources and codes that were really seen.

import type { RequestRecord } from "../kubernetes/api_request.ts";

export interface RequestCount {
  readonly verb: string;
  readonly resource: string;
  readonly code: string;
  readonly count: number;
}

export interface RequestLatency {
  readonly verb: string;
  readonly resource: string;
  readonly seconds: number;
}

/** Latencies wait here for the next scrape; without a scraper they are dropped at this many. */
const LATENCIES_MAX = 4_096;

export class ApiMetrics {
  readonly #counts = new Map<string, RequestCount>();
  #latencies: RequestLatency[] = [];

  note({ verb, resource, code, ms }: RequestRecord): void {
    const key = `${verb} ${resource} ${code}`;
    const count = (this.#counts.get(key)?.count ?? 0) + 1;
    this.#counts.set(key, { verb, resource, code, count });
    if (this.#latencies.length < LATENCIES_MAX) {
      this.#latencies.push({ verb, resource, seconds: ms / 1_000 });
    }
  }

  get counts(): readonly RequestCount[] {
    return [...this.#counts.values()];
  }

  /** Those since the last call. */
  takeLatencies(): readonly RequestLatency[] {
    const taken = this.#latencies;
    this.#latencies = [];
    return taken;
  }
}
