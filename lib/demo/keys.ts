// Owns throw-away pools: credential files that belong together, for the demo and the tests.
// Never makes keys that could forge on a chain: the KES and VRF keys are random bytes.

import { hex } from "@scure/base";
import type { WallTime } from "../core/time.ts";
import { KES_KEY_BYTES, kesVkey } from "../credentials/kes.ts";
import { type Genesis, genesisOf, kesPeriodAt, kesPeriodEnd } from "../credentials/networks.ts";
import { signedBytes } from "../credentials/opcert.ts";
import { poolIdOf } from "../credentials/pool_id.ts";
import { VRF_KEY_BYTES } from "../credentials/vrf.ts";

export interface DemoKeys {
  /** Contents of the three files. */
  readonly kes: string;
  readonly vrf: string;
  readonly opcert: string;
  readonly poolId: string;
  readonly poolIdHex: string;
  readonly certificateCounter: number;
  readonly kesPeriodStart: number;
  /** Signs the pool's certificates; needed to rotate them. */
  readonly coldKey: CryptoKeyPair;
}

export interface DemoKeysOptions {
  readonly network: string;
  /** Of a custom network. */
  readonly genesis?: Genesis | undefined;
  readonly now: WallTime;
  /** When the certificate is to hold. "current": it starts now, or in period 0 on a custom network. */
  readonly validity?: "current" | "expired" | "future";
  /** Rotates this set: same pool and VRF key, new KES key, and the next counter unless one is given. */
  readonly previous?: DemoKeys;
  /** Of the certificate; 0 for a new pool. */
  readonly counter?: number;
}

/** Makes a set that passes checkCredentials, unless `validity` says otherwise. */
export async function makeDemoKeys(options: DemoKeysOptions): Promise<DemoKeys> {
  const { network, now, previous, validity = "current" } = options;
  const genesis = options.genesis ?? genesisOf(network);
  const coldKey = previous?.coldKey ?? await makeColdKey();
  const coldVkey = new Uint8Array(await crypto.subtle.exportKey("raw", coldKey.publicKey));
  const kesKey = randomBytes(KES_KEY_BYTES);
  const content = {
    kesVkey: kesVkey(kesKey),
    counter: options.counter ?? (previous ? previous.certificateCounter + 1 : 0),
    kesPeriodStart: startOf(genesis, { now, validity }),
  };
  const signature = new Uint8Array(
    await crypto.subtle.sign("Ed25519", coldKey.privateKey, signedBytes(content)),
  );
  const certificate = [
    [0x82, 0x84, ...bytes(content.kesVkey)],
    [...unsigned(content.counter), ...unsigned(content.kesPeriodStart)],
    [...bytes(signature), ...bytes(coldVkey)],
  ].flat();
  const pool = poolIdOf(coldVkey);
  return {
    kes: envelope("KesSigningKey_ed25519_kes_2^6", "KES Signing Key", bytes(kesKey)),
    vrf: previous?.vrf ??
      envelope("VrfSigningKey_PraosVRF", "VRF Signing Key", bytes(randomBytes(VRF_KEY_BYTES))),
    opcert: envelope("NodeOperationalCertificate", "", certificate),
    poolId: pool.bech32,
    poolIdHex: pool.hex,
    certificateCounter: content.counter,
    kesPeriodStart: content.kesPeriodStart,
    coldKey,
  };
}

async function makeColdKey(): Promise<CryptoKeyPair> {
  return await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]) as CryptoKeyPair;
}

function startOf(
  genesis: Genesis | undefined,
  { now, validity }: Required<Pick<DemoKeysOptions, "now" | "validity">>,
): number {
  const current = genesis === undefined ? 0 : kesPeriodAt(genesis, now);
  if (validity === "expired") return Math.max(0, current - kesPeriodEnd(genesis, 0));
  return validity === "future" ? current + 1 : current;
}

function envelope(type: string, description: string, cbor: readonly number[]): string {
  const cborHex = hex.encode(Uint8Array.from(cbor));
  return `${JSON.stringify({ type, description, cborHex }, null, 4)}\n`;
}

/** A CBOR byte string. */
function bytes(content: Uint8Array): number[] {
  return [...head(0x40, content.length), ...content];
}

/** A CBOR unsigned integer. */
function unsigned(value: number): number[] {
  return head(0x00, value);
}

/** Major type and argument, in the shortest form. */
function head(major: number, argument: number): number[] {
  if (argument < 24) return [major | argument];
  const info = argument < 2 ** 8 ? 24 : argument < 2 ** 16 ? 25 : argument < 2 ** 32 ? 26 : 27;
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt(argument));
  return [major | info, ...new Uint8Array(view.buffer).subarray(8 - 2 ** (info - 24))];
}

function randomBytes(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length));
}
