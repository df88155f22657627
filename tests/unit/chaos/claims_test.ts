// Owns the proof that no two faults hold one target, and that broken ways are given time to settle.
// Never strikes.

import { assertEquals } from "@std/assert";
import { Claims } from "../../chaos/claims.ts";

Deno.test("what is claimed is free again when it is released", () => {
  const claims = new Claims();
  claims.take(["a", "b"]);
  assertEquals([claims.areFree(["c"]), claims.areFree(["c", "b"])], [true, false]);
  claims.release(["a", "b"], 1_000);
  assertEquals(claims.areFree(["a", "b"]), true);
});

Deno.test("what was released a moment ago is free and not settled", () => {
  const claims = new Claims();
  claims.take(["a"]);
  assertEquals(claims.areSettled(["a"], 0), false);
  claims.release(["a"], 1_000);
  assertEquals([5_000, 7_000].map((ms) => claims.areSettled(["a"], ms)), [false, true]);
});
