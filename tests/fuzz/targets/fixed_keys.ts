// Owns one set of credential files that is the same in every run, so that a seed repeats its inputs.
// Never keys that could forge on a chain: they are patterns, not keys.

import { bytesToHex } from "@noble/hashes/utils.js";
import { KES_KEY_BYTES, kesVkey } from "../../../lib/credentials/kes.ts";
import { genesisOf, kesPeriodAt } from "../../../lib/credentials/networks.ts";
import { signedBytes } from "../../../lib/credentials/opcert.ts";
import { poolIdOf } from "../../../lib/credentials/pool_id.ts";
import { VRF_KEY_BYTES } from "../../../lib/credentials/vrf.ts";
import { ON_PREVIEW } from "../../unit/credentials/support.ts";

/** Before the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410). */
const PKCS8_HEAD = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];

export interface FixedKeys {
  readonly kes: string;
  readonly vrf: string;
  readonly opcert: string;
  readonly kesVkeyHex: string;
  readonly poolIdHex: string;
}

export async function fixedKeys(): Promise<FixedKeys> {
  const kesKey = pattern(KES_KEY_BYTES, 3);
  const pkcs8 = Uint8Array.from([...PKCS8_HEAD, ...pattern(32, 11)]);
  const cold = await crypto.subtle.importKey("pkcs8", pkcs8, "Ed25519", true, ["sign"]);
  const { x = "" } = await crypto.subtle.exportKey("jwk", cold);
  const coldVkey = Uint8Array.fromBase64(x, { alphabet: "base64url" });
  const kesPeriodStart = kesPeriodAt(genesisOf("preview")!, ON_PREVIEW.now);
  const content = { kesVkey: kesVkey(kesKey), counter: 5, kesPeriodStart };
  const signature = await crypto.subtle.sign("Ed25519", cold, signedBytes(content));
  const period = [0x19, kesPeriodStart >> 8, kesPeriodStart & 0xff];
  const certificate = [
    ...[0x82, 0x84, 0x58, 32, ...content.kesVkey, content.counter, ...period],
    ...[0x58, 64, ...new Uint8Array(signature), 0x58, 32, ...coldVkey],
  ];
  return {
    kes: file("KesSigningKey_ed25519_kes_2^6", [0x59, 2, 0x60, ...kesKey]),
    vrf: file("VrfSigningKey_PraosVRF", [0x58, VRF_KEY_BYTES, ...pattern(VRF_KEY_BYTES, 7)]),
    opcert: file("NodeOperationalCertificate", certificate),
    kesVkeyHex: bytesToHex(content.kesVkey),
    poolIdHex: poolIdOf(coldVkey).hex,
  };
}

function pattern(length: number, step: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => i * step + (i >> 3) & 0xff);
}

function file(type: string, cbor: readonly number[]): string {
  const cborHex = bytesToHex(Uint8Array.from(cbor));
  return JSON.stringify({ type, description: "", cborHex });
}
