// Owns the way from one replica to its API server and back: latency, loss, doubles, lateness, refusals.
// Never decides what a request does: the store does, at the moment the request reaches it.

import type { ApiFailure } from "../../lib/core/api_failure.ts";
import { fail } from "./store.ts";
import type { World } from "./world.ts";

export interface LinkWeather {
  /** Holes swallow, the deaf hear no answer, refusals answer at once with an error. */
  readonly down: "no" | "hole" | "deaf" | "refused";
  /** Share of requests that meet with some mishap. */
  readonly mishaps: number;
  readonly latencyMs: readonly [number, number];
  readonly status: ApiFailure["kind"] | undefined;
}

export const FAIR: LinkWeather = {
  down: "no",
  mishaps: 0,
  latencyMs: [1, 15],
  status: undefined,
};

const STATUS: Partial<Record<ApiFailure["kind"], number>> = {
  unauthorized: 401,
  forbidden: 403,
  throttled: 429,
  server_error: 503,
};

type Fate = "well" | "lost" | "answer_lost" | "reset" | "answer_reset" | "late" | "doubled" | "5xx";

interface Request<T> {
  readonly apply: () => T;
  readonly timeoutMs: number;
  readonly done: (outcome: T | ApiFailure) => void;
}

export class Link {
  readonly #world: World;
  weather: LinkWeather = FAIR;
  /** Answers alone take so much longer. */
  answerDelayMs = 0;
  readonly #whenUp: (() => void)[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  get isFair(): boolean {
    return this.weather === FAIR;
  }

  set(weather: LinkWeather): void {
    this.weather = weather;
    if (weather.down === "no") { for (const task of this.#whenUp.splice(0)) task(); }
  }

  whenUp(task: () => void): void {
    if (this.weather.down === "no") task();
    else this.#whenUp.push(task);
  }

  latencyMs(): number {
    const [min, max] = this.weather.latencyMs;
    return this.#world.random.between(min, max);
  }

  /** Sends once; `done` hears at most one answer, and `timed_out` when none came in time. */
  send<T>(request: Request<T>): void {
    const { down, status } = this.weather;
    if (down !== "no") return this.#sendIntoTheVoid(request, down);
    const [out, back] = [this.latencyMs(), this.latencyMs()];
    const { agenda, random } = this.#world;
    if (status !== undefined && random.chance(0.8)) {
      const { answer } = this.#await(request);
      return void agenda.after(out + back, () => answer(fail(status, STATUS[status])));
    }
    const fate = this.#fate();
    if (fate === "well" && out < request.timeoutMs) return this.#goWell(request, { out, back });
    this.#meet(fate, { apply: request.apply, ...this.#await(request), out, back });
  }

  /** What nearly all requests meet with: when it arrives it is known whether the answer is in time. */
  #goWell<T>(
    { apply, timeoutMs, done }: Request<T>,
    { out, back }: { out: number; back: number },
  ): void {
    const { agenda } = this.#world;
    const endsAt = agenda.now + timeoutMs;
    agenda.after(out, () => {
      const outcome = apply();
      const answersAt = agenda.now + back + this.answerDelayMs;
      if (answersAt < endsAt) agenda.book(answersAt, () => done(outcome));
      else agenda.book(endsAt, () => done(fail("timed_out")));
    });
  }

  #sendIntoTheVoid<T>(request: Request<T>, down: "hole" | "deaf" | "refused"): void {
    const { agenda, random } = this.#world;
    const { answer } = this.#await(request);
    const arrive = () => void agenda.after(this.latencyMs(), request.apply);
    if (down === "refused") agenda.after(random.between(0.2, 5), () => answer(fail("unreachable")));
    else if (down === "deaf") arrive();
    // What was sent into a hole may still arrive when it opens.
    else if (random.chance(0.5)) this.whenUp(arrive);
  }

  #await<T>({ timeoutMs, done }: Request<T>): { answer: (outcome: T | ApiFailure) => void } {
    const { agenda } = this.#world;
    let isOpen = true;
    const answer = (outcome: T | ApiFailure) => {
      if (!isOpen) return;
      isOpen = false;
      agenda.cancel(deadline);
      done(outcome);
    };
    const deadline = agenda.after(timeoutMs, () => answer(fail("timed_out")));
    return { answer };
  }

  #meet<T>(
    fate: Fate,
    { apply, answer, out, back }: {
      apply: () => T;
      answer: (outcome: T | ApiFailure) => void;
      out: number;
      back: number;
    },
  ): void {
    const { agenda, random } = this.#world;
    const late = () => random.skewed(100, 45_000);
    switch (fate) {
      case "well":
        return void agenda.after(out, () => {
          const outcome = apply();
          agenda.after(back + this.answerDelayMs, () => answer(outcome));
        });
      case "lost":
        return;
      case "answer_lost":
        return void agenda.after(out, apply);
      case "reset":
        return void agenda.after(out, () => answer(fail("unreachable")));
      case "answer_reset":
        return void agenda.after(out, () => {
          apply();
          agenda.after(back, () => answer(fail("unreachable")));
        });
      case "late":
        return void agenda.after(late(), () => {
          const outcome = apply();
          agenda.after(back, () => answer(outcome));
        });
      case "doubled":
        agenda.after(late(), apply);
        return this.#meet("well", { apply, answer, out, back });
      case "5xx":
        return void agenda.after(out, () => {
          if (random.chance(0.5)) apply();
          agenda.after(back, () => answer(fail("server_error", 500)));
        });
    }
  }

  #fate(): Fate {
    const { random } = this.#world;
    const { mishaps } = this.weather;
    if (mishaps === 0 || !random.chance(mishaps)) return "well";
    return random.pick([
      "lost",
      "answer_lost",
      "reset",
      "answer_reset",
      "late",
      "late",
      "doubled",
      "5xx",
    ]);
  }
}
