// Owns the words of an election: what is wished of one lease, what happens to it, what it wants done.
// Never decides: election.ts takes events in, election_moves.ts chooses the writes.

import type { ApiFailure } from "./api_failure.ts";
import { type LeaseView, UNOBSERVED } from "./lease.ts";
import type { LeaseObject } from "./lease_object.ts";
import type { LeaseRecord } from "./lease_record.ts";
import type { LeaseWriter } from "./lease_writes.ts";
import type { Hold, Stamp } from "./permit.ts";
import type { Monotonic, PermitTime, WallTime } from "./time.ts";

/** Writes of unknown outcome, any of which may be what the Lease shows, and the one that it showed. */
export const NONCES_KEPT = 16;

export interface ElectionSettings {
  readonly name: string;
  readonly namespace: string;
  /** W. */
  readonly durationMs: number;
  /** H. */
  readonly holdMs: number;
  readonly renewIntervalMs: number;
  /** See LeaseStandpoint; false where nothing is said. */
  readonly inherits?: boolean;
}

/** What the manager wants of this lease at the moment. */
export type Wish =
  /** Claim nothing. */
  | { readonly kind: "follow" }
  | { readonly kind: "lead" }
  /** Renew what is ours, claim nothing: a stop is not confirmed yet. */
  | { readonly kind: "keep" }
  | {
    readonly kind: "release";
    readonly fencedSecond: number;
    /** Of the forge lease: the cluster for whose sake it is released. */
    readonly preferredCluster?: string | undefined;
    /** Of the forge lease: this cluster could not forge, and goes last at the next claim. */
    readonly lapses?: boolean;
  }
  /** Renew no more: it runs out, since nothing can be proved. */
  | { readonly kind: "lapse" }
  /**
   * Mark it as replaced by another name, once nobody can hold it: with more transitions than that
   * other lease shows, so that of two leases marked as replaced by each other the later mark counts.
   */
  | { readonly kind: "move"; readonly to: string; readonly above: number };

export type WriteKind = "claim" | "write_back" | "renew" | "release" | "move";

export interface PlannedWrite {
  readonly kind: WriteKind;
  readonly record: LeaseRecord;
  readonly fencedSecond: number | undefined;
  readonly moved: { readonly to: string; readonly above: number } | undefined;
  readonly preferredCluster: string | undefined;
  readonly lapses: boolean;
}

export type Business =
  | { readonly kind: "reading"; readonly sentAt: Monotonic }
  | { readonly kind: "creating"; readonly sentAt: Monotonic }
  | { readonly kind: "stamping"; readonly id: number; readonly write: PlannedWrite }
  | {
    readonly kind: "writing";
    readonly write: PlannedWrite;
    readonly nonce: string;
    readonly stamp: Stamp | undefined;
    readonly sentAt: Monotonic;
  };

export interface Election {
  readonly settings: ElectionSettings;
  readonly view: LeaseView;
  readonly nonces: readonly string[];
  readonly hold: (Hold & { readonly sentAt: Monotonic }) | undefined;
  readonly business: Business | undefined;
  readonly mustRead: boolean;
  readonly retryAt: Monotonic | undefined;
  readonly sentAt: Monotonic | undefined;
  /** What proved us the local leader when a stamp was too late for it: only a later proof is of use. */
  readonly staleProof: PermitTime | undefined;
  readonly failures: number;
  readonly lastFailure: ApiFailure | undefined;
}

export type ElectionEvent =
  | { readonly kind: "tick" }
  | {
    readonly kind: "seen";
    readonly object: LeaseObject | undefined;
    readonly by: "watch" | "read";
  }
  | { readonly kind: "read_failed"; readonly failure: ApiFailure }
  | {
    readonly kind: "stamped";
    readonly id: number;
    readonly stamp: Stamp;
    readonly permitLeftMs: number;
  }
  | {
    readonly kind: "written";
    readonly outcome: { readonly kind: "lease"; readonly lease: LeaseObject } | ApiFailure;
  };

export type ElectionEffect =
  | { readonly kind: "read_lease"; readonly name: string }
  | { readonly kind: "create_lease"; readonly name: string; readonly object: LeaseObject }
  | { readonly kind: "replace_lease"; readonly name: string; readonly object: LeaseObject }
  | { readonly kind: "request_stamp"; readonly id: number; readonly nonce: string }
  /** A write of ours succeeded. */
  | { readonly kind: "wrote"; readonly name: string; readonly write: WriteKind }
  /** Others hold what we held, or took for ours. */
  | { readonly kind: "lost"; readonly name: string; readonly holder: string };

export interface ElectionContext {
  readonly wish: Wish;
  /** Undefined while our pool is not known: nothing is written then. */
  readonly writer: LeaseWriter | undefined;
  readonly now: { readonly monotonic: Monotonic; readonly wall: WallTime };
  /** A fresh uniform sample of [0, 1) for jitter. */
  readonly random: number;
  /** A number not used before in this process, for ids and nonces. */
  readonly fresh: number;
  readonly nonceBase: string;
  /** Latest second of a stop that any lease told of; goes into a claim, to outlive this process. */
  readonly fencedSecond: number | undefined;
  /** The guard's epoch: a hold of an older one buys no permit, so the lease is renewed at once. */
  readonly epoch: number;
  /** Of a lease that `inherits`: until when we surely are the local leader; see local_proof.ts. */
  readonly provenUntil: PermitTime | undefined;
}

export interface ElectionStep {
  readonly election: Election;
  readonly effects: readonly ElectionEffect[];
  readonly wakeAt: Monotonic | undefined;
}

export function newElection(settings: ElectionSettings, nonces: readonly string[]): Election {
  return {
    settings,
    view: UNOBSERVED,
    nonces,
    hold: undefined,
    business: undefined,
    mustRead: false,
    retryAt: undefined,
    sentAt: undefined,
    staleProof: undefined,
    failures: 0,
    lastFailure: undefined,
  };
}

/** One step under way: the election is replaced, never changed in place. */
export interface Turn {
  election: Election;
  readonly effects: ElectionEffect[];
  readonly context: ElectionContext;
}

export function update(turn: Turn, change: Partial<Election>): void {
  turn.election = { ...turn.election, ...change };
}
