// Owns the part of CBOR that credential files use: unsigned integers, byte strings and arrays.
// Never throws, whatever the bytes, and never says what they hold: where a header is expected a key may stand.

export type CborValue = bigint | Uint8Array | readonly CborValue[];

export type CborOutcome =
  | { readonly kind: "value"; readonly value: CborValue }
  /** `found` names the place and the fault; it holds no byte of the input. */
  | { readonly kind: "malformed"; readonly found: string };

/** A certificate nests two deep. Deeper input is no credential and would only cost stack. */
const MAX_DEPTH = 4;

/** The two levels of a certificate have six members together. */
const MAX_ARRAY_LENGTH = 16;

const UNSIGNED = 0, BYTES = 2, ARRAY = 4;

interface Parsed {
  readonly value: CborValue;
  readonly end: number;
}

/**
 * Decodes exactly one value that fills `bytes`. Refuses what cardano-node's decoder refuses for
 * these files (indefinite lengths, other types, bytes left over), and like it accepts an integer or
 * a length written longer than necessary.
 */
export function decodeCbor(bytes: Uint8Array): CborOutcome {
  const parsed = parseValue(bytes, 0, 0);
  if (typeof parsed === "string") return { kind: "malformed", found: parsed };
  if (parsed.end < bytes.length) {
    return { kind: "malformed", found: `${bytes.length - parsed.end} bytes after the value's end` };
  }
  return { kind: "value", value: parsed.value };
}

/** The value at `start` and where it ends, or what is wrong there. */
function parseValue(bytes: Uint8Array, start: number, depth: number): Parsed | string {
  const head = parseHead(bytes, start);
  if (typeof head === "string") return head;
  const { major, argument, end } = head;
  switch (major) {
    case UNSIGNED:
      return { value: argument, end };
    case BYTES:
      return argument > BigInt(bytes.length - end)
        ? `a byte string at offset ${start} that is longer than the ${
          bytes.length - end
        } bytes left`
        : {
          value: bytes.subarray(end, end + Number(argument)),
          end: end + Number(argument),
        };
    case ARRAY:
      if (argument > BigInt(MAX_ARRAY_LENGTH)) {
        return `an array of more than ${MAX_ARRAY_LENGTH} members at offset ${start}`;
      }
      if (depth >= MAX_DEPTH) return `arrays nested more than ${MAX_DEPTH} deep`;
      return parseMembers(bytes, end, { count: Number(argument), depth: depth + 1 });
    default:
      return `a CBOR type that no credential has at offset ${start}`;
  }
}

function parseMembers(
  bytes: Uint8Array,
  start: number,
  { count, depth }: { count: number; depth: number },
): Parsed | string {
  const members: CborValue[] = [];
  let end = start;
  for (let i = 0; i < count; i++) {
    const member = parseValue(bytes, end, depth);
    if (typeof member === "string") return member;
    members.push(member.value);
    end = member.end;
  }
  return { value: members, end };
}

interface Head {
  readonly major: number;
  readonly argument: bigint;
  readonly end: number;
}

/** The initial byte and the argument of 0, 1, 2, 4 or 8 bytes that follows it. */
function parseHead(bytes: Uint8Array, start: number): Head | string {
  const initial = bytes[start];
  if (initial === undefined) return `the end of the data at offset ${start}`;
  const major = initial >> 5;
  const info = initial & 0x1f;
  if (info < 24) return { major, argument: BigInt(info), end: start + 1 };
  if (info > 27) return `an indefinite or reserved length at offset ${start}`;
  const end = start + 1 + 2 ** (info - 24);
  if (end > bytes.length) return `the end of the data inside a number at offset ${start}`;
  let argument = 0n;
  for (const byte of bytes.subarray(start + 1, end)) argument = argument << 8n | BigInt(byte);
  return { major, argument, end };
}
