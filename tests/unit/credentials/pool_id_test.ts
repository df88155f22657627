// Owns the facts about pool ids: their syntax, and when a configured one contradicts a certificate.
// Never makes keys.

import { assertEquals } from "@std/assert";
import { comparePool, parsePoolId, parsePoolIdHex } from "../../../lib/credentials/pool_id.ts";
import { VECTORS } from "./support.ts";

const { poolId: ID, poolIdHex: HEX } = VECTORS[0];
const OTHER_ID = VECTORS[1].poolId;
const OTHER_HEX = HEX.replace("7", "8");
const MISTYPED = ID.replace("wp38", "wp39");

const SYNTAX = [
  [ID, { kind: "bech32", hex: HEX }],
  [MISTYPED, { kind: "bad_checksum" }],
  [ID.replace("wp38", "wpb8"), { kind: "bad_checksum" }],
  [`pool1${"é".repeat(51)}`, { kind: "bad_checksum" }],
  [ID.slice(0, -1), { kind: "opaque" }],
  [`${ID}q`, { kind: "opaque" }],
  ["pool1abc", { kind: "opaque" }],
  ["pool1abcd1234567890abcd1234567890abcd1234567890abcd1234", { kind: "opaque" }],
  ["my pool", { kind: "opaque" }],
  ["", { kind: "opaque" }],
] as const;

Deno.test("parsePoolId() tells a pool id, a mistyped one and a mere name apart", () => {
  for (const [text, outcome] of SYNTAX) assertEquals<unknown>(parsePoolId(text), outcome, text);
});

Deno.test("parsePoolIdHex() takes 56 digits of either case", () => {
  assertEquals(parsePoolIdHex(HEX.toUpperCase()), { kind: "hex", hex: HEX });
  for (const text of ["", "abc", `${HEX}0`, HEX.replace("7", "g"), `${HEX}\n`]) {
    assertEquals(parsePoolIdHex(text), { kind: "bad_hex" });
  }
});

const COMPARED: readonly (readonly [string | undefined, string | undefined, number, number])[] = [
  // POOL_ID, POOL_ID_HEX, problems, warnings
  [undefined, undefined, 0, 0],
  [ID, undefined, 0, 0],
  [ID, HEX, 0, 0],
  [ID, HEX.toUpperCase(), 0, 0],
  [undefined, HEX, 0, 0],
  [OTHER_ID, undefined, 1, 0],
  [OTHER_ID, HEX, 1, 0],
  [OTHER_ID, OTHER_HEX, 2, 0],
  [ID, OTHER_HEX, 1, 0],
  [ID, "abc", 1, 0],
  [undefined, OTHER_HEX, 1, 0],
  [MISTYPED, HEX, 1, 0],
  ["pool1abc", undefined, 0, 1],
  ["pool1abc", HEX, 0, 1],
  ["pool1abc", OTHER_HEX, 0, 2],
  ["pool1abc", "abc", 0, 2],
];

Deno.test("comparePool() says whether a full pool id is the certificate's, and nothing of a name", () => {
  const matches = (poolId: string | undefined, poolIdHex?: string) =>
    comparePool({ bech32: ID, hex: HEX }, { poolId, poolIdHex }).matches;
  assertEquals([matches(ID), matches(ID, HEX), matches(undefined, HEX)], [true, true, true]);
  const other = comparePool({ bech32: "pool1other", hex: OTHER_HEX }, { poolId: ID }).matches;
  assertEquals([other, matches(ID, OTHER_HEX), matches(undefined, OTHER_HEX)], [
    false,
    false,
    false,
  ]);
  for (const name of [undefined, "pool1abc", MISTYPED]) assertEquals(matches(name), undefined);
  assertEquals(matches("pool1abc", HEX), undefined);
});

Deno.test("comparePool() finds each contradiction, and only warns beside a mere name", () => {
  for (const [poolId, poolIdHex, problems, warnings] of COMPARED) {
    const found = comparePool({ bech32: ID, hex: HEX }, { poolId, poolIdHex });
    assertEquals(
      [found.problems.length, found.warnings.length],
      [problems, warnings],
      `${poolId} ${poolIdHex}`,
    );
  }
});
