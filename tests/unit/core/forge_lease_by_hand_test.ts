// Owns what a forge lease whose holder was changed by hand means to the one who wrote it last.
// Never asks an API: the records are given.

import { assertEquals } from "@std/assert";
import { stepElection } from "../../../lib/core/election.ts";
import { newElection } from "../../../lib/core/election_state.ts";
import { leaseStanding, observeLease, UNOBSERVED } from "../../../lib/core/lease.ts";
import type { LeaseObject } from "../../../lib/core/lease_object.ts";
import { readLease } from "../../../lib/core/lease_record.ts";
import { monotonic } from "../../../lib/core/time.ts";
import { electionContext } from "./election_support.ts";
import { FORGE_TIER_SETTINGS } from "./forge_tier_support.ts";
import { leaseObject, type LeaseSketch } from "./lease_support.ts";

const SELF = {
  holder: "us@uid-us",
  holderUid: "uid-us",
  poolId: "pool",
  durationMs: 30_000,
  nonces: ["ours"],
  inherits: true,
};

/** With our nonce and uid, where nothing else is said. */
function lease(sketch: LeaseSketch): LeaseObject {
  return leaseObject({ holderUid: "uid-us", nonce: "ours", seconds: 30, ...sketch });
}

function standing(sketch: LeaseSketch): string {
  const seen = readLease(lease(sketch));
  const view = observeLease(UNOBSERVED, { seen, at: monotonic(0), ownDurationMs: 30_000 });
  return leaseStanding(view, { self: SELF, now: monotonic(1_000) }).kind;
}

/** What an election does that wrote our nonce and now sees this. */
function outcome(sketch: LeaseSketch): string {
  const { effects } = stepElection(newElection(FORGE_TIER_SETTINGS.lease, SELF.nonces), {
    event: { kind: "seen", object: lease(sketch), by: "read" },
    context: electionContext(1_000, { writer: { ...SELF, durationSeconds: 30 } }),
  });
  return effects.some(({ kind }) => kind === "lost") ? "lost" : "kept";
}

const cases: Readonly<Record<string, [sketch: LeaseSketch, standing: string, outcome: string]>> = {
  "as we wrote it": [{ holder: "us@uid-us" }, "mine", "kept"],
  "of our local Lease before it was made anew": [
    { holder: "us@uid-old", holderUid: "x" },
    "mine",
    "kept",
  ],
  "another cluster's name, our nonce": [{ holder: "eu@uid-eu" }, "wait", "lost"],
  "another cluster's name without a uid": [{ holder: "eu" }, "wait", "lost"],
  "nobody's name, our nonce": [{ holder: "" }, "wait", "kept"],
  "a name that begins like ours": [{ holder: "us-2@uid-us" }, "wait", "lost"],
  "our name by hand, another's nonce": [
    { holder: "us@uid-us", holderUid: "x", nonce: "b" },
    "wait",
    "lost",
  ],
};
for (const [what, [sketch, ...expected]] of Object.entries(cases)) {
  Deno.test(`a forge lease: ${what}: ${expected.join(", ")}`, () => {
    assertEquals([standing(sketch), outcome(sketch)], expected);
  });
}
