// Owns the fuzz targets of credential files: envelope, CBOR, certificate, and the verdict on a whole set.
// Never with keys that could forge on a chain.

import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { decodeCbor } from "../../../lib/credentials/cbor.ts";
import { checkCredentials } from "../../../lib/credentials/check.ts";
import { MAX_ENVELOPE_BYTES, parseEnvelope } from "../../../lib/credentials/envelope.ts";
import { decodeKesKey, KES_KEY_BYTES, kesVkey } from "../../../lib/credentials/kes.ts";
import { decodeOpcert, verifyOpcert } from "../../../lib/credentials/opcert.ts";
import { parsePoolId, parsePoolIdHex, poolIdOf } from "../../../lib/credentials/pool_id.ts";
import { decodeVrfKey } from "../../../lib/credentials/vrf.ts";
import { kesKeyA, ON_PREVIEW, VECTORS } from "../../unit/credentials/support.ts";
import { broken, bytes, type FuzzTarget, json, text } from "../target.ts";
import { fixedKeys } from "./fixed_keys.ts";

const SET = await fixedKeys();
const FILES = { kes: bytes(SET.kes), vrf: bytes(SET.vrf), opcert: bytes(SET.opcert) };
const CERTIFICATES = [
  ...VECTORS.map(({ cborHex }) => hexToBytes(cborHex)),
  hexToBytes(JSON.parse(SET.opcert).cborHex),
];
/** What each certificate says, by which a changed one is told from the same one written otherwise. */
const STATEMENTS = new Set(CERTIFICATES.map((cbor) => statement(cbor)));

function statement(cbor: Uint8Array): string | undefined {
  const decoded = decodeOpcert(cbor);
  if (decoded.kind !== "certificate") return undefined;
  const { kesVkey, counter, kesPeriodStart, signature, coldVkey } = decoded.certificate;
  const parts = [kesVkey, signature, coldVkey].map(bytesToHex);
  return [...parts, counter, kesPeriodStart].join(" ");
}

function kesVkeyOf(file: string): string {
  const cbor = hexToBytes(JSON.parse(file).cborHex);
  return bytesToHex(kesVkey(cbor.subarray(-KES_KEY_BYTES)));
}

/** Heads of CBOR: arrays, byte strings, numbers of each size, and what no credential has. */
const WORDS = [
  "8284",
  "80",
  "5820",
  "5840",
  "590260",
  "1818",
  "19ffff",
  "1bffffffffffffffff",
  "9f",
  "f6",
]
  .map(hexToBytes);
const ENVELOPE_WORDS = [
  '"type"',
  '"cborHex"',
  '"description"',
  "NodeOperationalCertificate",
  "{",
  "}",
  "\\u0000",
  "5820",
];

const envelope: FuzzTarget = {
  name: "envelope",
  holds: "an envelope has exactly the type and the bytes that a JSON parser reads in the file",
  seeds: Object.values(FILES),
  words: ENVELOPE_WORDS,
  isJson: true,
  check(input) {
    const outcome = parseEnvelope(input);
    if (outcome.kind === "not_text_envelope") return;
    const { type, cborHex } = json(text(input));
    if (outcome.type !== type || bytesToHex(outcome.cbor) !== cborHex.toLowerCase()) {
      broken("another envelope than the file's", outcome.type, type);
    }
    if (input.length > MAX_ENVELOPE_BYTES) broken("larger than allowed", input.length);
  },
};

const cbor: FuzzTarget = {
  name: "cbor",
  holds: "a value is not larger than its input, and every prefix of a whole value is refused",
  seeds: [...CERTIFICATES, kesKeyA()],
  words: WORDS,
  check(input) {
    const outcome = decodeCbor(input);
    if (outcome.kind === "malformed") return;
    if (leaves(outcome.value) > input.length) broken("more values than bytes", input.length);
    if (decodeCbor(input.subarray(0, -1)).kind === "value") broken("a value cut short is taken");
  },
};

function leaves(value: unknown): number {
  return Array.isArray(value) ? value.reduce((sum, one) => sum + leaves(one), 1) : 1;
}

const certificate: FuzzTarget = {
  name: "certificate",
  holds: "a changed certificate never verifies",
  seeds: CERTIFICATES,
  words: WORDS,
  async check(input) {
    decodeKesKey(input);
    decodeVrfKey(input);
    const decoded = decodeOpcert(input);
    if (decoded.kind !== "certificate") return;
    const verdict = await verifyOpcert(decoded.certificate);
    if (verdict === "verified" && !STATEMENTS.has(statement(input))) broken("a forged signature");
  },
};

const credentialSet: FuzzTarget = {
  name: "credential-set",
  holds:
    "a set is valid only with the certificate and the KES key that belong together; no digit " +
    "of a key is in the verdict",
  seeds: Object.values(FILES),
  words: ENVELOPE_WORDS,
  isJson: true,
  async check(input) {
    for (const file of ["kes", "vrf", "opcert"] as const) {
      const sources = { ...FILES, [file]: input };
      const verdict = await checkCredentials(sources, ON_PREVIEW);
      const said = JSON.stringify(verdict);
      if (said.includes(bytesToHex(FILES.kes).slice(40, 80))) broken("a key in a verdict");
      if (verdict.kind === "invalid") continue;
      const { cborHex } = json(text(input));
      if (file === "opcert" && !STATEMENTS.has(statement(hexToBytes(cborHex)))) {
        broken("a changed certificate is valid");
      }
      if (file === "kes" && kesVkeyOf(text(input)) !== SET.kesVkeyHex) {
        broken("another KES key is valid");
      }
    }
  },
};

const poolId: FuzzTarget = {
  name: "pool-id",
  holds: "a text is a pool id only if it is how its hash is written",
  seeds: [...VECTORS.map(({ poolId }) => bytes(poolId)), bytes(SET.poolIdHex)],
  words: ["pool1", "POOL1", "q", "1", "b", " "],
  check(input) {
    const id = parsePoolId(text(input));
    if (id.kind === "bech32" && !isWrittenSo(id.hex, text(input))) broken("not its id", id.hex);
    const hex = parsePoolIdHex(text(input));
    if (hex.kind === "hex" && !/^[0-9a-f]{56}$/.test(hex.hex)) broken("no hash", hex.hex);
    if (input.length === 32 && parsePoolId(poolIdOf(input).bech32).kind !== "bech32") {
      broken("our own writing is refused");
    }
  },
};

/** By the checksum of BIP 173, written anew here. */
function isWrittenSo(hex: string, id: string): boolean {
  const letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
  const data = [...id.slice(5)].map((one) => letters.indexOf(one));
  const bits = data.slice(0, -6).map((five) => five.toString(2).padStart(5, "0")).join("");
  const whole = bits.slice(0, 224).match(/.{8}/g)!.map((byte) => parseInt(byte, 2));
  const prefix = [..."pool"].map((one) => one.charCodeAt(0));
  const all = [...prefix.map((one) => one >> 5), 0, ...prefix.map((one) => one & 31), ...data];
  let sum = 1;
  for (const value of all) {
    const top = sum >>> 25;
    sum = (sum & 0x1ffffff) << 5 ^ value;
    [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]
      .forEach((generator, i) => sum ^= top >> i & 1 ? generator : 0);
  }
  return sum === 1 && !data.includes(-1) && bytesToHex(Uint8Array.from(whole)) === hex &&
    !bits.slice(224).includes("1");
}

export const CREDENTIAL_TARGETS = [envelope, cbor, certificate, credentialSet, poolId];
