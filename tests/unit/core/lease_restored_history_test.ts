// Owns how long a lease is doubted whose transitions fell: its holder's renewals must not prolong it.
// Never asks an API: the records are given.

import { assertEquals } from "@std/assert";
import {
  leaseStanding,
  type LeaseView,
  observeLease,
  UNOBSERVED,
} from "../../../lib/core/lease.ts";
import { monotonic } from "../../../lib/core/time.ts";
import { leaseRecord } from "./lease_support.ts";

const W_MS = 30_000;

function seen(
  view: LeaseView,
  { second, transitions, released = false }: {
    second: number;
    transitions: number;
    released?: boolean;
  },
): LeaseView {
  const record = leaseRecord({
    uid: transitions > 10 ? "old" : "new",
    holder: released ? "" : "b@uid",
    nonce: `n${second}`,
    renewTime: `renewed-${second}`,
    transitions,
    seconds: 30,
    receipt: released ? {} : undefined,
  });
  return observeLease(view, { seen: record, at: monotonic(1_000 * second), ownDurationMs: W_MS });
}

Deno.test("a release is trusted again when a lease made anew was renewed for longer than the wait", () => {
  let view = seen(UNOBSERVED, { second: 0, transitions: 20 });
  for (let second = 10; second <= 60; second += 5) view = seen(view, { second, transitions: 2 });
  view = seen(view, { second: 61, transitions: 2, released: true });
  const self = {
    holder: "a@uid",
    holderUid: "uid",
    poolId: "pool",
    durationMs: W_MS,
    nonces: [],
    inherits: true,
  };
  assertEquals(leaseStanding(view, { self, now: monotonic(61_000) }).kind, "claimable");
});

Deno.test("a state of the past is doubted again at each fall, also to one above the last", () => {
  let view = seen(UNOBSERVED, { second: 0, transitions: 9 });
  view = seen(view, { second: 10, transitions: 2 });
  view = seen(view, { second: 50, transitions: 5, released: true });
  assertEquals(view.distrustedUntil, monotonic(80_000));
});
