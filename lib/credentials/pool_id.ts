// Owns pool ids: their two spellings, and whether a configured one is the certificate's.
// Never refuses a POOL_ID that does not claim to be a bech32 pool id.

import { blake2b } from "@noble/hashes/blake2.js";
import { bech32, hex } from "@scure/base";

export interface PoolId {
  /** `pool1` and 51 characters. */
  readonly bech32: string;
  /** 56 lower-case digits: blake2b-224 of the cold verification key. */
  readonly hex: string;
}

export type PoolIdSyntax =
  /** A true pool id; `hex` has 56 lower-case digits. */
  | { readonly kind: "bech32"; readonly hex: string }
  /** Any other text, used as a name only. */
  | { readonly kind: "opaque" }
  /** Has the form of a pool id, so it is a mistyped one. */
  | { readonly kind: "bad_checksum" };

const FULL_LENGTH = "pool1".length + 51;

const HASH_BYTES = 28;

export function poolIdOf(coldVkey: Uint8Array): PoolId {
  const hash = blake2b(coldVkey, { dkLen: HASH_BYTES });
  return { bech32: bech32.encode("pool", bech32.toWords(hash)), hex: hex.encode(hash) };
}

/** Reads POOL_ID. */
export function parsePoolId(text: string): PoolIdSyntax {
  if (!text.startsWith("pool1") || text.length !== FULL_LENGTH) return { kind: "opaque" };
  const decoded = bech32.decodeUnsafe(text);
  const hash = decoded && bech32.fromWordsUnsafe(decoded.words);
  return decoded?.prefix === "pool" && hash instanceof Uint8Array && hash.length === HASH_BYTES
    ? { kind: "bech32", hex: hex.encode(hash) }
    : { kind: "bad_checksum" };
}

/** Reads POOL_ID_HEX. */
export function parsePoolIdHex(
  text: string,
): { readonly kind: "hex"; readonly hex: string } | { readonly kind: "bad_hex" } {
  return /^[0-9a-fA-F]{56}$/.test(text)
    ? { kind: "hex", hex: text.toLowerCase() }
    : { kind: "bad_hex" };
}

export interface ConfiguredPool {
  readonly poolId?: string | undefined;
  readonly poolIdHex?: string | undefined;
}

export interface PoolComparison {
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
  /** Undefined where no full pool id is configured. */
  readonly matches: boolean | undefined;
}

/** What in the configuration contradicts the certificate, and what cannot be compared with it. */
export function comparePool(
  certified: PoolId,
  { poolId, poolIdHex }: ConfiguredPool,
): PoolComparison {
  const problems: string[] = [];
  const warnings: string[] = [];
  const id = poolId === undefined ? undefined : parsePoolId(poolId);
  if (id?.kind === "bad_checksum") {
    problems.push(`POOL_ID ${poolId} has the form of a pool id and a wrong checksum`);
  } else if (id?.kind === "opaque") {
    warnings.push(`POOL_ID is no bech32 pool id, the certificate's is ${certified.bech32}`);
  } else if (id?.kind === "bech32" && id.hex !== certified.hex) {
    problems.push(`it is of pool ${certified.bech32}, POOL_ID is ${poolId}`);
  }

  const hash = poolIdHex === undefined ? undefined : parsePoolIdHex(poolIdHex);
  const difference = hash?.kind === "bad_hex"
    ? "POOL_ID_HEX is not 56 hexadecimal digits"
    // What the full id said already.
    : hash?.kind === "hex" && id?.kind === "bech32" && hash.hex === id.hex
    ? undefined
    : hash?.kind === "hex" && hash.hex !== certified.hex
    ? `it is of pool ${certified.hex}, POOL_ID_HEX is ${hash.hex}`
    : undefined;
  // Beside a POOL_ID that is a mere name, the hex is taken for a mere name too.
  if (difference !== undefined) (id?.kind === "opaque" ? warnings : problems).push(difference);
  const isComparable = id?.kind === "bech32" || (id === undefined && hash?.kind === "hex");
  return { problems, warnings, matches: isComparable ? problems.length === 0 : undefined };
}
