// Owns the guard's three clocks read together, and what a restart makes of the permit file.
// Never carries more than the guard's own deadline allows.

import type { Permit } from "../core/permit.ts";
import { addMs, type GuardInstant, type Monotonic, monotonic, wallTime } from "../core/time.ts";
import { type ClockSources, PermitClock } from "./clocks.ts";
import type { FoundPermit } from "./permit_file.ts";

export class GuardClocks {
  readonly #sources: ClockSources;
  readonly #permit: PermitClock;

  constructor(sources: ClockSources) {
    this.#sources = sources;
    this.#permit = new PermitClock(sources);
  }

  /** For what is measured and not decided: costs no reading of /proc. */
  monotonic(): Monotonic {
    return monotonic(this.#sources.monotonicMs());
  }

  now(): GuardInstant {
    return {
      monotonic: monotonic(this.#sources.monotonicMs()),
      permit: this.#permit.now(),
      wall: wallTime(this.#sources.wallMs()),
    };
  }
}

export interface CarriedPermit {
  readonly carried: Permit | undefined;
  readonly nonces: readonly string[];
}

/** What an earlier process of this very pod left: a permit that lets a forging node go on, and its nonces. */
export function carriedFrom(
  found: FoundPermit | undefined,
  { podUid, renewDeadlineMs, now }: {
    podUid: string;
    renewDeadlineMs: number;
    now: GuardInstant;
  },
): CarriedPermit {
  if (found === undefined || found.podUid !== podUid) return { carried: undefined, nonces: [] };
  const leftMs = Math.min(found.leftMs, renewDeadlineMs);
  if (leftMs <= 0) return { carried: undefined, nonces: found.nonces };
  const until = addMs(now.permit, leftMs);
  const carried: Permit = {
    until,
    sentAt: addMs(until, -renewDeadlineMs),
    fencedSecond: undefined,
    carried: true,
  };
  return { carried, nonces: found.nonces };
}
