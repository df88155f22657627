// Owns what may be said about a set of credential files.
// Never holds key bytes.

import type { CredentialFile } from "../door.ts";

export interface CredentialProblem {
  readonly file: CredentialFile;
  readonly code:
    | "missing"
    | "unreadable"
    | "not_text_envelope"
    | "wrong_type"
    | "wrong_cbor"
    | "bad_signature"
    | "kes_mismatch"
    | "not_yet_valid"
    | "kes_expired"
    | "other_pool"
    | "counter_lower";
  /** What was read, from where, and what was found; never contents. */
  readonly message: string;
}

/** What a certificate with a true signature says, and what follows from it. */
export interface CertificateFacts {
  /** bech32 `pool1…` and hex of blake2b-224 of the certificate's cold key. */
  readonly poolId: string;
  readonly poolIdHex: string;
  /** Whether that is the configured pool; undefined where no full pool id is configured. */
  readonly poolIdMatches: boolean | undefined;
  readonly certificateCounter: number;
  /** First KES period of the certificate, and the first in which it is over. */
  readonly kesPeriodStart: number;
  readonly kesPeriodEnd: number;
  /** ISO 8601 UTC; undefined on a custom network whose genesis is not configured. */
  readonly expiresAt: string | undefined;
}

export interface ValidCredentials extends CertificateFacts {
  readonly kind: "valid";
  readonly warnings: readonly string[];
}

export interface InvalidCredentials {
  readonly kind: "invalid";
  readonly problems: readonly CredentialProblem[];
  /** Undefined where the certificate cannot be read, or nothing proves what it says. */
  readonly certificate?: CertificateFacts | undefined;
}

export type CredentialsVerdict = ValidCredentials | InvalidCredentials;

/** What is known of the certificate, whether or not it may be used. */
export function certificateOf(verdict: CredentialsVerdict): CertificateFacts | undefined {
  return verdict.kind === "valid" ? verdict : verdict.certificate;
}
