// Owns the facts about whole sets of credential files.
// Never touches a disk.

import { assert, assertEquals, assertNotMatch, assertStringIncludes } from "@std/assert";
import { bytesToHex } from "@noble/hashes/utils.js";
import {
  checkCredentials,
  type CheckOptions,
  type CredentialSources,
} from "../../../lib/credentials/check.ts";
import { genesisOf, kesPeriodBegin } from "../../../lib/credentials/networks.ts";
import { certificateOf } from "../../../lib/credentials/verdict.ts";
import { wallTime } from "../../../lib/core/time.ts";
import { makeDemoKeys } from "../../../lib/demo/keys.ts";
import {
  cborHexOf,
  envelopeFile,
  files,
  kesKeyA,
  NOW,
  ON_PREVIEW,
  outline,
  VECTORS,
} from "./support.ts";

const A = VECTORS[0];
const SET_A: CredentialSources = {
  kes: envelopeFile("KesSigningKey_ed25519_kes_2^6", bytesToHex(kesKeyA())),
  vrf: envelopeFile("VrfSigningKey_PraosVRF", `5840${"00".repeat(64)}`),
  opcert: envelopeFile("NodeOperationalCertificate", A.cborHex),
};
/** Preview's last instant in which A may be used. */
const PREVIEW = genesisOf("preview")!;
const LAST_OF_A = wallTime(kesPeriodBegin(PREVIEW, A.kesPeriodStart + 62) - 1);
const FIRST_OF_A = kesPeriodBegin(PREVIEW, A.kesPeriodStart);
/** Preview's under another name, and one whose periods are shorter. */
const CUSTOM = { network: "devnet", genesis: PREVIEW };
const EVOLVING = (maxKesEvolutions: number) => ({
  network: "devnet",
  genesis: { ...PREVIEW, maxKesEvolutions },
});
const QUICK = { network: "devnet", genesis: { ...PREVIEW, slotsPerKesPeriod: 86_400 } };

const KEYS = await makeDemoKeys(ON_PREVIEW);
const SET = files(KEYS);
const OTHER = files(await makeDemoKeys(ON_PREVIEW));
const MISSING = { unreadable: "no such file", code: "missing" } as const;
const DENIED = { unreadable: "permission denied", code: "unreadable" } as const;

Deno.test("checkCredentials() accepts set A and tells what is in it", async () => {
  const verdict = await checkCredentials(SET_A, {
    network: "preview",
    now: LAST_OF_A,
    poolId: A.poolId,
    poolIdHex: A.poolIdHex,
    lastCounter: 0,
  });
  assertEquals<unknown>(verdict, {
    kind: "valid",
    poolId: A.poolId,
    poolIdHex: A.poolIdHex,
    poolIdMatches: true,
    certificateCounter: 0,
    kesPeriodStart: 703,
    kesPeriodEnd: 765,
    expiresAt: "2025-12-15T12:00:00Z",
    warnings: [],
  });
});

const CASES: readonly {
  readonly name: string;
  readonly sources: CredentialSources;
  readonly options?: Partial<CheckOptions>;
  readonly found: readonly string[];
}[] = [
  { name: "a made set", sources: SET, found: ["valid"] },
  {
    name: "all missing",
    sources: { kes: MISSING, vrf: MISSING, opcert: MISSING },
    found: ["kes missing", "vrf missing", "opcert missing"],
  },
  { name: "one unreadable", sources: { ...SET, vrf: DENIED }, found: ["vrf unreadable"] },
  {
    name: "keys swapped",
    sources: { ...SET, kes: SET.vrf, vrf: SET.kes },
    found: ["kes wrong_type", "vrf wrong_type"],
  },
  {
    name: "certificate in place of a key",
    sources: { ...SET, kes: SET.opcert },
    found: ["kes wrong_type"],
  },
  {
    name: "half-written key",
    sources: { ...SET, kes: SET.kes.subarray(0, 500) },
    found: ["kes not_text_envelope"],
  },
  {
    name: "Bursa's types",
    sources: {
      kes: envelopeFile("KESSigningKey_PraosV2", cborHexOf(KEYS.kes)),
      vrf: envelopeFile("VRFSigningKey_PraosVRF", cborHexOf(KEYS.vrf)),
      opcert: SET.opcert,
    },
    found: ["valid"],
  },
  {
    name: "704-byte KES key",
    sources: {
      ...SET,
      kes: envelopeFile("KesSigningKey_ed25519_kes_2^6", `5902c0${"00".repeat(704)}`),
    },
    found: ["kes wrong_cbor"],
  },
  {
    name: "VRF key of 32 bytes",
    sources: { ...SET, vrf: envelopeFile("VrfSigningKey_PraosVRF", `5820${"00".repeat(32)}`) },
    found: ["vrf wrong_cbor"],
  },
  {
    name: "keys that are numbers",
    sources: {
      ...SET,
      kes: envelopeFile("KesSigningKey_ed25519_kes_2^6", "00"),
      vrf: envelopeFile("VrfSigningKey_PraosVRF", "00"),
    },
    found: ["kes wrong_cbor", "vrf wrong_cbor"],
  },
  {
    name: "empty CBOR everywhere",
    sources: {
      kes: envelopeFile("KesSigningKey_ed25519_kes_2^6", ""),
      vrf: envelopeFile("VrfSigningKey_PraosVRF", ""),
      opcert: envelopeFile("NodeOperationalCertificate", ""),
    },
    found: ["kes wrong_cbor", "vrf wrong_cbor", "opcert wrong_cbor"],
  },
  {
    name: "another set's KES key",
    sources: { ...SET, kes: OTHER.kes },
    found: ["opcert kes_mismatch"],
  },
  {
    name: "another pool's set, said once of id and hex that agree",
    sources: OTHER,
    options: { poolId: KEYS.poolId, poolIdHex: KEYS.poolIdHex },
    found: ["opcert other_pool"],
  },
  {
    name: "a mistyped POOL_ID",
    sources: SET,
    options: { poolId: KEYS.poolId.slice(0, -1) + (KEYS.poolId.endsWith("q") ? "p" : "q") },
    found: ["opcert other_pool"],
  },
  { name: "a name for POOL_ID", sources: SET, options: { poolId: "pool1abc" }, found: ["valid"] },
  {
    name: "certificate not begun",
    sources: SET_A,
    options: { now: wallTime(FIRST_OF_A - 1) },
    found: ["opcert not_yet_valid"],
  },
  {
    name: "certificate's first instant",
    sources: SET_A,
    options: { now: FIRST_OF_A },
    found: ["valid"],
  },
  {
    name: "certificate just over",
    sources: SET_A,
    options: { now: wallTime(LAST_OF_A + 1) },
    found: ["opcert kes_expired"],
  },
  {
    name: "made expired",
    sources: files(await makeDemoKeys({ ...ON_PREVIEW, validity: "expired" })),
    found: ["opcert kes_expired"],
  },
  {
    name: "made for later",
    sources: files(await makeDemoKeys({ ...ON_PREVIEW, validity: "future" })),
    found: ["opcert not_yet_valid"],
  },
  {
    name: "an old set on a custom network",
    sources: SET_A,
    options: { network: "devnet" },
    found: ["valid"],
  },
  {
    name: "a custom network's genesis, at the certificate's last instant",
    sources: SET_A,
    options: { ...CUSTOM, now: LAST_OF_A },
    found: ["valid"],
  },
  {
    name: "a custom network's genesis, just over",
    sources: SET_A,
    options: { ...CUSTOM, now: wallTime(LAST_OF_A + 1) },
    found: ["opcert kes_expired"],
  },
  {
    name: "a custom network's genesis of shorter periods",
    sources: SET_A,
    options: { ...QUICK, now: LAST_OF_A },
    found: ["opcert kes_expired"],
  },
  {
    name: "a custom network's genesis of fewer evolutions",
    sources: SET_A,
    options: { ...EVOLVING(61), now: LAST_OF_A },
    found: ["opcert kes_expired"],
  },
  {
    name: "a custom network's genesis of more evolutions",
    sources: SET_A,
    options: { ...EVOLVING(63), now: wallTime(LAST_OF_A + 1) },
    found: ["valid"],
  },
  { name: "equal counter", sources: SET, options: { lastCounter: 0 }, found: ["valid"] },
  {
    name: "lower counter",
    sources: SET,
    options: { lastCounter: 1 },
    found: ["opcert counter_lower"],
  },
  {
    name: "everything wrong at once",
    sources: {
      kes: OTHER.kes,
      vrf: SET.kes,
      opcert: envelopeFile("NodeOperationalCertificate", A.cborHex.replace("58403a", "58403b")),
    },
    options: { poolId: KEYS.poolId, lastCounter: 9 },
    found: [
      "vrf wrong_type",
      "opcert bad_signature",
      "opcert kes_mismatch",
      "opcert other_pool",
      "opcert kes_expired",
      "opcert counter_lower",
    ],
  },
];

for (const { name, sources, options, found } of CASES) {
  Deno.test(`checkCredentials() on ${name}: ${found.join(", ")}`, async () => {
    const verdict = await checkCredentials(sources, { ...ON_PREVIEW, ...options });
    assertEquals(outline(verdict), [...found]);
  });
}

Deno.test("checkCredentials() says what was tried, on which file, and what was found", async () => {
  const paths = {
    kes: "/secrets/kes.skey",
    vrf: "/secrets/vrf.skey",
    opcert: "/secrets/node.cert",
  };
  const sources = { kes: DENIED, vrf: SET.kes, opcert: SET_A.opcert };
  const verdict = await checkCredentials(sources, { ...ON_PREVIEW, lastCounter: 3, paths });
  assert(verdict.kind === "invalid");
  assertEquals(verdict.problems.map((problem) => problem.message), [
    'Cannot read KES key "/secrets/kes.skey": permission denied',
    'Cannot use VRF key "/secrets/vrf.skey": found KesSigningKey_ed25519_kes_2^6, ' +
    "expected VrfSigningKey_PraosVRF or VRFSigningKey_PraosVRF",
    'Cannot use operational certificate "/secrets/node.cert": it was over from KES period 765 ' +
    "(2025-12-15T12:00:00Z), preview is in 951 by the clock here",
    'Cannot use operational certificate "/secrets/node.cert": its counter is 0, ' +
    "lower than the 3 in use before",
  ]);
});

Deno.test("checkCredentials() warns of what it could not check and of a counter that jumped", async () => {
  const rotated = await makeDemoKeys({ ...ON_PREVIEW, previous: KEYS, counter: 5 });
  const options = { network: "devnet", now: NOW, poolId: "my pool", lastCounter: 0 };
  const verdict = await checkCredentials(files(rotated), options);
  assert(verdict.kind === "valid");
  assertEquals([verdict.expiresAt, verdict.poolIdMatches], [undefined, undefined]);
  assertEquals(verdict.warnings.length, 3);
  assertStringIncludes(verdict.warnings[0]!, "POOL_ID is no bech32 pool id");
  assertStringIncludes(verdict.warnings[1]!, "the genesis of devnet is unknown");
  assertStringIncludes(verdict.warnings[2]!, "rose from 0 to 5");
});

Deno.test("checkCredentials() tells what is in a certificate that may not be used, if it is a true one", async () => {
  const over = await checkCredentials(SET_A, { ...ON_PREVIEW, poolId: KEYS.poolId });
  assertEquals(outline(over), ["opcert other_pool", "opcert kes_expired"]);
  assertEquals(certificateOf(over), {
    poolId: A.poolId,
    poolIdHex: A.poolIdHex,
    poolIdMatches: false,
    certificateCounter: 0,
    kesPeriodStart: 703,
    kesPeriodEnd: 765,
    expiresAt: "2025-12-15T12:00:00Z",
  });
  const forged = envelopeFile("NodeOperationalCertificate", A.cborHex.replace("58403a", "58403b"));
  for (const opcert of [forged, MISSING]) {
    const verdict = await checkCredentials({ ...SET_A, opcert }, ON_PREVIEW);
    assertEquals(certificateOf(verdict), undefined);
  }
});

Deno.test("checkCredentials() never quotes the keys of a set, valid or not", async () => {
  const secrets = [cborHexOf(KEYS.kes), cborHexOf(KEYS.vrf)];
  for (const { sources, options } of CASES) {
    const verdict = await checkCredentials(sources, { ...ON_PREVIEW, ...options });
    const said = JSON.stringify(verdict).replaceAll(KEYS.poolIdHex, "");
    for (const hex of secrets) {
      for (let i = 0; i + 8 <= hex.length; i++) assert(!said.includes(hex.slice(i, i + 8)), said);
    }
    assertNotMatch(said, /SyntaxError|JSON at position/);
  }
});
