// Owns the proof of what each kind of write puts into a Lease, and of what is read out of one.
// Never decides when to write: lease_test.ts and manager_test.ts do.

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { LeaseObject } from "../../../lib/core/lease_object.ts";
import { ANNOTATION, type LeaseRecord, readLease } from "../../../lib/core/lease_record.ts";
import {
  claimedLease,
  movedLease,
  releasedLease,
  renewedLease,
  vacantLease,
} from "../../../lib/core/lease_writes.ts";
import { wallTime } from "../../../lib/core/time.ts";

const WRITER = { holder: "me", holderUid: "my-uid", poolId: "pool", durationSeconds: 15 };
const MARK = { nonce: "n1", now: wallTime(1_790_000_000_123) };
const AT = "2026-09-21T14:13:20.123000Z";

function stored(object: LeaseObject, change: Partial<LeaseObject["metadata"]> = {}): LeaseRecord {
  const metadata = { ...object.metadata, uid: "u", resourceVersion: "7", ...change };
  const record = readLease({ ...object, metadata });
  if (record === undefined) throw new Error("No record");
  return record;
}

const VACANT = stored(vacantLease({
  name: "lock",
  namespace: "cardano",
  poolId: "pool",
  durationSeconds: 15,
  transitions: 4,
}));
const CLAIMED = stored(claimedLease(VACANT, { writer: WRITER, mark: MARK, transitions: 5 }));
const RELEASED = stored(releasedLease(CLAIMED, { by: "me", mark: MARK, fencedSecond: 99 }));

Deno.test("a new lease is vacant, says whose lock it is, and holds nothing", () => {
  const { holder, receipt, nonce, poolId, transitions } = VACANT;
  assertEquals([holder, receipt, nonce, poolId, transitions], [
    "",
    undefined,
    undefined,
    "pool",
    4,
  ]);
});

Deno.test("a claim names holder, UID and nonce, and both times", () => {
  const { holder, holderUid, nonce, renewTime, transitions, object } = CLAIMED;
  assertEquals([holder, holderUid, nonce, renewTime, transitions], ["me", "my-uid", "n1", AT, 5]);
  assertEquals(object.spec?.acquireTime, AT);
});

Deno.test("a claim takes the receipt away and keeps its second", () => {
  const again = stored(claimedLease(RELEASED, {
    writer: WRITER,
    mark: MARK,
    transitions: 6,
    fencedSecond: RELEASED.receipt?.fencedSecond,
  }));
  assertEquals(again.object.metadata.annotations?.[ANNOTATION.receipt], undefined);
  assertEquals(again.fencedSecond, 99);
});

Deno.test("a renewal changes renewTime and nonce only", () => {
  const later = { nonce: "n2", now: wallTime(MARK.now + 5_000) };
  const { spec, metadata } = renewedLease(CLAIMED, { writer: WRITER, mark: later });
  assertEquals(spec, { ...CLAIMED.object.spec, renewTime: "2026-09-21T14:13:25.123000Z" });
  assertEquals(metadata.annotations, {
    ...CLAIMED.object.metadata.annotations,
    [ANNOTATION.nonce]: "n2",
  });
});

Deno.test("a release is vacant, with a receipt for exactly this record", () => {
  assertEquals([RELEASED.holder, RELEASED.holderUid], ["", undefined]);
  assertEquals(RELEASED.receipt, {
    by: "me",
    uid: "u",
    renewTime: AT,
    transitions: 5,
    fencedSecond: 99,
  });
});

Deno.test("a mark has no receipt, keeps its second, and adds to the names of earlier marks", () => {
  const once = stored(movedLease(RELEASED, { movedTo: "new", mark: MARK, transitions: 6 }));
  const twice = stored(movedLease(once, { movedTo: "third", mark: MARK, transitions: 7 }));
  assertEquals([once.receipt, once.fencedSecond, once.movedTo], [undefined, 99, ["new"]]);
  assertEquals([twice.movedTo, twice.transitions], [["new", "third"], 7]);
});

Deno.test("a claim takes the marks away", () => {
  const marked = stored(movedLease(RELEASED, { movedTo: "new", mark: MARK, transitions: 6 }));
  const claimed = claimedLease(marked, { writer: WRITER, mark: MARK, transitions: 7 });
  assertEquals(stored(claimed).movedTo, []);
});

Deno.test("every write names the uid and the version of the record it replaces", () => {
  const writes = [
    claimedLease(CLAIMED, { writer: WRITER, mark: MARK, transitions: 6 }),
    renewedLease(CLAIMED, { writer: WRITER, mark: MARK }),
    releasedLease(CLAIMED, { by: "me", mark: MARK, fencedSecond: 1 }),
    movedLease(CLAIMED, { movedTo: "new", mark: MARK, transitions: 6 }),
  ];
  for (const { metadata } of writes) {
    assertEquals([metadata.uid, metadata.resourceVersion], ["u", "7"]);
  }
});

Deno.test("fields and annotations of others are kept", () => {
  const foreign = stored({
    ...CLAIMED.object,
    metadata: {
      ...CLAIMED.object.metadata,
      finalizers: ["theirs"],
      annotations: { ...CLAIMED.object.metadata.annotations, theirs: "too" },
    },
    spec: { ...CLAIMED.object.spec, strategy: "OldestEmulationVersion" },
  });
  const { metadata, spec } = releasedLease(foreign, { by: "me", mark: MARK, fencedSecond: 1 });
  assertEquals(metadata.finalizers, ["theirs"]);
  assertEquals(metadata.annotations?.theirs, "too");
  assertEquals(spec?.strategy, "OldestEmulationVersion");
});

for (
  const [what, change] of [
    ["uid", { uid: "" }],
    ["resourceVersion", { resourceVersion: "" }],
  ] as const
) {
  Deno.test(`an object without ${what} is no record`, () => {
    const metadata = { ...CLAIMED.object.metadata, ...change };
    assertEquals(readLease({ ...CLAIMED.object, metadata }), undefined);
  });
}

Deno.test("annotations that are null are none", () => {
  const metadata = { ...CLAIMED.object.metadata, annotations: null };
  const record = readLease({ ...CLAIMED.object, metadata } as unknown as LeaseObject);
  assertEquals([record?.holder, record?.nonce], ["me", undefined]);
});

Deno.test("nothing that an annotation may hold throws or makes a receipt", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
    const annotations = { [ANNOTATION.receipt]: text, [ANNOTATION.fencedSecond]: text };
    return stored({ ...VACANT.object, metadata: { ...VACANT.object.metadata, annotations } })
      .receipt === undefined;
  }));
});

Deno.test("no change of a released record leaves its receipt valid", () => {
  const change = fc.oneof(
    fc.string({ minLength: 1 }).map((holderIdentity) => ({ holderIdentity })),
    fc.string().filter((text) => text !== AT).map((renewTime) => ({ renewTime })),
    fc.nat().filter((count) => count !== 5).map((leaseTransitions) => ({ leaseTransitions })),
  );
  fc.assert(fc.property(change, (spec) => {
    const edited = { ...RELEASED.object, spec: { ...RELEASED.object.spec, ...spec } };
    return stored(edited).receipt === undefined;
  }));
});
