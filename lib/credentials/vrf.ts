// Owns the VRF signing key file: its types and its size.
// Never hands the key itself on.

import { decodeCbor } from "./cbor.ts";

/** cardano-node's type, and the one Bursa writes. */
export const VRF_TYPES: readonly string[] = ["VrfSigningKey_PraosVRF", "VRFSigningKey_PraosVRF"];

/** A seed of 32 bytes and the verification key of 32. */
export const VRF_KEY_BYTES = 64;

export type VrfOutcome =
  | { readonly kind: "vrf_key" }
  | { readonly kind: "wrong_cbor"; readonly found: string };

export function decodeVrfKey(cbor: Uint8Array): VrfOutcome {
  const decoded = decodeCbor(cbor);
  if (decoded.kind === "malformed") return { kind: "wrong_cbor", found: decoded.found };
  if (!(decoded.value instanceof Uint8Array)) {
    return { kind: "wrong_cbor", found: "something else than a byte string" };
  }
  return decoded.value.length === VRF_KEY_BYTES
    ? { kind: "vrf_key" }
    : { kind: "wrong_cbor", found: `a key of ${decoded.value.length} bytes` };
}
