// Owns the words of the manager's machine: what it knows, what happens to it, what it wants done.
// Never decides: manager.ts does.

import type { ApiFailure } from "./api_failure.ts";
import type { ClusterResource, UnusableCluster } from "./cluster.ts";
import {
  type Election,
  type ElectionSettings,
  newElection,
  type WriteKind,
} from "./election_state.ts";
import type { KillFrom } from "./fence.ts";
import type { UnfitVerdict } from "./guard_verdicts.ts";
import { type ForgeTier, type ForgeTierSettings, newForgeTier } from "./forge_tier_state.ts";
import type { HealthCheckResult } from "./health.ts";
import type { LeaseObject } from "./lease_object.ts";
import type { GrantRequest, Stamp } from "./permit.ts";
import type { Monotonic, WallTime } from "./time.ts";

export interface ManagerSettings {
  /** The pod's name: the holder's identity in the local lease. */
  readonly podName: string;
  readonly podUid: string;
  readonly lease: ElectionSettings;
  readonly previousNames: readonly string[];
  /** The second tier; undefined: the local lease alone decides. */
  readonly forge?: ForgeTierSettings | undefined;
  /** Random per worker, so that no two writes ever carry the same nonce. */
  readonly nonceBase: string;
}

/** What the manager needs of the guard's report. */
export interface GuardView {
  readonly epoch: number;
  readonly unfit: UnfitVerdict | undefined;
  readonly fencing: boolean;
  readonly fencedSecond: number | undefined;
  readonly forging: "forging" | "stopped" | "unknown";
  /** Hex, from the certificate in use; undefined without one. */
  readonly poolId: string | undefined;
}

/** A lock of an older name: nobody may hold it, or take it later, when the present one is first claimed. */
export interface PreviousLease {
  readonly election: Election;
  readonly readAt: Monotonic | undefined;
}

export interface Managing {
  readonly settings: ManagerSettings;
  readonly guard: GuardView | undefined;
  /** Kept when the credentials turn invalid: what is held must still be released. */
  readonly poolId: string | undefined;
  readonly local: Election;
  readonly previous: Readonly<Record<string, PreviousLease>>;
  /** Latest second of a stop that a lease told of: kept where the record that said it is gone. */
  readonly seenFencedSecond: number | undefined;
  readonly forge: ForgeTier | undefined;
  /** Leadership is being given up: since which epoch of the guard, and why. */
  readonly givingUp: { readonly epoch: number; readonly reason: string } | undefined;
  readonly watching: boolean;
  readonly leads: boolean;
  readonly shuttingDown: boolean;
  /** Our pod is being deleted: what is held is given up, and nothing is claimed any more. */
  readonly podDeleting: boolean;
  readonly finished: boolean;
  readonly serial: number;
}

export type ManagerEvent =
  | { readonly kind: "tick" }
  | { readonly kind: "report"; readonly guard: GuardView }
  | {
    readonly kind: "lease_seen";
    readonly name: string;
    readonly object: LeaseObject | undefined;
    readonly by: "watch" | "read";
  }
  | { readonly kind: "lease_read_failed"; readonly name: string; readonly failure: ApiFailure }
  | {
    readonly kind: "lease_written";
    readonly name: string;
    readonly outcome: { readonly kind: "lease"; readonly lease: LeaseObject } | ApiFailure;
  }
  | {
    readonly kind: "stamp";
    readonly id: number;
    readonly stamp: Stamp;
    readonly permitLeftMs: number;
  }
  /** All clusters of the pool, whenever one of them changed. */
  | {
    readonly kind: "clusters_seen";
    readonly resources: readonly ClusterResource[];
    readonly unusable: readonly UnusableCluster[];
  }
  /** A dry run of a claim ended; `retry`: the record had changed meanwhile. */
  | {
    readonly kind: "claim_tried";
    readonly transitions: number;
    readonly outcome: "possible" | "impossible" | "retry";
    readonly problem: string | undefined;
  }
  | {
    readonly kind: "health_checked";
    readonly result: HealthCheckResult & { readonly failureThreshold: number };
  }
  | { readonly kind: "tip_checked"; readonly farBehind: boolean }
  /** Our pod is being deleted. SIGTERM comes to a native sidecar only after the node has ended. */
  | { readonly kind: "pod_deleting" }
  | { readonly kind: "shutdown" };

export type ManagerEffect =
  /** Without a nonce for the forge lease, which is known as ours by its holder's text. */
  | {
    readonly kind: "request_stamp";
    readonly id: number;
    readonly nonce: string | undefined;
  }
  | { readonly kind: "grant"; readonly request: GrantRequest; readonly nonce: string }
  | { readonly kind: "revoke"; readonly reason: string; readonly killFrom: KillFrom }
  | { readonly kind: "forget_nonces" }
  | { readonly kind: "watch_lease"; readonly name: string }
  | { readonly kind: "unwatch_lease"; readonly name: string }
  | { readonly kind: "watch_clusters" }
  | { readonly kind: "unwatch_clusters" }
  /** A claim of the forge lease as a dry run: whether this cluster could. */
  | {
    readonly kind: "try_claim";
    readonly name: string;
    readonly object: LeaseObject;
    readonly transitions: number;
  }
  /** This cluster gives the forge lease up, for whose sake and why. */
  | { readonly kind: "yielding"; readonly to: string | undefined; readonly reason: string }
  | { readonly kind: "read_lease"; readonly name: string }
  | { readonly kind: "create_lease"; readonly name: string; readonly object: LeaseObject }
  | { readonly kind: "replace_lease"; readonly name: string; readonly object: LeaseObject }
  /** A write of ours succeeded; for metrics and logs. */
  | { readonly kind: "wrote"; readonly name: string; readonly write: WriteKind }
  /** Leadership began or ended by our own clock. */
  | { readonly kind: "leadership"; readonly leads: boolean; readonly reason: string }
  /** Everything that can be released is. */
  | { readonly kind: "finished" };

export interface ManagerStep {
  readonly state: Managing;
  readonly effects: readonly ManagerEffect[];
  readonly wakeAt: Monotonic | undefined;
}

export interface ManagerInstant {
  readonly monotonic: Monotonic;
  readonly wall: WallTime;
}

export function newManaging(settings: ManagerSettings, nonces: readonly string[]): Managing {
  return {
    settings,
    guard: undefined,
    poolId: undefined,
    local: newElection(settings.lease, nonces),
    previous: Object.fromEntries(
      settings.previousNames.map((name) => [name, newPreviousLease(settings, name)]),
    ),
    seenFencedSecond: undefined,
    forge: settings.forge === undefined ? undefined : newForgeTier(settings.forge),
    givingUp: undefined,
    watching: false,
    leads: false,
    shuttingDown: false,
    podDeleting: false,
    finished: false,
    serial: 1,
  };
}

/** Nothing is claimed any more in the life of this process. */
export function isLeaving({ shuttingDown, podDeleting }: Managing): boolean {
  return shuttingDown || podDeleting;
}

export function newPreviousLease(settings: ManagerSettings, name: string): PreviousLease {
  return {
    election: newElection({ ...settings.lease, name }, []),
    readAt: undefined,
  };
}
