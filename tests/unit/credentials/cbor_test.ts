// Owns the facts about the CBOR decoder.
// Never goes through an envelope.

import { assertEquals } from "@std/assert";
import { hexToBytes } from "@noble/hashes/utils.js";
import fc from "fast-check";
import { decodeCbor } from "../../../lib/credentials/cbor.ts";

const VALUES = [
  ["00", 0n],
  ["17", 23n],
  ["1818", 24n],
  ["1904d2", 1234n],
  ["1bffffffffffffffff", 2n ** 64n - 1n],
  ["1900ff", 255n], // longer than needed, as cardano-node reads it
  ["40", new Uint8Array()],
  ["43010203", Uint8Array.of(1, 2, 3)],
  ["80", []],
  ["8201824102820304", [1n, [Uint8Array.of(2), [3n, 4n]]]],
] as const;

const MALFORMED = [
  ["", "the end of the data at offset 0"],
  ["18", "the end of the data inside a number at offset 0"],
  ["1bffffffffffffff", "the end of the data inside a number at offset 0"],
  ["4301", "a byte string at offset 0 that is longer than the 1 bytes left"],
  ["5bffffffffffffffff00", "a byte string at offset 0 that is longer than the 1 bytes left"],
  ["0000", "1 bytes after the value's end"],
  ["8200", "the end of the data at offset 2"],
  ["9f00ff", "an indefinite or reserved length at offset 0"],
  ["5f4101ff", "an indefinite or reserved length at offset 0"],
  ["1c", "an indefinite or reserved length at offset 0"],
  ["9bffffffffffffffff", "an array of more than 16 members at offset 0"],
  ["818181818100", "arrays nested more than 4 deep"],
  ["20", "a CBOR type that no credential has at offset 0"], // negative
  ["6161", "a CBOR type that no credential has at offset 0"], // text
  ["a0", "a CBOR type that no credential has at offset 0"], // map
  ["c100", "a CBOR type that no credential has at offset 0"], // tag
  ["f5", "a CBOR type that no credential has at offset 0"], // boolean
] as const;

Deno.test("decodeCbor() reads what certificates and keys are made of", () => {
  for (const [input, value] of VALUES) {
    assertEquals<unknown>(decodeCbor(hexToBytes(input)), { kind: "value", value }, input);
  }
});

Deno.test("decodeCbor() names what it refuses and where", () => {
  for (const [input, found] of MALFORMED) {
    assertEquals<unknown>(decodeCbor(hexToBytes(input)), { kind: "malformed", found }, input);
  }
});

Deno.test("decodeCbor() has a named outcome for any bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (input) => {
      const { kind } = decodeCbor(input);
      return kind === "value" || kind === "malformed";
    }),
    { numRuns: 2000 },
  );
});

Deno.test("decodeCbor() is not exhausted by deep or wide input", () => {
  for (const byte of [0x81, 0x82, 0x90, 0x9b]) {
    assertEquals(decodeCbor(new Uint8Array(60_000).fill(byte)).kind, "malformed");
  }
});
