// Owns whether one API server answers, by the outcome of the last request to it, and hands on what to log.
// Never counts a refusal as silence: who says no is there.

import type { ApiFailure } from "../core/api_failure.ts";
import { assertNever } from "../core/assert_never.ts";
import type { FailureLog } from "../kubernetes/failure_log.ts";

export type Reach =
  /** Nothing was asked yet. */
  | { readonly kind: "unknown" }
  | { readonly kind: "reached" }
  /** `why` is a code; `message` says what was tried and found, and changes with it. */
  | {
    readonly kind: "unreachable";
    readonly why: ApiFailure["kind"];
    readonly message: string;
  };

/** What callers of an API need of this. */
export type OutcomeNotes = Pick<FailureLog, "note">;

export class ApiOutcomes implements OutcomeNotes {
  readonly #failures: FailureLog;
  #reach: Reach = { kind: "unknown" };

  constructor(failures: FailureLog) {
    this.#failures = failures;
  }

  get reach(): Reach {
    return this.#reach;
  }

  /** `failure` is undefined for a success, and for a refusal that was to be expected. */
  note(subject: string, failure: ApiFailure | undefined): void {
    this.#failures.note(subject, failure);
    this.#reach = failure === undefined || isAnswer(failure)
      ? { kind: "reached" }
      : { kind: "unreachable", why: failure.kind, message: failure.message };
  }
}

/** Whether the API itself answered, and would answer another request too. */
function isAnswer({ kind }: ApiFailure): boolean {
  switch (kind) {
    case "forbidden":
    case "not_found":
    case "conflict":
    case "gone":
    case "invalid":
      return true;
    case "unauthorized":
    case "throttled":
    case "server_error":
    case "unreachable":
    case "timed_out":
    case "malformed":
      return false;
    default:
      return assertNever(kind);
  }
}
