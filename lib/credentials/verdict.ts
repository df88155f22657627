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

export interface ValidCredentials {
  readonly kind: "valid";
  /** bech32 `pool1…` and hex of blake2b-224 of the certificate's cold key. */
  readonly poolId: string;
  readonly poolIdHex: string;
  readonly certificateCounter: number;
  /** First KES period of the certificate, and the first in which it is over. */
  readonly kesPeriodStart: number;
  readonly kesPeriodEnd: number;
  /** Unknown on custom networks, whose genesis we do not have. */
  readonly kesPeriodNow: number | undefined;
  /** ISO 8601 UTC; unknown as above. */
  readonly expiresAt: string | undefined;
  readonly warnings: readonly string[];
}

export interface InvalidCredentials {
  readonly kind: "invalid";
  readonly problems: readonly CredentialProblem[];
}

export type CredentialsVerdict = ValidCredentials | InvalidCredentials;
