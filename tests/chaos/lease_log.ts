// Owns what the Leases said during a campaign, asked of the API servers themselves.
// Never asks through a way that faults break: only a server that is away is not seen.

import type { LeaseObject } from "../../lib/core/lease_object.ts";
import type { ChaosLease, ChaosPod } from "./world.ts";

const EVERY_MS = 500;
const TIMEOUT_MS = 2_000;

export interface LeaseSighting {
  /** When it was seen so for the first and the last time. */
  readonly firstMs: number;
  lastMs: number;
  readonly holder: string;
  readonly renewedMs: number;
}

export class LeaseLog implements AsyncDisposable {
  readonly lease: ChaosLease;
  readonly sightings: LeaseSighting[] = [];
  readonly #loop: Promise<void>;
  readonly #end = new AbortController();

  constructor(lease: ChaosLease) {
    this.lease = lease;
    this.#loop = this.#run();
  }

  get latest(): LeaseSighting | undefined {
    return this.sightings.at(-1);
  }

  /** Since this pod's holder last renewed; undefined when another holds it, or none is known to. */
  ageMs(pod: ChaosPod): number | undefined {
    const { latest } = this;
    if (latest === undefined || !this.lease.isHeldBy(latest.holder, pod)) return undefined;
    return Date.now() - latest.renewedMs;
  }

  async #run(): Promise<void> {
    const { signal } = this.#end;
    while (!signal.aborted) {
      const atMs = Date.now();
      const found = await this.#read().catch(() => undefined); // away, by a fault
      if (found !== undefined) this.#note(found, atMs);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, EVERY_MS);
        signal.addEventListener("abort", () => {
          clearTimeout(timer);
          resolve();
        }, { once: true });
      });
    }
  }

  async #read(): Promise<LeaseObject | undefined> {
    const { server, path } = this.lease;
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await server.api.fetch(path, { signal });
    if (response.status === 200) return await response.json();
    await response.body?.cancel();
    return undefined;
  }

  #note(found: LeaseObject, atMs: number): void {
    const holder = found.spec?.holderIdentity ?? "";
    const renewedMs = Date.parse(found.spec?.renewTime ?? "");
    const { latest } = this;
    if (latest?.holder === holder && latest.renewedMs === renewedMs) latest.lastMs = atMs;
    else this.sightings.push({ firstMs: atMs, lastMs: atMs, holder, renewedMs });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await this.#loop;
  }
}
