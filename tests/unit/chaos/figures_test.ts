// Owns the proof that a report's percentiles and classes count every value once.
// Never formats.

import { assertEquals } from "@std/assert";
import { histogram, percentiles } from "../../chaos/figures.ts";

Deno.test("percentiles are values that occurred, the last the largest", () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  assertEquals(percentiles(values), [50, 90, 99, 100]);
  assertEquals(percentiles([1, 2, 3]), [2, 3, 3, 3]);
  assertEquals(percentiles([3]), [3, 3, 3, 3]);
  assertEquals(percentiles([]), undefined);
});

Deno.test("a value at a bound belongs below it, and no class comes after the last value's", () => {
  assertEquals(histogram([500, 501, 1_000, 4_000]).map(({ count }) => count), [1, 2, 0, 1]);
  assertEquals(histogram([61_000]).at(-1), { upToMs: Infinity, count: 1 });
  assertEquals(histogram([]), []);
});
