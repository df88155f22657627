// Owns how the simulated node reads its credential files: what is fine, missing, or any other error.
// Never reads them as this program does elsewhere: a second opinion on the formats.

import { blake2b } from "@noble/hashes/blake2.js";
import type { CredentialPaths } from "../config.ts";

export type CredentialResult =
  | { readonly kind: "read"; readonly certificateCounter: number; readonly kesPeriodStart: number }
  /** Stops forging at a signal. */
  | { readonly kind: "missing"; readonly message: string }
  /** Changes nothing at a signal. */
  | { readonly kind: "error"; readonly message: string };

/** Reads all three files. A missing one weighs more than any other error, as in the real node. */
export function readSimulatedCredentials(paths: CredentialPaths): CredentialResult {
  for (const path of [paths.opcert, paths.vrf, paths.kes]) {
    if (!exists(path)) return { kind: "missing", message: `FileDoesNotExistError "${path}"` };
  }
  try {
    const opcert = readHex(paths.opcert, "NodeOperationalCertificate");
    readHex(paths.vrf, "VrfSigningKey_PraosVRF", 2 + 64);
    const kes = readHex(paths.kes, "KesSigningKey_ed25519_kes_2^6", 3 + 608);
    const { vkey, counter, period } = readCertificate(opcert);
    const own = toHex(blake2b(kes.subarray(-64), { dkLen: 32 }));
    if (own !== vkey) return { kind: "error", message: "MismatchedKesKey" };
    return { kind: "read", certificateCounter: counter, kesPeriodStart: period };
  } catch (error) {
    return { kind: "error", message: error instanceof Error ? error.message : String(error) };
  }
}

/** The check the real node makes at its start only, and on this file only. */
export function vrfIsOpenToOthers(path: string): boolean {
  try {
    return ((Deno.statSync(path).mode ?? 0) & 0o007) !== 0;
  } catch {
    return false; // missing: that is reported by reading
  }
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

function readHex(path: string, type: string, length?: number): Uint8Array {
  const envelope = JSON.parse(Deno.readTextFileSync(path)) as Record<string, unknown>;
  if (envelope.type !== type) throw new Error(`TextEnvelopeTypeError "${path}"`);
  const hex = String(envelope.cborHex);
  if (!/^([0-9a-f]{2})+$/i.test(hex)) throw new Error(`TextEnvelopeDecodeError "${path}"`);
  const bytes = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  if (length !== undefined && bytes.length !== length) {
    throw new Error(`TextEnvelopeDecodeError "${path}"`);
  }
  return bytes;
}

/** `[[vkey, counter, period, signature], cold vkey]`. */
function readCertificate(cbor: Uint8Array): { vkey: string; counter: number; period: number } {
  if (toHex(cbor.subarray(0, 4)) !== "82845820") throw new Error("DecoderFailure");
  const vkey = toHex(cbor.subarray(4, 36));
  const [counter, afterCounter] = readUnsigned(cbor, 36);
  const [period] = readUnsigned(cbor, afterCounter);
  return { vkey, counter, period };
}

function readUnsigned(cbor: Uint8Array, at: number): [value: number, next: number] {
  const first = cbor[at] ?? 0xff;
  if (first < 24) return [first, at + 1];
  const bytes = { 24: 1, 25: 2, 26: 4, 27: 8 }[first];
  if (bytes === undefined) throw new Error("DecoderFailure");
  return [Number(`0x${toHex(cbor.subarray(at + 1, at + 1 + bytes))}`), at + 1 + bytes];
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
