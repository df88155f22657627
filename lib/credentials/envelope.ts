// Owns the text envelope: the JSON around every Cardano key file.
// Never puts a part of a file into what it says: a key may stand in any of its fields by mistake.

import { hex } from "@scure/base";

export type EnvelopeOutcome =
  | { readonly kind: "envelope"; readonly type: string; readonly cbor: Uint8Array }
  /** `found` describes the fault without quoting the file. */
  | { readonly kind: "not_text_envelope"; readonly found: string };

/** The largest real one, a KES key, has 1.4 KB. */
export const MAX_ENVELOPE_BYTES = 64 * 1024;

/**
 * Types that may be named in a message. Any other text in the field is only measured, since it is
 * content of a key file.
 */
const KNOWN_TYPES: ReadonlySet<string> = new Set([
  "NodeOperationalCertificate",
  "NodeOperationalCertificateIssueCounter",
  "KesSigningKey_ed25519_kes_2^6",
  "KESSigningKey_PraosV2",
  "KesVerificationKey_ed25519_kes_2^6",
  "KESVerificationKey_PraosV2",
  "VrfSigningKey_PraosVRF",
  "VRFSigningKey_PraosVRF",
  "VrfVerificationKey_PraosVRF",
  "VRFVerificationKey_PraosVRF",
  "StakePoolSigningKey_ed25519",
  "StakePoolVerificationKey_ed25519",
  "StakePoolExtendedSigningKey_ed25519_bip32",
  "StakePoolExtendedVerificationKey_ed25519_bip32",
  "PaymentSigningKeyShelley_ed25519",
  "PaymentVerificationKeyShelley_ed25519",
  "StakeSigningKeyShelley_ed25519",
  "StakeVerificationKeyShelley_ed25519",
]);

/** How a message may name a type read from a file. */
export function describeType(type: string): string {
  return KNOWN_TYPES.has(type) ? type : `an unknown type of ${type.length} characters`;
}

/** Reads `{ type, description, cborHex }`, all three required as cardano-node requires them. */
export function parseEnvelope(file: Uint8Array): EnvelopeOutcome {
  if (file.length === 0) return faulty("an empty file");
  if (file.length > MAX_ENVELOPE_BYTES) {
    return faulty(`${file.length} bytes, more than the ${MAX_ENVELOPE_BYTES} a key file can have`);
  }
  const json = parseJson(file);
  if (json === undefined) return faulty(`${file.length} bytes that are not JSON`);
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    return faulty("JSON that is not an object");
  }
  const fields = json as Readonly<Record<string, unknown>>;
  const missing = ["type", "description", "cborHex"]
    .filter((name) => !Object.hasOwn(fields, name) || typeof fields[name] !== "string");
  if (missing.length > 0) return faulty(`no text in ${missing.map((n) => `"${n}"`).join(", ")}`);

  const text = fields.cborHex as string;
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(text)) {
    return faulty(`"cborHex" of ${text.length} characters that is not hexadecimal`);
  }
  return {
    kind: "envelope",
    type: fields.type as string,
    cbor: hex.decode(text.toLowerCase()),
  };
}

function parseJson(file: Uint8Array): unknown {
  try {
    // A byte order mark is kept, so that JSON.parse refuses it as cardano-node does.
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(file));
  } catch {
    // The error is dropped on purpose: a JSON syntax error quotes its input, here a key.
    return undefined;
  }
}

function faulty(found: string): EnvelopeOutcome {
  return { kind: "not_text_envelope", found };
}
