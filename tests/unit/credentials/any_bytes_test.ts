// Owns what holds whatever the files contain: there is a verdict, and it quotes none of them.
// Never asks which verdict.

import { assert } from "@std/assert";
import { bytesToHex } from "@noble/hashes/utils.js";
import fc from "fast-check";
import { checkCredentials } from "../../../lib/credentials/check.ts";
import { makeDemoKeys } from "../../../lib/demo/keys.ts";
import { envelopeFile, files, ON_PREVIEW, utf8 } from "./support.ts";

const SET = files(await makeDemoKeys(ON_PREVIEW));

/** Ways in which a key can come to stand where it does not belong. */
const MISPLACED = [
  (hex: string) => utf8(hex),
  (hex: string) => utf8(`{"type": ${hex}`),
  (hex: string) => utf8(`{"type":"a","description":"","cborHex":"${hex}`),
  (hex: string) => envelopeFile(hex, hex),
  (hex: string) => envelopeFile("KesSigningKey_ed25519_kes_2^6", hex),
  (hex: string) => envelopeFile("VrfSigningKey_PraosVRF", hex),
  (hex: string) => envelopeFile("NodeOperationalCertificate", hex),
  (hex: string) => envelopeFile("NodeOperationalCertificate", `${hex}zz`),
  (hex: string) => utf8(JSON.stringify({ [hex]: hex, type: hex, description: hex })),
];

Deno.test("checkCredentials() never lets six digits of a key into a verdict", async () => {
  const place = fc.constantFrom(...MISPLACED);
  const secret = fc.uint8Array({ minLength: 32, maxLength: 608 }).map(bytesToHex)
    .filter((hex) => new Set(hex).size > 12);
  await fc.assert(
    fc.asyncProperty(place, place, place, secret, async (kes, vrf, opcert, hex) => {
      const sources = { kes: kes(hex), vrf: vrf(hex), opcert: opcert(hex) };
      const said = JSON.stringify(await checkCredentials(sources, ON_PREVIEW)).toLowerCase();
      for (let i = 0; i + 6 <= hex.length; i++) {
        assert(!said.includes(hex.slice(i, i + 6)), said);
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("checkCredentials() has a verdict for any bytes in any file", async () => {
  const source = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.tuple(fc.constantFrom(SET.kes, SET.vrf, SET.opcert), fc.nat(), fc.nat(255))
      .map(([file, at, byte]) => file.map((old, i) => i === at % file.length ? byte : old)),
  );
  await fc.assert(
    fc.asyncProperty(source, source, source, async (kes, vrf, opcert) => {
      const { kind } = await checkCredentials({ kes, vrf, opcert }, ON_PREVIEW);
      return kind === "valid" || kind === "invalid";
    }),
    { numRuns: 300 },
  );
});
