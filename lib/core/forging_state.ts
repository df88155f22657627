// Owns the words of the guard's machine: what it knows, what happens to it, what it wants done.
// Never decides: forging.ts takes events in, forging_moves.ts and what it imports choose the moves.

import type { Fence, KillFrom } from "./fence.ts";
import type {
  NodeIdentity,
  NodeLife,
  NodeScrape,
  NodeSighting,
  SighupReason,
} from "./node_life.ts";
import { UNSEEN_NODE } from "./node_life.ts";
import {
  EMPTY_STAMP_BOOK,
  type GrantRequest,
  type Permit,
  type Stamp,
  type StampBook,
} from "./permit.ts";
import type { StartTries } from "./start_tries.ts";
import type { Monotonic, PermitTime } from "./time.ts";

export interface ForgingSettings {
  /** S: within this a fence is confirmed; the node is killed at half of it. */
  readonly fenceTimeoutMs: number;
  /** H: no grant holds longer from its stamp. */
  readonly renewDeadlineMs: number;
  /** W: others may act this long after the last renewal; for the margin only. */
  readonly leaseDurationMs: number;
  readonly socketWaitTimeoutMs: number;
  /** False for trials without a node: files follow the permit and nothing is confirmed. */
  readonly nodeRequired: boolean;
  readonly metricsConfigured: boolean;
}

/** After a SIGHUP the node may take this long to act on it. */
export const SETTLE_MS = 1_000;
/** A start that shows no effect after this is given up, counted over successive permits. */
export const START_TIMEOUT_MS = 10_000;
/** A fenced second ahead of our clock holds a start up no longer than this. */
export const SLOT_WAIT_MS_MAX = 2_000;

export type FilesInPlace = "installed" | "absent" | "partial";

export interface Guarding {
  readonly settings: ForgingSettings;
  readonly bornAt: Monotonic;
  /** Since when no socket accepts; meaningless while one does. */
  readonly socketAwaitedSince: Monotonic;
  readonly stamps: StampBook;
  readonly permit: Permit | undefined;
  /** Nonces by which a lease is known as ours: of the last granted write and of those under way. */
  readonly nonces: readonly string[];
  readonly node: NodeLife;
  /** Since when the present process, or its end, is known: a scrape begun before tells of another. */
  readonly nodeSince: Monotonic | undefined;
  readonly looking: boolean;
  readonly lookedAt: Monotonic | undefined;
  readonly scraping: boolean;
  readonly scrapedAt: Monotonic | undefined;
  readonly files: {
    readonly inPlace: FilesInPlace;
    /** Generation of the credential set in place. */
    readonly generation: number | undefined;
    readonly problem: string | undefined;
    readonly triedAt: Monotonic | undefined;
  };
  readonly credentials: { readonly usable: boolean; readonly generation: number };
  /** One consequential effect at a time: its result is an event. */
  readonly awaiting: "files" | "signal" | undefined;
  readonly fence: Fence | undefined;
  /** When the last permit ended whose stop was not confirmed yet; also one of the process before us. */
  readonly stopOwedSince: PermitTime | undefined;
  readonly startSince: Monotonic | undefined;
  /** Earlier starts of this process, with these credentials, that a permit's end cut short. */
  readonly startTries: StartTries | undefined;
  readonly slotWaitSince: Monotonic | undefined;
  /** When a start was last signalled to a process that was not there: a look comes before the next try. */
  readonly startMissedAt: Monotonic | undefined;
  /** The running stop is for the sake of newer credentials: the next start says so. */
  readonly refreshing: boolean;
  readonly backoff: { readonly until: Monotonic; readonly failures: number } | undefined;
  /** Set while the stop is confirmed and the files were gone; what a receipt may say. */
  readonly fencedSecond: number | undefined;
  readonly lastFencedSecond: number | undefined;
  /** Fresh, untold processes that showed forging: one restart is tried before metrics are doubted. */
  readonly vainKills: number;
  readonly metricsUnreliable: boolean;
  readonly shuttingDown: boolean;
  readonly fenceMarginsMs: readonly number[];
  readonly fences: number;
}

export type ForgingEvent =
  | { readonly kind: "tick" }
  | { readonly kind: "looked"; readonly sighting: NodeSighting }
  | { readonly kind: "scraped"; readonly begunAt: Monotonic; readonly scrape: NodeScrape }
  | {
    readonly kind: "files";
    readonly inPlace: FilesInPlace;
    readonly generation: number | undefined;
    readonly problem: string | undefined;
  }
  | {
    readonly kind: "signalled";
    readonly identity: NodeIdentity;
    /** Undefined: SIGKILL. */
    readonly reason: SighupReason | undefined;
    readonly outcome: "signalled" | "absent" | "denied";
  }
  | { readonly kind: "credentials"; readonly usable: boolean; readonly generation: number }
  | { readonly kind: "stamp_requested"; readonly id: number; readonly nonce: string | undefined }
  | { readonly kind: "granted"; readonly request: GrantRequest; readonly nonce: string }
  | { readonly kind: "revoked"; readonly reason: string; readonly killFrom: KillFrom }
  | { readonly kind: "nonces_forgotten" }
  | { readonly kind: "worker_started" }
  | { readonly kind: "shutdown" };

export type ForgingEffect =
  | { readonly kind: "look" }
  | { readonly kind: "scrape" }
  | { readonly kind: "install_files" }
  | { readonly kind: "remove_files" }
  | { readonly kind: "sighup"; readonly identity: NodeIdentity; readonly reason: SighupReason }
  | { readonly kind: "sigkill"; readonly identity: NodeIdentity; readonly why: string }
  | {
    readonly kind: "answer_stamp";
    readonly id: number;
    readonly stamp: Stamp;
    readonly permitLeftMs: number;
  }
  /** To be on disk before any effect after it. */
  | {
    readonly kind: "keep_permit";
    /** The permit's end; a past one while its stop is owed, and none once that is confirmed. */
    readonly until: PermitTime | undefined;
    readonly nonces: readonly string[];
  }
  | {
    readonly kind: "log";
    readonly level: "info" | "warning" | "error";
    readonly message: string;
    readonly fields: Readonly<Record<string, string | number | undefined>>;
  };

export interface ForgingStep {
  readonly state: Guarding;
  readonly effects: readonly ForgingEffect[];
  /** The next moment at which the machine wants a tick. */
  readonly wakeAt: Monotonic;
}

/** The machine at the start of a guard, with what the permit file said. */
export function newGuarding(
  settings: ForgingSettings,
  { bornAt, carried, stopOwedSince, nonces }: {
    bornAt: Monotonic;
    carried: Permit | undefined;
    stopOwedSince: PermitTime | undefined;
    nonces: readonly string[];
  },
): Guarding {
  return {
    settings,
    bornAt,
    socketAwaitedSince: bornAt,
    stamps: EMPTY_STAMP_BOOK,
    permit: carried,
    nonces,
    node: UNSEEN_NODE,
    nodeSince: undefined,
    looking: false,
    lookedAt: undefined,
    scraping: false,
    scrapedAt: undefined,
    files: { inPlace: "partial", generation: undefined, problem: undefined, triedAt: undefined },
    credentials: { usable: false, generation: 0 },
    awaiting: undefined,
    fence: undefined,
    stopOwedSince,
    startSince: undefined,
    startTries: undefined,
    slotWaitSince: undefined,
    startMissedAt: undefined,
    refreshing: false,
    backoff: undefined,
    fencedSecond: undefined,
    lastFencedSecond: undefined,
    vainKills: 0,
    metricsUnreliable: false,
    shuttingDown: false,
    fenceMarginsMs: [],
    fences: 0,
  };
}
