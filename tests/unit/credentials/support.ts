// Owns the certificates with known answers, and short ways to build files for the checks.
// Never holds a whole signing key: of vector A's KES key only the public end is here.

import { concatBytes, hexToBytes } from "@noble/hashes/utils.js";
import type { CheckOptions } from "../../../lib/credentials/check.ts";
import type { CredentialsVerdict } from "../../../lib/credentials/verdict.ts";
import { wallTime } from "../../../lib/core/time.ts";
import type { DemoKeys } from "../../../lib/demo/keys.ts";

/** 2026-09-21T14:13:20Z. */
export const NOW = wallTime(1_790_000_000_000);

export const ON_PREVIEW: CheckOptions = { network: "preview", now: NOW };

/** Certificates whose signatures verify. A is the placeholder of a public Helm chart, C made from seeds. */
export const VECTORS = [
  {
    name: "A",
    cborHex:
      "82845820a0a32c47052755271d3ba14f4e44d8d5ec7fe6d55743a7982db5e67d70e0979e001902bf5840" +
      "3a2f841ae8ebdd751e6d52583963d8df37e05f3ec9225cc8ab160e38ad97296fe306e03a1240e7e704f260be" +
      "d5a193ff69a6e6fa0526d6f0d4988b6b37ffc3075820da34b28ddcda277d264a7e5e5238996501cf76be0eac" +
      "b555ab7a02d146b86b46",
    counter: 0,
    kesPeriodStart: 703,
    poolId: "pool1wp38wdlkhsk0jzajnwm00jl9t8cn5xd920zfgquyjnyfgxlkznn",
    poolIdHex: "70627737f6bc2cf90bb29bb6f7cbe559f13a19a553c494038494c894",
  },
  {
    name: "C",
    cborHex:
      "828458200202020202020202020202020202020202020202020202020202020202020202071904d25840bb" +
      "466f6cf44b059c9afa471be6fc320fddfdacb9fda087a09ccfe95ae6724cd5c9fe6b7e95099b7bc06e8ce88f" +
      "d4eef59c0a7f16ee7a6f33dcdb9d1054a0730e58208a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d9412" +
      "1bf3748801b40f6f5c",
    counter: 7,
    kesPeriodStart: 1234,
    poolId: "pool1p449wl55gxkcaktx8yceqmjdg0kw37pvwy436q344lasv85l0w5",
    poolIdHex: undefined,
  },
] as const;

/** The last 64 bytes of A's KES key: its two top verification keys. */
const KES_KEY_A_END = "3f813dc6d07b3a18b284eedb7661307273db653260c1be0f6a842aed45ed2c2a" +
  "7478963934d5777243d22319597fa89a9db59624d229050c10bfacbeb65027cd";

/** A file of the form of A's KES key, with zeros where the secrets were. */
export function kesKeyA(): Uint8Array {
  const tail = hexToBytes(KES_KEY_A_END);
  return concatBytes(
    Uint8Array.of(0x59, 0x02, 0x60),
    new Uint8Array(608 - tail.length),
    tail,
  );
}

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function envelopeFile(type: string, cborHex: string): Uint8Array {
  return utf8(JSON.stringify({ type, description: "", cborHex }));
}

export function files(
  keys: Pick<DemoKeys, "kes" | "vrf" | "opcert">,
): { kes: Uint8Array; vrf: Uint8Array; opcert: Uint8Array } {
  return { kes: utf8(keys.kes), vrf: utf8(keys.vrf), opcert: utf8(keys.opcert) };
}

export function cborHexOf(file: string): string {
  return JSON.parse(file).cborHex;
}

/** `file code` of each problem, or "valid". */
export function outline(verdict: CredentialsVerdict): string[] {
  return verdict.kind === "valid"
    ? ["valid"]
    : verdict.problems.map(({ file, code }) => `${file} ${code}`);
}
