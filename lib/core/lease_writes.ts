// Owns the five ways in which a Lease is written: vacant, claimed, renewed, released, moved.
// Never decides which: election_moves.ts does.

import { isoMicroTime } from "./iso_time.ts";
import type { LeaseObject } from "./lease_object.ts";
import { ANNOTATION, type LeaseRecord, type Receipt } from "./lease_record.ts";
import type { WallTime } from "./time.ts";

/** Who writes: goes into every record of ours. */
export interface LeaseWriter {
  readonly holder: string;
  readonly holderUid: string;
  readonly poolId: string;
  readonly durationSeconds: number;
}

export interface WriteMark {
  readonly nonce: string;
  readonly now: WallTime;
}

/** A new Lease, the only thing ever sent by POST: it holds nothing, so it may land late without harm. */
export function vacantLease(
  { name, namespace, poolId, durationSeconds, transitions }: {
    name: string;
    namespace: string;
    poolId: string;
    durationSeconds: number;
    transitions: number;
  },
): LeaseObject {
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: {
      name,
      namespace,
      labels: { "app.kubernetes.io/managed-by": "cardano-forge-manager" },
      annotations: { [ANNOTATION.poolId]: poolId },
    },
    spec: { leaseDurationSeconds: durationSeconds, leaseTransitions: transitions },
  };
}

export function claimedLease(
  record: LeaseRecord,
  { writer, mark, transitions, fencedSecond }: {
    writer: LeaseWriter;
    mark: WriteMark;
    transitions: number;
    fencedSecond?: number | undefined;
  },
): LeaseObject {
  const at = isoMicroTime(mark.now);
  return rewritten(record, {
    spec: {
      holderIdentity: writer.holder,
      leaseDurationSeconds: writer.durationSeconds,
      acquireTime: at,
      renewTime: at,
      leaseTransitions: transitions,
    },
    annotations: {
      ...holderAnnotations(writer, mark),
      [ANNOTATION.fencedSecond]: fencedSecond === undefined ? undefined : String(fencedSecond),
    },
  });
}

export function renewedLease(
  record: LeaseRecord,
  { writer, mark }: { writer: LeaseWriter; mark: WriteMark },
): LeaseObject {
  return rewritten(record, {
    spec: {
      holderIdentity: writer.holder,
      leaseDurationSeconds: writer.durationSeconds,
      renewTime: isoMicroTime(mark.now),
    },
    annotations: holderAnnotations(writer, mark),
  });
}

/** To be sent only when the node's stop is confirmed and its key files are gone. */
export function releasedLease(
  record: LeaseRecord,
  { by, mark, fencedSecond, preferredCluster, lapsedBy }: {
    by: string;
    mark: WriteMark;
    fencedSecond: number;
    preferredCluster?: string | undefined;
    lapsedBy?: string | undefined;
  },
): LeaseObject {
  const renewTime = isoMicroTime(mark.now);
  const receipt: Receipt = {
    by,
    uid: record.uid,
    renewTime,
    transitions: record.transitions,
    fencedSecond,
  };
  return rewritten(record, {
    spec: { holderIdentity: "", renewTime },
    annotations: {
      [ANNOTATION.fencedSecond]: undefined,
      [ANNOTATION.holderUid]: undefined,
      [ANNOTATION.nonce]: mark.nonce,
      [ANNOTATION.receipt]: JSON.stringify(receipt),
      [ANNOTATION.preferredCluster]: preferredCluster,
      [ANNOTATION.lapsedBy]: lapsedBy,
    },
  });
}

/**
 * Marks a lock as replaced by another name, so that none of the older pods takes it any more. Names
 * of earlier marks stay: who goes back to this lock has to ask for each of them.
 */
export function movedLease(
  record: LeaseRecord,
  { movedTo, mark, transitions }: { movedTo: string; mark: WriteMark; transitions: number },
): LeaseObject {
  return rewritten(record, {
    spec: {
      holderIdentity: "",
      renewTime: isoMicroTime(mark.now),
      leaseTransitions: transitions,
    },
    annotations: {
      [ANNOTATION.holderUid]: undefined,
      [ANNOTATION.nonce]: mark.nonce,
      [ANNOTATION.receipt]: undefined,
      ...(record.receipt === undefined
        ? {}
        : { [ANNOTATION.fencedSecond]: String(record.receipt.fencedSecond) }),
      [ANNOTATION.movedTo]: [...new Set([...record.movedTo, movedTo])].join(","),
    },
  });
}

function holderAnnotations(
  writer: LeaseWriter,
  mark: WriteMark,
): Record<string, string | undefined> {
  return {
    [ANNOTATION.poolId]: writer.poolId,
    [ANNOTATION.holderUid]: writer.holderUid,
    [ANNOTATION.nonce]: mark.nonce,
    [ANNOTATION.receipt]: undefined,
    [ANNOTATION.movedTo]: undefined,
    [ANNOTATION.preferredCluster]: undefined,
    [ANNOTATION.lapsedBy]: undefined,
  };
}

/** The record's object with some fields replaced; an undefined annotation is removed. */
function rewritten(
  { object }: LeaseRecord,
  change: {
    spec: NonNullable<LeaseObject["spec"]>;
    annotations: Record<string, string | undefined>;
  },
): LeaseObject {
  const annotations: Record<string, string> = {};
  const before = object.metadata.annotations ?? {};
  for (const key in before) {
    if (!(key in change.annotations)) annotations[key] = before[key]!;
  }
  for (const key in change.annotations) {
    const value = change.annotations[key];
    if (value !== undefined) annotations[key] = value;
  }
  return {
    ...object,
    metadata: { ...object.metadata, annotations },
    spec: { ...object.spec, ...change.spec },
  };
}
