// Owns which failures are worth a log line: the first of its kind for a subject, and the recovery.
// Never writes the line.

import type { ApiFailure } from "../core/api_failure.ts";

interface Trouble {
  readonly kind: ApiFailure["kind"];
  /** Failures since the last success, of whatever kind. */
  readonly count: number;
}

/** Subjects in trouble, for example "lease cardano/cardano-node-leader". Starts empty. */
export type FailureLogState = ReadonlyMap<string, Trouble>;

export interface FailureLogLine {
  readonly level: "warning" | "info";
  readonly message: string;
  readonly fields: Readonly<Record<string, string | number>>;
}

export interface FailureLogStep {
  readonly state: FailureLogState;
  readonly line: FailureLogLine | undefined;
}

/** `failure` is undefined for a success. */
function noteOutcome(
  state: FailureLogState,
  outcome: { readonly subject: string; readonly failure: ApiFailure | undefined },
): FailureLogStep {
  const { subject, failure } = outcome;
  const trouble = state.get(subject);
  const next = new Map(state);
  if (failure === undefined) {
    if (trouble === undefined) return { state, line: undefined };
    next.delete(subject);
    const fields = { subject, was: trouble.kind, failures: trouble.count };
    return { state: next, line: { level: "info", message: "API requests succeed again", fields } };
  }
  next.set(subject, { kind: failure.kind, count: (trouble?.count ?? 0) + 1 });
  if (trouble?.kind === failure.kind) return { state: next, line: undefined };
  const fields = {
    subject,
    kind: failure.kind,
    error: failure.message,
    ...(failure.status === undefined ? {} : { status: failure.status }),
  };
  return { state: next, line: { level: "warning", message: "API request failed", fields } };
}

/** Holds the state and hands the lines on. */
export class FailureLog {
  #state: FailureLogState = new Map();
  readonly #write: (line: FailureLogLine) => void;

  constructor(write: (line: FailureLogLine) => void) {
    this.#write = write;
  }

  note(subject: string, failure: ApiFailure | undefined): void {
    const { state, line } = noteOutcome(this.#state, { subject, failure });
    this.#state = state;
    if (line !== undefined) this.#write(line);
  }
}
