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
  send<T>(
    { apply, timeoutMs, done }: {
      apply: () => T;
      timeoutMs: number;
      done: (outcome: T | ApiFailure) => void;
    },
  ): void {
    const { agenda, random } = this.#world;
    let isOpen = true;
    const answer = (outcome: T | ApiFailure) => {
      if (!isOpen) return;
      isOpen = false;
      agenda.cancel(deadline);
      done(outcome);
    };
    const deadline = agenda.after(timeoutMs, () => answer(fail("timed_out")));
    const { down, status } = this.weather;
    if (down === "refused") {
      return void agenda.after(random.between(0.2, 5), () => answer(fail("unreachable")));
    }
    if (down === "deaf") return void agenda.after(this.latencyMs(), apply);
    if (down === "hole") {
      // What was sent into a hole may still arrive when it opens.
      if (random.chance(0.5)) this.whenUp(() => void agenda.after(this.latencyMs(), apply));
      return;
    }
    const [out, back] = [this.latencyMs(), this.latencyMs()];
    if (status !== undefined && random.chance(0.8)) {
      return void agenda.after(out + back, () => answer(fail(status, STATUS[status])));
    }
    this.#meet(this.#fate(), { apply, answer, out, back });
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
