// Owns the facts about the text envelope.
// Never looks into the CBOR.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  describeType,
  MAX_ENVELOPE_BYTES,
  parseEnvelope,
} from "../../../lib/credentials/envelope.ts";
import { envelopeFile, utf8 } from "./support.ts";

const SECRET = "c0ffee5ec2e7c0ffee5ec2e7";

const REFUSED: readonly (readonly [string | Uint8Array, string])[] = [
  ["", "an empty file"],
  [" ".repeat(MAX_ENVELOPE_BYTES + 1), "65537 bytes, more than the 65536 a key file can have"],
  [SECRET, "24 bytes that are not JSON"],
  [`{"type":"${SECRET}`, "33 bytes that are not JSON"],
  [`\ufeff{}`, "5 bytes that are not JSON"],
  [Uint8Array.of(0x22, 0xff, 0x22), "3 bytes that are not JSON"],
  [`"${SECRET}"`, "JSON that is not an object"],
  [`["${SECRET}"]`, "JSON that is not an object"],
  ["null", "JSON that is not an object"],
  ["{}", 'no text in "type", "description", "cborHex"'],
  [`{"type":"a","cborHex":"${SECRET}"}`, 'no text in "description"'],
  [`{"type":"a","description":"","cborHex":["${SECRET}"]}`, 'no text in "cborHex"'],
  [
    `{"type":"a","description":"","cborHex":"${SECRET}x"}`,
    '"cborHex" of 25 characters that is not hexadecimal',
  ],
  [
    `{"type":"a","description":"","cborHex":"${SECRET}0"}`,
    '"cborHex" of 25 characters that is not hexadecimal',
  ],
];

Deno.test("parseEnvelope() reads type and bytes, in either case of hex", () => {
  assertEquals(parseEnvelope(envelopeFile("T", "00fFAb")), {
    kind: "envelope",
    type: "T",
    cbor: Uint8Array.of(0x00, 0xff, 0xab),
  });
});

Deno.test("parseEnvelope() describes a faulty file and does not quote it", () => {
  for (const [input, found] of REFUSED) {
    const outcome = parseEnvelope(typeof input === "string" ? utf8(input) : input);
    assertEquals<unknown>(outcome, { kind: "not_text_envelope", found });
  }
});

Deno.test("describeType() names known types and measures the others", () => {
  assertEquals(describeType("VrfSigningKey_PraosVRF"), "VrfSigningKey_PraosVRF");
  assertEquals(describeType(SECRET), "an unknown type of 24 characters");
});

Deno.test("parseEnvelope() has a named outcome for any bytes and any JSON", () => {
  const input = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.json().map(utf8),
    fc.record({ type: fc.jsonValue(), description: fc.jsonValue(), cborHex: fc.jsonValue() })
      .map((fields) => utf8(JSON.stringify(fields))),
  );
  fc.assert(fc.property(input, (file) => {
    const { kind } = parseEnvelope(file);
    assert(kind === "envelope" || kind === "not_text_envelope");
  }));
});
