// Owns the proof that a renewal that failed is tried again as soon as it may be, and not a whole interval later.
// Never looks at anything but the pure steps.

import { assertEquals } from "@std/assert";
import type { ApiFailure } from "../../../lib/core/api_failure.ts";
import { stepElection } from "../../../lib/core/election.ts";
import {
  type Election,
  type ElectionEvent,
  newElection,
} from "../../../lib/core/election_state.ts";
import type { LeaseObject } from "../../../lib/core/lease_object.ts";
import { readLease } from "../../../lib/core/lease_record.ts";
import { claimedLease, type LeaseWriter, vacantLease } from "../../../lib/core/lease_writes.ts";
import { stepManager } from "../../../lib/core/manager.ts";
import { type GuardView, type ManagerEvent, newManaging } from "../../../lib/core/manager_state.ts";
import type { Stamp } from "../../../lib/core/permit.ts";
import { monotonic, permitTime, wallTime } from "../../../lib/core/time.ts";
import { electionContext } from "./election_support.ts";

const POOL = "00".repeat(28);
const LEASE = {
  name: "leader",
  namespace: "default",
  durationMs: 15_000,
  holdMs: 9_000,
  renewIntervalMs: 3_750,
};
const WRITER: LeaseWriter = {
  holder: "bp-0",
  holderUid: "uid-0",
  poolId: POOL,
  durationSeconds: 15,
};

function stored(object: LeaseObject, resourceVersion: string): LeaseObject {
  return { ...object, metadata: { ...object.metadata, uid: "lease-uid", resourceVersion } };
}

/** A Lease of ours, written with this nonce. */
function ourLease(nonce: string): LeaseObject {
  const { name, namespace } = LEASE;
  const made = vacantLease({ name, namespace, poolId: POOL, durationSeconds: 15, transitions: 0 });
  const record = readLease(stored(made, "1"))!;
  const mark = { nonce, now: wallTime(0) };
  return stored(claimedLease(record, { writer: WRITER, mark, transitions: 1 }), "2");
}

function stamp(serial: number): Stamp {
  return { at: permitTime(0), epoch: 1, serial };
}

/** An election that leads, and what it asks for, event by event. */
function holder(): { take(atMs: number, event: ElectionEvent): string[] } {
  let election: Election = newElection(LEASE, ["before"]);
  let fresh = 0;
  return {
    take(atMs, event) {
      fresh += 1;
      const context = electionContext(atMs, { wish: { kind: "lead" }, writer: WRITER, fresh });
      const step = stepElection(election, { event, context });
      election = step.election;
      return step.effects.map(({ kind }) => kind);
    },
  };
}

const CASES: readonly { readonly kind: ApiFailure["kind"]; readonly afterMs: number }[] = [
  { kind: "conflict", afterMs: 200 },
  { kind: "timed_out", afterMs: 1_000 },
];

for (const { kind, afterMs } of CASES) {
  Deno.test(`a renewal that failed with ${kind} is read after ${afterMs} ms and sent again at once`, () => {
    const one = holder();
    const lease = ourLease("before");
    const asked = one.take(0, { kind: "seen", object: lease, by: "read" });
    assertEquals(asked, ["request_stamp"]);
    const sent = one.take(0, { kind: "stamped", id: 1, stamp: stamp(1), permitLeftMs: 0 });
    assertEquals(sent, ["replace_lease"]);
    const written = one.take(0, {
      kind: "written",
      outcome: { kind: "lease", lease: ourLease("n-1") },
    });
    assertEquals(written, ["wrote"]);
    assertEquals(one.take(3_750, { kind: "tick" }), ["request_stamp"]);
    one.take(3_750, { kind: "stamped", id: 4, stamp: stamp(2), permitLeftMs: 5_250 });
    assertEquals(one.take(3_750, { kind: "written", outcome: { kind, message: "" } }), []);
    assertEquals(one.take(3_750 + afterMs - 1, { kind: "tick" }), []);
    assertEquals(one.take(3_750 + afterMs, { kind: "tick" }), ["read_lease"]);
    const again = one.take(3_750 + afterMs, { kind: "seen", object: ourLease("n-1"), by: "read" });
    assertEquals(again, ["request_stamp"]);
  });
}

Deno.test("a renewal sent while a stop was unconfirmed is granted as soon as the guard is fit again", () => {
  const settings = {
    podName: WRITER.holder,
    podUid: WRITER.holderUid,
    lease: LEASE,
    previousNames: [],
    nonceBase: "n",
  };
  const fit: GuardView = {
    epoch: 1,
    unfit: undefined,
    fencing: false,
    fencedSecond: 1,
    forging: "stopped",
    poolId: POOL,
  };
  const fencing: GuardView = {
    ...fit,
    unfit: { code: "forging_unconfirmed", message: "" },
    fencing: true,
    fencedSecond: undefined,
    forging: "unknown",
  };
  let state = newManaging(settings, ["before"]);
  const take = (atMs: number, event: ManagerEvent) => {
    const now = { monotonic: monotonic(atMs), wall: wallTime(atMs) };
    const step = stepManager(state, { event, now, random: 0 });
    state = step.state;
    return step.effects;
  };
  take(0, { kind: "report", guard: fencing });
  const object = ourLease("before");
  const effects = take(0, { kind: "lease_seen", name: LEASE.name, object, by: "read" });
  const asked = effects.find((effect) => effect.kind === "request_stamp");
  take(0, { kind: "stamp", id: asked!.id, stamp: stamp(1), permitLeftMs: 0 });
  const lease = ourLease(asked!.nonce!);
  take(10, { kind: "lease_written", name: LEASE.name, outcome: { kind: "lease", lease } });
  const grants = take(1_000, { kind: "report", guard: fit }).filter(({ kind }) => kind === "grant");
  assertEquals(grants, [{
    kind: "grant",
    request: { stamp: stamp(1), holdMs: 9_000, fencedSecond: undefined },
    nonce: asked!.nonce!,
  }]);
});
