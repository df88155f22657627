// Owns what a forge lease whose holder was changed by hand means to the one who wrote it last.
// Never asks an API: the records are given.

import { assertEquals } from "@std/assert";
import { leaseStanding, observeLease, UNOBSERVED } from "../../../lib/core/lease.ts";
import { ANNOTATION, readLease } from "../../../lib/core/lease_record.ts";
import { monotonic } from "../../../lib/core/time.ts";

const SELF = {
  holder: "us@uid-us",
  holderUid: "uid-us",
  poolId: "pool",
  durationMs: 30_000,
  nonces: ["ours"],
  inherits: true,
};

function standing({ holder, holderUid = "uid-us", nonce = "ours" }: {
  readonly holder: string;
  readonly holderUid?: string;
  readonly nonce?: string;
}): string {
  const seen = readLease({
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: {
      name: "forge",
      namespace: "hub",
      uid: "1",
      resourceVersion: "7",
      annotations: { [ANNOTATION.nonce]: nonce, [ANNOTATION.holderUid]: holderUid },
    },
    spec: {
      holderIdentity: holder,
      renewTime: "2026-11-21T17:00:00.000000Z",
      leaseTransitions: 3,
      leaseDurationSeconds: 30,
    },
  });
  const view = observeLease(UNOBSERVED, { seen, at: monotonic(0), ownDurationMs: 30_000 });
  return leaseStanding(view, { self: SELF, now: monotonic(1_000) }).kind;
}

const cases: Readonly<Record<string, [Parameters<typeof standing>[0], string]>> = {
  "as we wrote it": [{ holder: "us@uid-us" }, "mine"],
  "of our local Lease before it was made anew": [{ holder: "us@uid-old", holderUid: "x" }, "mine"],
  "another cluster's name, our nonce": [{ holder: "eu@uid-eu" }, "wait"],
  "another cluster's name without a uid": [{ holder: "eu" }, "wait"],
  "a name that begins like ours": [{ holder: "us-2@uid-us" }, "wait"],
  "our name by hand, another's nonce": [
    { holder: "us@uid-us", holderUid: "x", nonce: "b" },
    "wait",
  ],
};
for (const [what, [record, expected]] of Object.entries(cases)) {
  Deno.test(`a forge lease: ${what}: ${expected}`, () => assertEquals(standing(record), expected));
}
