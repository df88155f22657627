// Owns the question whether one state of a Lease is a mere renewal of another.
// Never decides what follows from it.

import type { LeaseObject } from "../../lib/core/lease_object.ts";
import { ANNOTATION } from "../../lib/core/lease_record.ts";

/** By one of our own managers, that is: each of their writes has a nonce of its own. */
export function isRenewalOf(before: LeaseObject, after: LeaseObject): boolean {
  const [was, is] = [before.spec ?? {}, after.spec ?? {}];
  return before.metadata.uid === after.metadata.uid && is.holderIdentity !== "" &&
    is.holderIdentity !== undefined && was.holderIdentity === is.holderIdentity &&
    was.leaseTransitions === is.leaseTransitions &&
    was.leaseDurationSeconds === is.leaseDurationSeconds &&
    Number(before.metadata.resourceVersion) < Number(after.metadata.resourceVersion) &&
    differsByNonceOnly(before.metadata.annotations ?? {}, after.metadata.annotations ?? {});
}

function differsByNonceOnly(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): boolean {
  if (before[ANNOTATION.nonce] === after[ANNOTATION.nonce]) return false;
  for (const name in before) {
    if (name !== ANNOTATION.nonce && before[name] !== after[name]) return false;
  }
  for (const name in after) if (!(name in before)) return false;
  return true;
}
