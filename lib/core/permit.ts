// Owns when a node may forge: stamps, the permit they buy, and how several holds make one permit.
// Never extends a permit by anything but a stamp that this guard issued in its present epoch.

import { addMs, elapsedMs, isBefore, type PermitTime } from "./time.ts";

/** Proof of when a renewal was sent, by the guard's own clock. The guard honours only what it issued. */
export interface Stamp {
  readonly at: PermitTime;
  /** Rises on every revoke, fence, node change and worker start; an older epoch buys nothing. */
  readonly epoch: number;
  /** Unique within this guard's life. */
  readonly serial: number;
}

export interface Permit {
  /** First instant at which forging is no longer allowed. */
  readonly until: PermitTime;
  /** When the renewal behind it was sent; others wait W from no earlier than this. */
  readonly sentAt: PermitTime;
  /** Wall second in which the last holder was fenced: the node is signalled in a later one only. */
  readonly fencedSecond: number | undefined;
  /** Read from the permit file after a restart: lets a forging node go on, never starts one. */
  readonly carried: boolean;
}

/** What the guard remembers of the stamps it issued. */
export interface StampBook {
  readonly epoch: number;
  readonly nextSerial: number;
  readonly outstanding: readonly Stamp[];
}

export const EMPTY_STAMP_BOOK: StampBook = { epoch: 1, nextSerial: 1, outstanding: [] };

/** A manager has at most one write per lease under way; more outstanding stamps mean a confused one. */
const OUTSTANDING_STAMPS_MAX = 8;

export function issueStamp(book: StampBook, at: PermitTime): { book: StampBook; stamp: Stamp } {
  const stamp: Stamp = { at, epoch: book.epoch, serial: book.nextSerial };
  const outstanding = [...book.outstanding, stamp].slice(-OUTSTANDING_STAMPS_MAX);
  return { book: { ...book, nextSerial: book.nextSerial + 1, outstanding }, stamp };
}

/** Makes every stamp issued so far worthless. */
export function nextEpoch(book: StampBook): StampBook {
  return { ...book, epoch: book.epoch + 1, outstanding: [] };
}

export type GrantRefusal = "foreign_stamp" | "old_epoch" | "too_late";

export interface GrantRequest {
  readonly stamp: Stamp;
  readonly holdMs: number;
  readonly fencedSecond: number | undefined;
}

/**
 * The permit that a grant buys, or why it buys none. The hold counts from the stamp, that is from
 * before the request was sent, and never exceeds the guard's own setting.
 */
export function honourGrant(
  book: StampBook,
  { request, running, holdMsMax, now }: {
    request: GrantRequest;
    running: Permit | undefined;
    holdMsMax: number;
    now: PermitTime;
  },
): { kind: "permit"; permit: Permit } | { kind: "refused"; why: GrantRefusal } {
  const { stamp } = request;
  if (stamp.epoch !== book.epoch) return { kind: "refused", why: "old_epoch" };
  const issued = book.outstanding.some((one) => one.serial === stamp.serial && one.at === stamp.at);
  if (!issued) return { kind: "refused", why: "foreign_stamp" };
  const until = addMs(stamp.at, Math.min(request.holdMs, holdMsMax));
  if (!isBefore(now, until)) return { kind: "refused", why: "too_late" };
  if (running !== undefined && isBefore(until, running.until)) {
    return { kind: "permit", permit: { ...running, carried: false } };
  }
  const fencedSecond = running?.fencedSecond ?? request.fencedSecond;
  return { kind: "permit", permit: { until, sentAt: stamp.at, fencedSecond, carried: false } };
}

export function permitLeftMs(permit: Permit | undefined, now: PermitTime): number {
  return permit === undefined ? 0 : Math.max(0, elapsedMs(now, permit.until));
}

/** A successful renewal of one lease: what it lets this replica do, and from when. */
export interface Hold {
  readonly stamp: Stamp;
  readonly holdMs: number;
  /** Wall second from the receipt by which this hold was claimed. */
  readonly fencedSecond: number | undefined;
}

/**
 * What several holds allow together: until the first of them ends. Undefined while one is missing.
 * Holds whose stamps are of different epochs make no permit: one of them is void.
 */
export function combineHolds(holds: readonly (Hold | undefined)[]): GrantRequest | undefined {
  let first: Hold | undefined;
  let fencedSecond: number | undefined;
  for (const hold of holds) {
    if (hold === undefined || (first !== undefined && hold.stamp.epoch !== first.stamp.epoch)) {
      return undefined;
    }
    fencedSecond = Math.max(fencedSecond ?? -Infinity, hold.fencedSecond ?? -Infinity);
    const endsSooner = first === undefined ||
      isBefore(addMs(hold.stamp.at, hold.holdMs), addMs(first.stamp.at, first.holdMs));
    if (endsSooner) first = hold;
  }
  if (first === undefined) return undefined;
  const known = fencedSecond !== undefined && fencedSecond > -Infinity;
  return {
    stamp: first.stamp,
    holdMs: first.holdMs,
    fencedSecond: known ? fencedSecond : undefined,
  };
}
