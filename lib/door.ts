// Owns the messages between the guard (main isolate) and the manager (worker isolate).
// Never carries a byte of a key file: credentials cross as a verdict about them.

import type { Config } from "./config.ts";
import type { KillFrom } from "./core/fence.ts";
import type { UnfitVerdict } from "./core/guard_verdicts.ts";
import type { NodePhase, SighupReason } from "./core/node_life.ts";
import type { Stamp } from "./core/permit.ts";
import type { CredentialProblem, CredentialsVerdict } from "./credentials/verdict.ts";

export type CredentialFile = "kes" | "vrf" | "opcert";

export type FileOperation = "copy" | "remove";

export type ManagerToGuard =
  /** Asks for a stamp; the nonce goes to the permit file before the write that carries it is sent. */
  | { readonly kind: "stamp_request"; readonly id: number; readonly nonce: string | undefined }
  /** The renewal sent after `stamp` succeeded: forging is allowed until `stamp.at + holdMs`. */
  | {
    readonly kind: "grant";
    readonly stamp: Stamp;
    readonly holdMs: number;
    readonly nonce: string;
    /** Wall second in which the last holder was fenced; the node is signalled in a later one only. */
    readonly fencedSecond: number | undefined;
  }
  /**
   * Stop forging now, whatever is left of the permit. `killFrom` says from when a node that does not
   * confirm it may be killed: "permit_end" only where our own pod is being deleted.
   */
  | { readonly kind: "revoke"; readonly reason: string; readonly killFrom: KillFrom }
  /** Our lease was seen in other hands: the nonces on file prove nothing any more. */
  | { readonly kind: "forget_nonces" }
  /** Answer to `shutdown`: the leases are released, or cannot be. */
  | { readonly kind: "finished" }
  /** An error of the manager's own, logged already: it cannot go on and waits to be ended. */
  | { readonly kind: "failed" };

export type GuardToManager =
  | {
    readonly kind: "start";
    readonly config: Config;
    /** The pod's UID, or a random one of this process where POD_UID is not set. */
    readonly podUid: string;
    /** Nonces of our last lease writes, from STATE_DIR. */
    readonly nonces: readonly string[];
    /** How many workers ran before this one, for metrics and logs. */
    readonly restarts: number;
  }
  | {
    readonly kind: "stamp";
    readonly id: number;
    readonly stamp: Stamp;
    /** What was left of the running permit when the stamp was made; 0 without one. */
    readonly permitLeftMs: number;
  }
  | { readonly kind: "report"; readonly report: GuardReport }
  /** SIGTERM: the guard is fencing already; release as soon as a report says it is fenced. */
  | { readonly kind: "shutdown" };

/** Everything the manager may know of the guard. Sent on every change, and at least every 5 s. */
export interface GuardReport {
  readonly epoch: number;
  readonly node: {
    readonly phase: NodePhase;
    readonly pid: number | undefined;
    /** Whether its arguments hold --start-as-non-producing-node; undefined while unidentified. */
    readonly startsNonProducing: boolean | undefined;
    /** While unidentified: what was looked for and what was seen instead. */
    readonly searchNote: string | undefined;
    /** SOCKET_WAIT_TIMEOUT passed without the socket accepting. */
    readonly socketOverdue: boolean;
  };
  /** What the node was seen to do, not what it was told. */
  readonly forging: "forging" | "stopped" | "unknown";
  /** False where the node's metrics cannot be read and the verdict rests on signal and settle time. */
  readonly verified: boolean;
  /** Set while the stop is confirmed and the key files are gone: wall second of the confirmation. */
  readonly fencedSecond: number | undefined;
  /** Milliseconds of permit left when the report was made; 0 without one. */
  readonly permitLeftMs: number;
  /** A signal must be sent but may not yet be (slot rule, one in flight, node starting). */
  readonly signalOwed: boolean;
  readonly unfit: UnfitVerdict | undefined;
  /** A stop is under way and not confirmed yet. */
  readonly fencing: boolean;
  /** True when the start under the present permit took no effect in time. */
  readonly startFailed: boolean;
  /** Credential files in place for the node: all valid ones, none, or something between. */
  readonly files: "installed" | "absent" | "partial";
  /** The set in use: the newest valid one, else what is wrong with the only one. */
  readonly credentials: CredentialsVerdict;
  /** A newer set in the source folder that is not used, and why. */
  readonly rejectedSource: readonly CredentialProblem[];
  /** Provisioned before the node's start, or the node is up already: what /startup-status says. */
  readonly startupReady: boolean;
  readonly deadMan: { readonly live: boolean; readonly reason: string };
  readonly signals: Readonly<Record<SighupReason, number>>;
  /** SIGKILLs sent to nodes whose stop was not confirmed in time. */
  readonly kills: number;
  readonly fileOperations: Readonly<Record<`${FileOperation}_${CredentialFile}`, number>>;
  /** Milliseconds between confirmed stop and the end of the lease wait, one per fence, newest last. */
  readonly fenceMarginsMs: readonly number[];
  /** Count of all fences so far, so that a reader knows which of the margins it has seen. */
  readonly fences: number;
  /** KES and node figures read from the node's own metrics, where readable. */
  readonly nodeMetricsReadable: boolean;
  /** Slot of the node's tip in the last reading. */
  readonly tipSlot: number | undefined;
  readonly memory: { readonly residentBytes: number; readonly anonymousBytes: number };
}
