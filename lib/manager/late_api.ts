// Owns one API server as one that may come late: what waits for it, why it cannot be used, how it answers.
// Never drops what waits, and never lets it grow: see EffectBacklog.

import { FailureLog } from "../kubernetes/failure_log.ts";
import type { Log } from "../log.ts";
import { ApiOutcomes } from "./api_outcomes.ts";
import { EffectBacklog, type LateEffect } from "./effect_backlog.ts";

/** Who deals with the API once it can be used. */
interface Dealings<Effect> {
  start(effect: Effect): void;
  stop(): void;
}

export class LateApi<Of extends Dealings<Effect>, Effect extends LateEffect> {
  readonly outcomes: ApiOutcomes;
  readonly #waiting = new EffectBacklog<Effect>();
  #dealings: Of | undefined;
  #problem: string | undefined;

  constructor(log: Log) {
    this.outcomes = new ApiOutcomes(
      new FailureLog(({ level, message, fields }) => log[level](message, fields)),
    );
  }

  /** Undefined until the API can be used. */
  get dealings(): Of | undefined {
    return this.#dealings;
  }

  /** Why it cannot be used at all, where that is known. */
  get problem(): string | undefined {
    return this.#problem;
  }

  noteProblem(problem: string): void {
    this.#problem = problem;
  }

  connect(dealings: Of): void {
    this.#dealings = dealings;
    this.#problem = undefined;
    for (const effect of this.#waiting.takeAll()) dealings.start(effect);
  }

  /** At once, or as soon as the API can be used. */
  start(effect: Effect): void {
    if (this.#dealings === undefined) this.#waiting.add(effect);
    else this.#dealings.start(effect);
  }

  stop(): void {
    this.#dealings?.stop();
  }
}
