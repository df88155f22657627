// Owns the facts about certificates: what they say, and that a changed one is noticed.
// Never reads files.

import { assert, assertEquals } from "@std/assert";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import fc from "fast-check";
import { decodeKesKey } from "../../../lib/credentials/kes.ts";
import { decodeOpcert, verifyOpcert } from "../../../lib/credentials/opcert.ts";
import { poolIdOf } from "../../../lib/credentials/pool_id.ts";
import { kesKeyA, VECTORS } from "./support.ts";

for (const vector of VECTORS) {
  Deno.test(`certificate ${vector.name} decodes, verifies and names its pool`, async () => {
    const outcome = decodeOpcert(hexToBytes(vector.cborHex));
    assert(outcome.kind === "certificate");
    const { certificate } = outcome;
    assertEquals(certificate.counter, vector.counter);
    assertEquals(certificate.kesPeriodStart, vector.kesPeriodStart);
    assertEquals(await verifyOpcert(certificate), "verified");
    const pool = poolIdOf(certificate.coldVkey);
    assertEquals(pool.bech32, vector.poolId);
    if (vector.poolIdHex !== undefined) assertEquals(pool.hex, vector.poolIdHex);
  });

  Deno.test(`certificate ${vector.name} never verifies with a byte changed`, async () => {
    const original = hexToBytes(vector.cborHex);
    const change = fc.tuple(fc.nat(original.length - 1), fc.integer({ min: 1, max: 255 }));
    await fc.assert(
      fc.asyncProperty(change, async ([at, difference]) => {
        const changed = original.slice();
        changed[at] = changed[at]! ^ difference;
        const outcome = decodeOpcert(changed);
        if (outcome.kind === "wrong_cbor") return true;
        return await verifyOpcert(outcome.certificate) === "bad_signature";
      }),
      { numRuns: 300 },
    );
  });
}

Deno.test("decodeKesKey() finds the verification key that certificate A names", () => {
  const key = decodeKesKey(kesKeyA());
  assert(key.kind === "kes_key");
  assertEquals(bytesToHex(key.vkey), VECTORS[0].cborHex.slice(8, 72));
});

Deno.test("verifyOpcert() refuses a cold key that is no point of the curve", async () => {
  const certificate = {
    kesVkey: new Uint8Array(32),
    counter: 0,
    kesPeriodStart: 0,
    signature: new Uint8Array(64).fill(1),
  };
  for (const fill of [0x02, 0xff]) {
    const coldVkey = new Uint8Array(32).fill(fill);
    assertEquals(await verifyOpcert({ ...certificate, coldVkey }), "bad_signature");
  }
});

const KES = `5820${"00".repeat(32)}`, SIGNATURE = `5840${"00".repeat(64)}`;
const COLD = KES, SHORT = `581f${"00".repeat(31)}`;
const WRONG = [
  ["00", "something else than an array of two"],
  [`81${KES}`, "something else than an array of two"],
  [`8200${COLD}`, "a first member that is not an array of four"],
  [`8283${KES}0000${COLD}`, "a first member that is not an array of four"],
  [`8284${SHORT}0000${SIGNATURE}${COLD}`, "a KES key that is not 32 bytes"],
  [`8284${KES}4000${SIGNATURE}${COLD}`, "a counter that is not a number below 2^53"],
  [
    `8284${KES}1b002000000000000000${SIGNATURE}${COLD}`,
    "a counter that is not a number below 2^53",
  ],
  [`8284${KES}0080${SIGNATURE}${COLD}`, "a KES period that is not a number below 2^53"],
  [`8284${KES}0000${KES}${COLD}`, "a signature that is not 64 bytes"],
  [`8284${KES}0000${SIGNATURE}${SHORT}`, "a cold key that is not 32 bytes"],
] as const;

Deno.test("decodeOpcert() names the member that is wrong", () => {
  for (const [input, found] of WRONG) {
    assertEquals<unknown>(decodeOpcert(hexToBytes(input)), { kind: "wrong_cbor", found }, input);
  }
});
