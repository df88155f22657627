// Owns the promise that the manager's machine never asks to be woken in the past.
// Never runs a driver: it would hide a machine that spins behind its shortest timer.

import { assert, assertEquals } from "@std/assert";
import { stepElection } from "../../../lib/core/election.ts";
import { type Election, newElection } from "../../../lib/core/election_state.ts";
import { monotonic, permitTime } from "../../../lib/core/time.ts";
import { electionContext } from "./election_support.ts";

const settings = {
  name: "lock",
  namespace: "cardano",
  durationMs: 15_000,
  holdMs: 9_000,
  renewIntervalMs: 3_750,
};

function wakeAt(election: Election, kind: "lapse" | "keep" | "follow"): number | undefined {
  const context = electionContext(50_000, { wish: { kind } });
  return stepElection(election, { event: { kind: "tick" }, context }).wakeAt;
}

Deno.test("a hold that ran out while nothing may be written asks for no wake-up", () => {
  const election: Election = {
    ...newElection(settings, []),
    hold: {
      stamp: { at: permitTime(0), epoch: 1, serial: 1 },
      holdMs: 9_000,
      fencedSecond: undefined,
      sentAt: monotonic(30_000),
    },
    sentAt: monotonic(30_000),
  };
  for (const wish of ["lapse", "keep", "follow"] as const) {
    assertEquals(wakeAt(election, wish), undefined, wish);
  }
});

Deno.test("a hold that still runs is looked at when it ends", () => {
  const election: Election = {
    ...newElection(settings, []),
    hold: {
      stamp: { at: permitTime(0), epoch: 1, serial: 1 },
      holdMs: 9_000,
      fencedSecond: undefined,
      sentAt: monotonic(45_000),
    },
    sentAt: monotonic(45_000),
  };
  const at = wakeAt(election, "lapse");
  assert(at === 54_000, `${at}`);
});
