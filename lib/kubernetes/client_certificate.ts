// Owns the check of a client certificate and its key before they are used.
// Never trusts one: the server does that.

import { Buffer } from "node:buffer";
import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";

export interface ClientCertificate {
  /** PEM, the own certificate first. */
  readonly cert: string;
  readonly key: string;
}

const SMALLEST_RSA_BITS = 2048;
/** By their label in PEM. An encrypted key has yet another. */
const KEY_TYPES = { "": "pkcs8", "EC ": "sec1", "RSA ": "pkcs1" } as const;
const KEY_BLOCK = /-----BEGIN (|EC |RSA )PRIVATE KEY-----([\s\S]+?)-----END /;
const CERTIFICATE_BLOCK = /-----BEGIN CERTIFICATE-----([\s\S]+?)-----END CERTIFICATE-----/;

/**
 * What is wrong with the pair, if anything. Deno 2.6 ends the whole process when it is given a pair
 * that its TLS library does not take, for example while one file is replaced and the other is not.
 */
export function checkClientCertificate({ cert, key }: ClientCertificate): string | undefined {
  const certified = readCertificate(cert);
  if (typeof certified === "string") return certified;
  const [, label, base64] = key.match(KEY_BLOCK) ?? [];
  if (label === undefined || base64 === undefined) return "the key is not in PEM, or is encrypted";
  let privateKey: KeyObject;
  let derived: Uint8Array;
  try {
    const type = KEY_TYPES[label as keyof typeof KEY_TYPES];
    privateKey = createPrivateKey({ key: Buffer.from(base64, "base64"), format: "der", type });
    // The types want text here; both Deno and Node take the key itself.
    const publicKey = createPublicKey(privateKey as unknown as string);
    derived = publicKey.export({ type: "spki", format: "der" });
  } catch (error) {
    return `the key cannot be read: ${(error as Error).message}`;
  }
  const { modulusLength, namedCurve } = privateKey.asymmetricKeyDetails ?? {};
  if (modulusLength !== undefined && modulusLength < SMALLEST_RSA_BITS) {
    return `the key has ${modulusLength} bits, and ${SMALLEST_RSA_BITS} are the least`;
  }
  if (namedCurve === "secp256k1") {
    return "the key is on the curve secp256k1, which TLS does not take";
  }
  return Buffer.compare(derived, certified.publicKey) === 0
    ? undefined
    : "the key is not the certificate's";
}

/** The public key as SubjectPublicKeyInfo, by X.509's order of fields; or what is wrong. */
function readCertificate(pem: string): { readonly publicKey: Uint8Array } | string {
  const base64 = pem.match(CERTIFICATE_BLOCK)?.[1];
  if (base64 === undefined) return "the certificate is not in PEM";
  const der = decodeBase64(base64);
  if (der === undefined) return "the certificate is not in PEM";
  const certificate = elementAt(der, 0);
  const body = certificate && elementAt(der, certificate.contents);
  const version = body && elementAt(der, body.contents);
  if (version === undefined || body === undefined) return "the certificate is not X.509";
  if (version.tag !== 0xa0 || der[version.end - 1] !== 2) {
    return "the certificate is not of X.509 version 3";
  }
  let field: Element | undefined = version;
  // serial number, signature algorithm, issuer, validity, subject, and then the key
  for (let skipped = 0; skipped < 6 && field !== undefined; skipped++) {
    field = elementAt(der, field.end);
  }
  if (field === undefined || field.end > body.end) return "the certificate is not X.509";
  return { publicKey: der.subarray(field.start, field.end) };
}

/** Undefined for what is no base64: Deno 2.6 throws there, where Node and Deno 2.9 take what they can read. */
function decodeBase64(text: string): Uint8Array | undefined {
  if (/[^A-Za-z0-9+/=\s]/.test(text)) return undefined;
  try {
    return new Uint8Array(Buffer.from(text, "base64"));
  } catch {
    return undefined; // half of a file that is being replaced, for example
  }
}

interface Element {
  readonly tag: number;
  readonly start: number;
  readonly contents: number;
  readonly end: number;
}

/** One DER element; undefined when it does not fit. */
function elementAt(der: Uint8Array, start: number): Element | undefined {
  const tag = der[start];
  const first = der[start + 1];
  if (tag === undefined || first === undefined) return undefined;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (lengthBytes > 3) return undefined;
  let length = first < 0x80 ? first : 0;
  for (let i = 0; i < lengthBytes; i++) length = length * 256 + (der[start + 2 + i] ?? 0);
  const contents = start + 2 + lengthBytes;
  return contents + length > der.length
    ? undefined
    : { tag, start, contents, end: contents + length };
}
