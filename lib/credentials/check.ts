// Owns the verdict on a set of credential files: valid, or every problem at once.
// Never lets a part of a key file into the verdict, and never throws because of a file's contents.

import type { WallTime } from "../core/time.ts";
import type { CredentialFile } from "../door.ts";
import { describeType, parseEnvelope } from "./envelope.ts";
import { Findings } from "./findings.ts";
import { isoSeconds } from "../core/iso_time.ts";
import { decodeKesKey, KES_KEY_BYTES, KES_TYPES } from "./kes.ts";
import { type Genesis, genesisOf, kesPeriodAt, kesPeriodBegin, kesPeriodEnd } from "./networks.ts";
import { decodeOpcert, OPCERT_TYPES, type OperationalCertificate, verifyOpcert } from "./opcert.ts";
import { comparePool, type ConfiguredPool, poolIdOf } from "./pool_id.ts";
import type { CertificateFacts, CredentialsVerdict } from "./verdict.ts";
import { decodeVrfKey, VRF_KEY_BYTES, VRF_TYPES } from "./vrf.ts";

/** What reading a file gave: its bytes, or why there are none. */
export type CredentialSource =
  | Uint8Array
  | { readonly unreadable: string; readonly code: "missing" | "unreadable" };

export type CredentialSources = Readonly<Record<CredentialFile, CredentialSource>>;

export interface CheckOptions extends ConfiguredPool {
  readonly network: string;
  /** Of a custom network, where it is configured; those of the public networks are known. */
  readonly genesis?: Genesis | undefined;
  readonly now: WallTime;
  /** Counter of the certificate in use before, if one was. */
  readonly lastCounter?: number | undefined;
  /** Where the files are, for messages. */
  readonly paths?: Readonly<Record<CredentialFile, string>> | undefined;
}

/** Checks all that can be known without a node: formats, sizes, signature, match, period, pool, counter. */
export async function checkCredentials(
  sources: CredentialSources,
  options: CheckOptions,
): Promise<CredentialsVerdict> {
  const findings = new Findings(options.paths);
  const kesVkey = checkKes(sources.kes, findings);
  checkVrf(sources.vrf, findings);
  const opcert = await checkOpcert(sources.opcert, findings);
  if (opcert === undefined) return { kind: "invalid", problems: findings.problems };
  const { certificate } = opcert;

  if (kesVkey !== undefined && !sameBytes(kesVkey, certificate.kesVkey)) {
    findings.problem(
      "opcert",
      "kes_mismatch",
      `it certifies another key than the one in ${findings.name("kes")}`,
    );
  }
  const pool = poolIdOf(certificate.coldVkey);
  const { problems, warnings, matches } = comparePool(pool, options);
  for (const found of problems) findings.problem("opcert", "other_pool", found);
  for (const found of warnings) findings.warn("opcert", found);
  const period = checkPeriod(certificate, options, findings);
  checkCounter(certificate, options, findings);

  const facts: CertificateFacts = {
    poolId: pool.bech32,
    poolIdHex: pool.hex,
    poolIdMatches: matches,
    certificateCounter: certificate.counter,
    kesPeriodStart: certificate.kesPeriodStart,
    ...period,
  };
  if (findings.problems.length === 0) {
    return { kind: "valid", ...facts, warnings: findings.warnings };
  }
  const { problems: all } = findings;
  return { kind: "invalid", problems: all, certificate: opcert.isProven ? facts : undefined };
}

function checkKes(source: CredentialSource, findings: Findings): Uint8Array | undefined {
  const cbor = openEnvelope("kes", source, { types: KES_TYPES, findings });
  if (cbor === undefined) return undefined;
  const key = decodeKesKey(cbor);
  if (key.kind === "kes_key") return key.vkey;
  findings.problem("kes", "wrong_cbor", `found ${key.found}, expected ${KES_KEY_BYTES} bytes`);
}

function checkVrf(source: CredentialSource, findings: Findings): void {
  const cbor = openEnvelope("vrf", source, { types: VRF_TYPES, findings });
  if (cbor === undefined) return;
  const key = decodeVrfKey(cbor);
  if (key.kind === "vrf_key") return;
  findings.problem("vrf", "wrong_cbor", `found ${key.found}, expected ${VRF_KEY_BYTES} bytes`);
}

async function checkOpcert(
  source: CredentialSource,
  findings: Findings,
): Promise<{ certificate: OperationalCertificate; isProven: boolean } | undefined> {
  const cbor = openEnvelope("opcert", source, { types: OPCERT_TYPES, findings });
  if (cbor === undefined) return undefined;
  const decoded = decodeOpcert(cbor);
  if (decoded.kind === "wrong_cbor") {
    findings.problem("opcert", "wrong_cbor", `found ${decoded.found}`);
    return undefined;
  }
  const { certificate } = decoded;
  const isProven = await verifyOpcert(certificate) === "verified";
  if (!isProven) {
    findings.problem("opcert", "bad_signature", "its signature is not of the cold key it names");
  }
  return { certificate, isProven };
}

/** The CBOR inside a readable envelope of a right type; otherwise notes the problem. */
function openEnvelope(
  file: CredentialFile,
  source: CredentialSource,
  { types, findings }: { readonly types: readonly string[]; readonly findings: Findings },
): Uint8Array | undefined {
  if (!(source instanceof Uint8Array)) {
    findings.problem(file, source.code, source.unreadable);
    return undefined;
  }
  const envelope = parseEnvelope(source);
  if (envelope.kind === "not_text_envelope") {
    findings.problem(file, "not_text_envelope", `found ${envelope.found}`);
    return undefined;
  }
  if (types.includes(envelope.type)) return envelope.cbor;
  const found = describeType(envelope.type);
  findings.problem(file, "wrong_type", `found ${found}, expected ${types.join(" or ")}`);
}

/** Also tells when the certificate ends: as a date where the genesis is known. */
function checkPeriod(
  { kesPeriodStart }: OperationalCertificate,
  { network, genesis = genesisOf(network), now }: CheckOptions,
  findings: Findings,
): Pick<CertificateFacts, "kesPeriodEnd" | "expiresAt"> {
  const end = kesPeriodEnd(genesis, kesPeriodStart);
  if (genesis === undefined) {
    findings.warn("opcert", `its KES period is not checked, the genesis of ${network} is unknown`);
    return { kesPeriodEnd: end, expiresAt: undefined };
  }
  const current = kesPeriodAt(genesis, now);
  if (current < kesPeriodStart) {
    const begin = dateOf(genesis, kesPeriodStart);
    findings.problem(
      "opcert",
      "not_yet_valid",
      `it starts in KES period ${kesPeriodStart} (${begin}), ${network} is in ${current} by the clock here`,
    );
  } else if (current >= end) {
    findings.problem(
      "opcert",
      "kes_expired",
      `it was over from KES period ${end} (${
        dateOf(genesis, end)
      }), ${network} is in ${current} by the clock here`,
    );
  }
  return { kesPeriodEnd: end, expiresAt: dateOf(genesis, end) };
}

function dateOf(genesis: Genesis, kesPeriod: number): string {
  return isoSeconds(kesPeriodBegin(genesis, kesPeriod)) ?? "after the year 9999";
}

function checkCounter(
  { counter }: OperationalCertificate,
  { lastCounter }: CheckOptions,
  findings: Findings,
): void {
  if (lastCounter === undefined) return;
  if (counter < lastCounter) {
    const found = `its counter is ${counter}, lower than the ${lastCounter} in use before`;
    findings.problem("opcert", "counter_lower", found);
  } else if (counter > lastCounter + 1) {
    const found = `its counter rose from ${lastCounter} to ${counter}, ` +
      "the chain accepts a step of one since the last block";
    findings.warn("opcert", found);
  }
}

/** Both are public keys, so the time it takes may tell where they differ. */
function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
