// Owns the proof that only who surely leads its cluster at the moment acts on a forge lease that bears its name.
// Never waits: the clocks are given, and a suspension is a clock that goes on while another stands.

import { assert, assertEquals } from "@std/assert";
import { longestRenewDeadlineMs } from "../../../lib/config/timings.ts";
import { stepElection } from "../../../lib/core/election.ts";
import {
  type Election,
  type ElectionContext,
  newElection,
  type Wish,
  type WriteKind,
} from "../../../lib/core/election_state.ts";
import { observeLease } from "../../../lib/core/lease.ts";
import { readLease } from "../../../lib/core/lease_record.ts";
import { provenUntil } from "../../../lib/core/local_proof.ts";
import { monotonic, type PermitTime, permitTime } from "../../../lib/core/time.ts";
import { electionContext } from "./election_support.ts";
import { FORGE_TIER_SETTINGS, FORGE_WRITER } from "./forge_tier_support.ts";
import { leaseRecord } from "./lease_support.ts";

const STAMPED_AT = permitTime(50_000);

function localElection(durationMs = 15_000): Election {
  const settings = {
    name: "lock",
    namespace: "cardano",
    durationMs,
    holdMs: 9_000,
    renewIntervalMs: 3_750,
  };
  const hold = {
    stamp: { at: STAMPED_AT, epoch: 1, serial: 1 },
    holdMs: 9_000,
    fencedSecond: undefined,
    sentAt: monotonic(1_000),
  };
  return { ...newElection(settings, []), hold };
}

Deno.test("a local hold proves leadership until a fast clock could have waited the Lease out", () => {
  const until = provenUntil(localElection());
  assert(until !== undefined);
  assertEquals(Math.floor(until - STAMPED_AT), 14_702);
  // In the slowest clock's time, as ours may be, what the fastest one needs for its wait.
  assertEquals(Math.round((until - STAMPED_AT) / 0.99 * 1.01 * 1_000), 15_000_000);
});

Deno.test("whatever is configured, a leader cut off from its own API can confirm its stop meanwhile", () => {
  for (let durationMs = 5_000; durationMs <= 300_000; durationMs += 1_000) {
    for (const fenceTimeoutMs of [2_000, 4_000, 10_000]) {
      const until = provenUntil(localElection(durationMs))! - STAMPED_AT;
      const deadlineMs = longestRenewDeadlineMs(durationMs, fenceTimeoutMs);
      assert(deadlineMs + fenceTimeoutMs <= until, `${durationMs} ${fenceTimeoutMs}`);
    }
  }
});

Deno.test("nothing proves leadership without a hold, or while its release is under way", () => {
  const local = localElection();
  assertEquals(provenUntil({ ...local, hold: undefined }), undefined);
  const writing = (kind: WriteKind): Election => ({
    ...local,
    business: {
      kind: "writing",
      write: {
        kind,
        record: leaseRecord(),
        fencedSecond: 5,
        moved: undefined,
        preferredCluster: undefined,
        lapses: false,
      },
      nonce: "n-1",
      stamp: undefined,
      sentAt: monotonic(2_000),
    },
  });
  assertEquals(provenUntil(writing("renew")), provenUntil(local));
  assertEquals(provenUntil(writing("release")), undefined);
});

function forgeContext(wish: Wish, provenUntil: PermitTime): ElectionContext {
  return electionContext(1_000, { wish, writer: FORGE_WRITER, fresh: 7, provenUntil });
}

/** A holder of the forge lease that asked for the stamp of what is wished. */
function asking(context: ElectionContext) {
  const first = newElection(FORGE_TIER_SETTINGS.lease, []);
  const seen = leaseRecord({ ...FORGE_WRITER, seconds: 30 });
  const view = observeLease(first.view, { seen, at: monotonic(0), ownDurationMs: 30_000 });
  const asked = stepElection({ ...first, view }, { event: { kind: "tick" }, context });
  assertEquals(asked.effects.map((effect) => effect.kind), ["request_stamp"]);
  return asked.election;
}

function stampedAt(atMs: number) {
  const stamp = { at: permitTime(atMs), epoch: 1, serial: 1 };
  return { kind: "stamped", id: 7, stamp, permitLeftMs: 0 } as const;
}

/** What it sends when its stamp comes so late, having been proven till 60 s. */
function sentAt(atMs: number) {
  const until = permitTime(60_000);
  const wishes = {
    release: { kind: "release", fencedSecond: 5 },
    renew: { kind: "lead" },
  } as const;
  return Object.entries(wishes).map(([kind, wish]) => {
    const context = forgeContext(wish, until);
    const stamped = stepElection(asking(context), { event: stampedAt(atMs), context });
    const again = (provenUntil = until) =>
      stepElection(stamped.election, {
        event: { kind: "tick" },
        context: forgeContext(wish, provenUntil),
      });
    return {
      kind,
      sent: stamped.effects.map((effect) => effect.kind),
      wakeAt: again().wakeAt,
      again: again().effects.map((effect) => effect.kind),
      renewed: again(permitTime(until + 1)).effects.map((effect) => effect.kind),
    };
  });
}

Deno.test("a write of the forge lease goes out only when its stamp lies within the proof", () => {
  const cases: [number, string[]][] = [
    [59_999, ["replace_lease"]],
    [59_999.9, ["replace_lease"]],
    [60_000, []],
    [95_000, []],
  ];
  for (const [atMs, sent] of cases) {
    for (const one of sentAt(atMs)) assertEquals(one.sent, sent, `${one.kind} at ${atMs}`);
  }
});

Deno.test("what came too late is asked for again when the local Lease was renewed, and not before", () => {
  for (const { kind, again, renewed, wakeAt } of sentAt(95_000)) {
    assertEquals([again, wakeAt], [[], undefined], kind);
    assertEquals(renewed, ["request_stamp"], kind);
  }
});

Deno.test("a receipt names the last stop, also one that came while the guard was asked", () => {
  const until = permitTime(60_000);
  const election = asking(forgeContext({ kind: "release", fencedSecond: 5 }, until));
  const { effects: [sent] } = stepElection(election, {
    event: stampedAt(59_000),
    context: forgeContext({ kind: "release", fencedSecond: 9 }, until),
  });
  assert(sent?.kind === "replace_lease");
  assertEquals(readLease({ ...sent.object })?.receipt?.fencedSecond, 9);
});
