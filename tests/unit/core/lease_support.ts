// Owns how the tests of one lease sketch a Lease: only what a test is about, all else the same each time.
// Never writes one as the program does: lease_record_test.ts asks for that.

import type { LeaseObject } from "../../../lib/core/lease_object.ts";
import { ANNOTATION, type LeaseRecord, readLease } from "../../../lib/core/lease_record.ts";

export interface LeaseSketch {
  readonly holder?: string;
  readonly uid?: string;
  readonly holderUid?: string;
  readonly nonce?: string;
  readonly seconds?: number;
  readonly renewTime?: string;
  readonly transitions?: number;
  readonly pool?: string;
  readonly movedTo?: string;
  /** Of a receipt for exactly this record, but for what is put here. */
  readonly receipt?: Record<string, unknown> | undefined;
  readonly labels?: Record<string, string>;
}

export function leaseObject(sketch: LeaseSketch = {}): LeaseObject {
  const { holder = "", uid = "lease", renewTime = "t1", transitions = 3, seconds = 15 } = sketch;
  const receipt = { by: "other", uid, renewTime, transitions, fencedSecond: 77, ...sketch.receipt };
  const annotations = {
    [ANNOTATION.poolId]: sketch.pool ?? "pool",
    [ANNOTATION.holderUid]: sketch.holderUid,
    [ANNOTATION.nonce]: sketch.nonce,
    [ANNOTATION.movedTo]: sketch.movedTo,
    [ANNOTATION.receipt]: sketch.receipt === undefined ? undefined : JSON.stringify(receipt),
  };
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: {
      name: "lock",
      namespace: "cardano",
      uid,
      resourceVersion: "1",
      labels: sketch.labels ?? {},
      annotations: Object.fromEntries(
        Object.entries(annotations).filter(([, value]) => value !== undefined),
      ) as Record<string, string>,
    },
    spec: {
      holderIdentity: holder,
      leaseDurationSeconds: seconds,
      renewTime,
      leaseTransitions: transitions,
    },
  };
}

export function leaseRecord(sketch?: LeaseSketch): LeaseRecord {
  const record = readLease(leaseObject(sketch));
  if (record === undefined) throw new Error("No record");
  return record;
}
