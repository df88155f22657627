// Owns the KES signing key file: its size, the verification key it belongs to, its life in periods.
// Never hands the key itself on.

import { blake2b } from "@noble/hashes/blake2.js";
import { decodeCbor } from "./cbor.ts";

/** cardano-node's type, and the one Bursa writes. */
export const KES_TYPES: readonly string[] = [
  "KesSigningKey_ed25519_kes_2^6",
  "KESSigningKey_PraosV2",
];

/** A leaf's 32 bytes, then for each of six levels a seed and two verification keys. */
export const KES_KEY_BYTES = 608;

export type KesOutcome =
  | { readonly kind: "kes_key"; readonly vkey: Uint8Array }
  | { readonly kind: "wrong_cbor"; readonly found: string };

/** Reads the key far enough to know its verification key. */
export function decodeKesKey(cbor: Uint8Array): KesOutcome {
  const decoded = decodeCbor(cbor);
  if (decoded.kind === "malformed") return { kind: "wrong_cbor", found: decoded.found };
  if (!(decoded.value instanceof Uint8Array)) {
    return { kind: "wrong_cbor", found: "something else than a byte string" };
  }
  const key = decoded.value;
  return key.length === KES_KEY_BYTES
    ? { kind: "kes_key", vkey: kesVkey(key) }
    : { kind: "wrong_cbor", found: `a key of ${key.length} bytes` };
}

/**
 * The verification key is the hash of the top level's two, which end the signing key and stay the
 * same while it evolves.
 */
export function kesVkey(signingKey: Uint8Array): Uint8Array {
  return blake2b(signingKey.subarray(-64), { dkLen: 32 });
}
