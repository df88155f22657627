// Owns one lease as one replica sees it: what was observed since when, and what may be done about it.
// Never compares a time written by another machine: only how long a record stood still on our own clock.

import type { LeaseRecord } from "./lease_record.ts";
import { addMs, isBefore, latest, type Monotonic } from "./time.ts";

/** A hand edit of leaseDurationSeconds must not keep the pool from forging for a day. */
const WAIT_MS_MAX = 300_000;
/** An older manager renews every 5 s, but may hang for long and forge on. */
const FOREIGN_MANAGER_WAIT_MS = 60_000;
/** An int32 in the Lease API, which refuses the next number: there is none to claim by after it. */
export const TRANSITIONS_MAX = 2 ** 31 - 1;

export interface LeaseView {
  /** Undefined: never looked. */
  readonly seen: LeaseRecord | "absent" | undefined;
  /** Since when it has stood as it does: the same holder, renewTime, transitions, nonce and uid. */
  readonly stillSince: Monotonic | undefined;
  readonly longestDurationMs: number;
  readonly highestTransitions: number;
  /** Transitions fell: the store was restored, and what it says is of the past. Until then only waiting counts. */
  readonly distrustedUntil: Monotonic | undefined;
  /** Of the Lease last seen at TRANSITIONS_MAX: nobody claims it any more, only one that is made anew. */
  readonly exhaustedUid: string | undefined;
  /** Somebody who does not write our nonce renews it. */
  readonly renewedByForeignManager: boolean;
}

export const UNOBSERVED: LeaseView = {
  seen: undefined,
  stillSince: undefined,
  longestDurationMs: 0,
  highestTransitions: 0,
  distrustedUntil: undefined,
  exhaustedUid: undefined,
  renewedByForeignManager: false,
};

export interface LeaseStandpoint {
  readonly holder: string;
  readonly holderUid: string;
  readonly poolId: string;
  /** Own W. */
  readonly durationMs: number;
  /** Nonces of our own latest writes. */
  readonly nonces: readonly string[];
  /**
   * Whether the holder's text alone proves the lease ours. True for the forge lease, whose holder
   * names the local Lease by uid: whoever holds that one has waited its predecessor out.
   */
  readonly inherits?: boolean;
}

export type Standing =
  | { readonly kind: "unobserved" }
  /** To be created, vacant: the wait begins with the record, so that a PUT can prove it stood still. */
  | { readonly kind: "absent" }
  | { readonly kind: "mine"; readonly record: LeaseRecord }
  | {
    readonly kind: "claimable";
    readonly record: LeaseRecord;
    readonly why: "released" | "silent";
    readonly fencedSecond: number | undefined;
    /** Since when it could be claimed, as far as this replica knows. */
    readonly since: Monotonic;
  }
  | { readonly kind: "wait"; readonly record: LeaseRecord; readonly until: Monotonic }
  | { readonly kind: "other_pool"; readonly record: LeaseRecord; readonly poolId: string }
  | { readonly kind: "moved"; readonly record: LeaseRecord; readonly to: readonly string[] }
  /** Its transitions are used up, by a hand edit: to be deleted by hand, too. */
  | { readonly kind: "exhausted"; readonly record: LeaseRecord };

/** The view after an observation by any means: read, write answer or watch event. */
export function observeLease(
  view: LeaseView,
  { seen, at, ownDurationMs }: {
    seen: LeaseRecord | undefined;
    at: Monotonic;
    ownDurationMs: number;
  },
): LeaseView {
  if (seen === undefined) {
    const stillSince = view.seen === "absent" ? view.stillSince : at;
    return { ...view, seen: "absent", stillSince };
  }
  const before = typeof view.seen === "object" ? view.seen : undefined;
  const still = before !== undefined && standsStill(before, seen);
  const longestDurationMs = Math.max(view.longestDurationMs, seen.durationMs);
  // Not only below the last record: of two restores the second may bring back a middle state.
  // What goes on in one term of a restored history is its life: renewals must not prolong the doubt.
  const goesOn = before?.uid === seen.uid && before.transitions === seen.transitions;
  const wentBack = !goesOn && seen.transitions < view.highestTransitions;
  // Once one Lease came to the end of its numbers they order no two of them: any other is doubted.
  const isAnother = view.exhaustedUid !== undefined && before?.uid !== seen.uid;
  const renewedByForeigner = before !== undefined && before.holder === seen.holder &&
    seen.holder !== "" && before.renewTime !== seen.renewTime && before.nonce === seen.nonce;
  const next: LeaseView = {
    seen,
    stillSince: still ? view.stillSince : at,
    longestDurationMs,
    highestTransitions: Math.max(firstTransitions(view), seen.transitions),
    distrustedUntil: view.distrustedUntil,
    exhaustedUid: seen.transitions >= TRANSITIONS_MAX ? seen.uid : view.exhaustedUid,
    renewedByForeignManager: seen.nonce === before?.nonce &&
      (view.renewedByForeignManager || renewedByForeigner),
  };
  if (!wentBack && !isAnother) return next;
  const until = addMs(at, waitMs(next, ownDurationMs));
  const { distrustedUntil } = view;
  return {
    ...next,
    distrustedUntil: distrustedUntil === undefined ? until : latest(distrustedUntil, until),
  };
}

function standsStill(a: LeaseRecord, b: LeaseRecord): boolean {
  return a.uid === b.uid && a.holder === b.holder && a.renewTime === b.renewTime &&
    a.transitions === b.transitions && a.nonce === b.nonce;
}

/** How long a record must stand still: for its holder's duration as much as for ours, which may differ. */
function waitMs(view: LeaseView, ownDurationMs: number): number {
  const recordMs = typeof view.seen === "object" ? view.seen.durationMs : 0;
  const foreignMs = view.renewedByForeignManager ? FOREIGN_MANAGER_WAIT_MS : 0;
  return Math.min(
    Math.max(ownDurationMs, recordMs, view.longestDurationMs, foreignMs),
    WAIT_MS_MAX,
  );
}

/** When whoever sees the record as we do counts it as silent; undefined where there is none. */
export function silentFrom(view: LeaseView, ownDurationMs: number): Monotonic | undefined {
  const { seen, stillSince } = view;
  if (typeof seen !== "object" || stillSince === undefined) return undefined;
  return addMs(stillSince, waitMs(view, ownDurationMs));
}

/** Whether nobody can claim the Lease after whoever holds it. */
export function isExhausted({ seen, exhaustedUid }: LeaseView): boolean {
  return typeof seen === "object" && seen.uid === exhaustedUid;
}

/** What may be done about the lease now. */
export function leaseStanding(
  view: LeaseView,
  { self, now }: { self: LeaseStandpoint; now: Monotonic },
): Standing {
  const { seen, stillSince, distrustedUntil } = view;
  if (seen === undefined || stillSince === undefined) return { kind: "unobserved" };
  if (seen === "absent") return { kind: "absent" };
  if (seen.poolId !== undefined && seen.poolId !== self.poolId) {
    return { kind: "other_pool", record: seen, poolId: seen.poolId };
  }
  if (seen.movedTo.length > 0) return { kind: "moved", record: seen, to: seen.movedTo };
  const trusted = distrustedUntil === undefined || !isBefore(now, distrustedUntil);
  if (trusted && isMine(seen, self)) return { kind: "mine", record: seen };
  if (isExhausted(view)) return { kind: "exhausted", record: seen };
  if (trusted && seen.receipt !== undefined) {
    const { fencedSecond } = seen.receipt;
    const since = distrustedUntil === undefined ? stillSince : latest(stillSince, distrustedUntil);
    return { kind: "claimable", record: seen, why: "released", fencedSecond, since };
  }
  const silentAt = silentFrom(view, self.durationMs) ?? stillSince;
  const until = distrustedUntil === undefined ? silentAt : latest(silentAt, distrustedUntil);
  if (isBefore(now, until)) return { kind: "wait", record: seen, until };
  return { kind: "claimable", record: seen, why: "silent", fencedSecond: undefined, since: until };
}

/** A pod's name proves nothing: its UID and a nonce that we wrote do. */
function isMine(seen: LeaseRecord, self: LeaseStandpoint): boolean {
  const wroteIt = isOwnWrite(seen, self);
  if (self.inherits) {
    // A name put in by hand has the annotation of who held before, and that one may forge on.
    const isOurs = seen.holder === self.holder && seen.holderUid === self.holderUid;
    return isOurs || wroteIt;
  }
  return wroteIt && seen.holder === self.holder && seen.holderUid === self.holderUid;
}

/**
 * Whether our nonce stands beside our cluster's name, be it with another uid: the local Lease may have
 * been made anew under our hold. Another name beside our nonce was put in by hand, a wish to move.
 */
export function isOwnWrite(
  seen: LeaseRecord,
  self: Pick<LeaseStandpoint, "holder" | "nonces">,
): boolean {
  const wroteIt = seen.nonce !== undefined && self.nonces.includes(seen.nonce);
  return wroteIt && clusterOf(seen.holder) === clusterOf(self.holder);
}

/** The part of `cluster@uid` before the uid of the local Lease. */
export function clusterOf(holder: string): string {
  const at = holder.lastIndexOf("@");
  return at < 0 ? holder : holder.slice(0, at);
}

/** Transitions for a claim: above everything seen, so that the others notice a restored store. */
export function nextTransitions(view: LeaseView): number {
  const seen = typeof view.seen === "object" ? view.seen.transitions : 0;
  return Math.max(seen, view.highestTransitions) + 1;
}

/** Of a Lease made anew: as high as any seen, or from the beginning where no number is left above it. */
export function firstTransitions({ highestTransitions }: LeaseView): number {
  return highestTransitions < TRANSITIONS_MAX ? highestTransitions : 0;
}
