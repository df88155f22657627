// Owns the proof that the room left at the end of an ability is reckoned from the holder's last renewal.
// Never asks an API server.

import { assertEquals } from "@std/assert";
import { marginsOf, type SeenLease } from "../../chaos/margins.ts";

const lease = (sightings: [firstMs: number, holder: string, renewedMs: number][]): SeenLease => ({
  durationMs: 10_000,
  isHeldBy: (holder, node) => holder === node,
  sightings: sightings.map(([firstMs, holder, renewedMs]) => ({
    firstMs,
    lastMs: firstMs,
    holder,
    renewedMs,
  })),
});

Deno.test("the room is what is left of the lease, by its last renewal before the end", () => {
  const seen = lease([[1_000, "a", 1_000], [4_000, "a", 4_000], [9_000, "a", 9_000]]);
  const margins = marginsOf({ a: [{ fromMs: 1_000, toMs: 6_000 }] }, [seen]);
  assertEquals(margins, [{ node: "a", atMs: 6_000, leftMs: 4_000 + 9_900 - 6_000 }]);
});

Deno.test("a node that goes on past its lease has less than nothing", () => {
  const margins = marginsOf({ a: [{ fromMs: 0, toMs: 12_000 }] }, [lease([[0, "a", 0]])]);
  assertEquals(margins.map(({ leftMs }) => leftMs), [-2_100]);
});

Deno.test("of two leases the one that ends first counts", () => {
  const leases = [lease([[0, "a", 0]]), lease([[0, "a", 3_000]])];
  const margins = marginsOf({ a: [{ fromMs: 0, toMs: 5_000 }] }, leases);
  assertEquals(margins.map(({ leftMs }) => leftMs), [4_900]);
});

Deno.test("an end at which the lease is another's or nobody's is none", () => {
  const able = { a: [{ fromMs: 0, toMs: 5_000 }] };
  assertEquals(marginsOf(able, [lease([[0, "a", 0], [4_000, "", 4_000]])]), []);
  assertEquals(marginsOf(able, [lease([[0, "b", 0]])]), []);
});
