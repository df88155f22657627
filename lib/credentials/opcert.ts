// Owns the operational certificate: a cold key's statement which KES key may forge, and from when.
// Never judges it against a clock, a pool or other files.

import { type CborValue, decodeCbor } from "./cbor.ts";

export const OPCERT_TYPES: readonly string[] = ["NodeOperationalCertificate"];

export interface OperationalCertificate {
  readonly kesVkey: Uint8Array;
  /** Both below 2^53; no chain gets there. */
  readonly counter: number;
  readonly kesPeriodStart: number;
  readonly signature: Uint8Array;
  readonly coldVkey: Uint8Array;
}

export type OpcertOutcome =
  | { readonly kind: "certificate"; readonly certificate: OperationalCertificate }
  | { readonly kind: "wrong_cbor"; readonly found: string };

/** Decodes `[[kes_vkey 32, counter, kes_period, signature 64], cold_vkey 32]`. */
export function decodeOpcert(cbor: Uint8Array): OpcertOutcome {
  const decoded = decodeCbor(cbor);
  if (decoded.kind === "malformed") return wrong(decoded.found);
  const outer = members(decoded.value, 2);
  if (outer === undefined) return wrong("something else than an array of two");
  const inner = members(outer[0], 4);
  if (inner === undefined) return wrong("a first member that is not an array of four");

  const kesVkey = bytesOf(inner[0], 32);
  const counter = safeInteger(inner[1]);
  const kesPeriodStart = safeInteger(inner[2]);
  const signature = bytesOf(inner[3], 64);
  const coldVkey = bytesOf(outer[1], 32);
  if (kesVkey === undefined) return wrong("a KES key that is not 32 bytes");
  if (counter === undefined) return wrong("a counter that is not a number below 2^53");
  if (kesPeriodStart === undefined) return wrong("a KES period that is not a number below 2^53");
  if (signature === undefined) return wrong("a signature that is not 64 bytes");
  if (coldVkey === undefined) return wrong("a cold key that is not 32 bytes");
  return {
    kind: "certificate",
    certificate: { kesVkey, counter, kesPeriodStart, signature, coldVkey },
  };
}

/** What the cold key signs: 48 plain bytes, not CBOR. */
export function signedBytes(
  { kesVkey, counter, kesPeriodStart }: Pick<
    OperationalCertificate,
    "kesVkey" | "counter" | "kesPeriodStart"
  >,
): Uint8Array<ArrayBuffer> {
  const message = new Uint8Array(48);
  message.set(kesVkey);
  const view = new DataView(message.buffer);
  view.setBigUint64(32, BigInt(counter));
  view.setBigUint64(40, BigInt(kesPeriodStart));
  return message;
}

export async function verifyOpcert(
  certificate: OperationalCertificate,
): Promise<"verified" | "bad_signature"> {
  try {
    const key = await crypto.subtle.importKey(
      "raw",
      new Uint8Array(certificate.coldVkey),
      "Ed25519",
      false,
      ["verify"],
    );
    const valid = await crypto.subtle.verify(
      "Ed25519",
      key,
      new Uint8Array(certificate.signature),
      signedBytes(certificate),
    );
    return valid ? "verified" : "bad_signature";
  } catch {
    // WebCrypto may refuse 32 bytes that are no point of the curve: no such key signed anything.
    return "bad_signature";
  }
}

function members(value: CborValue | undefined, count: number): readonly CborValue[] | undefined {
  return isArray(value) && value.length === count ? value : undefined;
}

function isArray(value: CborValue | undefined): value is readonly CborValue[] {
  return Array.isArray(value);
}

function bytesOf(value: CborValue | undefined, length: number): Uint8Array | undefined {
  return value instanceof Uint8Array && value.length === length ? value : undefined;
}

function safeInteger(value: CborValue | undefined): number | undefined {
  return typeof value === "bigint" && value <= BigInt(Number.MAX_SAFE_INTEGER)
    ? Number(value)
    : undefined;
}

function wrong(found: string): OpcertOutcome {
  return { kind: "wrong_cbor", found };
}
