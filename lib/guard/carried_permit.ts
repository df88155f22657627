// Owns the guard's three clocks read together, and what a restart makes of the permit file.
// Never carries more than the guard's own deadline allows.

import type { Permit } from "../core/permit.ts";
import {
  addMs,
  type GuardInstant,
  isBefore,
  type Monotonic,
  monotonic,
  type PermitTime,
  wallTime,
} from "../core/time.ts";
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
  /** When its permit ended, where nobody saw the node stop since. */
  readonly stopOwedSince: PermitTime | undefined;
  readonly nonces: readonly string[];
}

const NOTHING: CarriedPermit = { carried: undefined, stopOwedSince: undefined, nonces: [] };

/** What an earlier process of this very pod left: a permit that lets a forging node go on, and its nonces. */
export function carriedFrom(
  found: FoundPermit | undefined,
  { podUid, renewDeadlineMs, now }: {
    podUid: string;
    renewDeadlineMs: number;
    now: GuardInstant;
  },
): CarriedPermit {
  if (found?.podUid !== podUid) return NOTHING;
  const { nonces } = found;
  if (found.leftMs === undefined) return { ...NOTHING, nonces };
  const until = addMs(now.permit, Math.min(found.leftMs, renewDeadlineMs));
  if (!isBefore(now.permit, until)) return { ...NOTHING, stopOwedSince: until, nonces };
  const carried: Permit = {
    until,
    sentAt: addMs(until, -renewDeadlineMs),
    fencedSecond: undefined,
    carried: true,
  };
  return { ...NOTHING, carried, nonces };
}
