// Owns what became of the local lease in the life of this process: when renewed, how often won or lost.
// Never tells of it: metrics and status do.

import type { WriteKind } from "../core/election_state.ts";

export class LeaseJournal {
  #leads = false;
  #changes = 0;
  #lastRenewalSeconds: number | undefined;

  get changes(): number {
    return this.#changes;
  }

  /** Unix time of the last write by which this replica holds; undefined where there was none. */
  get lastRenewalSeconds(): number | undefined {
    return this.#lastRenewalSeconds;
  }

  wrote(write: WriteKind, { atSeconds }: { atSeconds: number }): void {
    const isHold = write === "renew" || write === "claim" || write === "write_back";
    if (isHold) this.#lastRenewalSeconds = atSeconds;
  }

  note({ leads }: { leads: boolean }): void {
    if (leads !== this.#leads) this.#changes += 1;
    this.#leads = leads;
  }
}
