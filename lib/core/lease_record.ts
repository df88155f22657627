// Owns what a Lease says: its spec, our annotations on it, and the receipt that only counts for this very record.
// Never decides what follows from it: lease.ts does.

import type { LeaseObject } from "./lease_object.ts";

/** Annotations of ours on a Lease. Its spec has no field for them that API servers keep. */
export const ANNOTATION = {
  /** Hex id of the pool whose lock this is: another pool's is never claimed. */
  poolId: "cardano.io/pool-id",
  /** UID of the pod in `holderIdentity`, since a name is used again. */
  holderUid: "cardano.io/holder-uid",
  /** Unique for each of our writes. */
  nonce: "cardano.io/write-nonce",
  /** Proof that the last holder's node had stopped; see Receipt. */
  receipt: "cardano.io/release-receipt",
  /** Second from the receipt by which the holder claimed: it must outlive the holder's processes. */
  fencedSecond: "cardano.io/last-fenced-second",
  /** Names, separated by commas, of the Leases that replace this one: nobody claims it beside them. */
  movedTo: "cardano.io/moved-to",
  /** Cluster for whose sake the forge lease was released: the others give it a head start. */
  preferredCluster: "cardano.io/preferred-cluster",
  /** Cluster whose node could not be started: it goes last at the next claim. */
  lapsedBy: "cardano.io/lapsed-by",
} as const;

/** A release, bound to exactly what was released. Anything else that empties the holder proves nothing. */
export interface Receipt {
  readonly by: string;
  readonly uid: string;
  readonly renewTime: string;
  readonly transitions: number;
  /** Wall second in which the stop was confirmed. */
  readonly fencedSecond: number;
}

export interface LeaseRecord {
  readonly object: LeaseObject;
  readonly uid: string;
  readonly resourceVersion: string;
  /** Empty: vacant. */
  readonly holder: string;
  readonly durationMs: number;
  readonly renewTime: string;
  readonly transitions: number;
  readonly holderUid: string | undefined;
  readonly nonce: string | undefined;
  readonly poolId: string | undefined;
  /** Wall second in which the last holder but one was fenced, where a receipt told it. */
  readonly fencedSecond: number | undefined;
  /** Names of the leases that replace it; empty for one in use. */
  readonly movedTo: readonly string[];
  readonly preferredCluster: string | undefined;
  readonly lapsedBy: string | undefined;
  /** Only a receipt that is valid for this very record. */
  readonly receipt: Receipt | undefined;
}

/** Undefined for an object that no API server would send: without uid or resourceVersion. */
export function readLease(object: LeaseObject): LeaseRecord | undefined {
  const { uid, resourceVersion } = object.metadata;
  const annotations = object.metadata.annotations ?? {}; // null where a server writes it so
  if (!uid || !resourceVersion) return undefined;
  const spec = object.spec ?? {};
  const record = {
    object,
    uid,
    resourceVersion,
    holder: spec.holderIdentity ?? "",
    durationMs: (spec.leaseDurationSeconds ?? 0) * 1_000,
    renewTime: spec.renewTime ?? "",
    transitions: spec.leaseTransitions ?? 0,
    holderUid: annotations[ANNOTATION.holderUid],
    nonce: annotations[ANNOTATION.nonce],
    poolId: annotations[ANNOTATION.poolId],
    fencedSecond: wholeNumber(annotations[ANNOTATION.fencedSecond]),
    movedTo: annotations[ANNOTATION.movedTo]?.split(",").filter((name) => name !== "") ?? [],
    preferredCluster: annotations[ANNOTATION.preferredCluster],
    lapsedBy: annotations[ANNOTATION.lapsedBy],
  };
  return { ...record, receipt: validReceipt(record, annotations[ANNOTATION.receipt]) };
}

function wholeNumber(text: string | undefined): number | undefined {
  const value = Number(text ?? "-");
  return Number.isSafeInteger(value) ? value : undefined;
}

function validReceipt(
  record: Omit<LeaseRecord, "receipt">,
  text: string | undefined,
): Receipt | undefined {
  if (text === undefined || record.holder !== "") return undefined;
  const receipt = parseReceipt(text);
  const bound = receipt !== undefined && receipt.uid === record.uid &&
    receipt.renewTime === record.renewTime && receipt.transitions === record.transitions;
  return bound ? receipt : undefined;
}

function parseReceipt(text: string): Receipt | undefined {
  let value: Partial<Receipt> | null;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined; // Edited by hand: it proves nothing, and the wait begins.
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { by, uid, renewTime, transitions, fencedSecond } = value;
  const whole = typeof by === "string" && typeof uid === "string" &&
    typeof renewTime === "string" && Number.isSafeInteger(transitions) &&
    Number.isSafeInteger(fencedSecond);
  return whole ? value as Receipt : undefined;
}
