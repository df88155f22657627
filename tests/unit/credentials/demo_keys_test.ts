// Owns the facts about made credential sets that go beyond one valid set.
// Never touches a disk.

import { assert, assertEquals } from "@std/assert";
import { checkCredentials } from "../../../lib/credentials/check.ts";
import { makeDemoKeys } from "../../../lib/demo/keys.ts";
import { files, NOW, ON_PREVIEW } from "./support.ts";

const KEYS = await makeDemoKeys(ON_PREVIEW);

Deno.test("makeDemoKeys() rotates a pool's set: next counter, new KES key, same VRF key", async () => {
  const rotated = await makeDemoKeys({ ...ON_PREVIEW, previous: KEYS });
  const verdict = await checkCredentials(files(rotated), {
    ...ON_PREVIEW,
    poolId: KEYS.poolId,
    lastCounter: KEYS.certificateCounter,
  });
  assert(verdict.kind === "valid");
  assertEquals(verdict.warnings, []);
  assertEquals(verdict.certificateCounter, 1);
  assertEquals([rotated.vrf === KEYS.vrf, rotated.kes === KEYS.kes], [true, false]);
});

Deno.test("makeDemoKeys() encodes counters of every size", async () => {
  for (const counter of [0, 23, 24, 255, 256, 65_535, 65_536, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
    const keys = await makeDemoKeys({ network: "devnet", now: NOW, counter });
    const verdict = await checkCredentials(files(keys), { network: "devnet", now: NOW });
    assert(verdict.kind === "valid");
    assertEquals(verdict.certificateCounter, counter);
  }
});
