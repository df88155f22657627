// Owns the requests about leases: each started at once, its outcome an event for the machine.
// Never awaited by who starts them, and never more than one watch.

import { assertNever } from "../core/assert_never.ts";
import type { ManagerEffect, ManagerEvent } from "../core/manager_state.ts";
import type { ApiClient } from "../kubernetes/client.ts";
import { sleep } from "../sleep.ts";
import {
  type LeaseAnswer,
  type LeaseApi,
  leaseApi,
  leasesPath,
  parseLease,
} from "../kubernetes/lease.ts";
import { watchObject } from "../kubernetes/watch.ts";
import type { OutcomeNotes } from "./api_outcomes.ts";

/** A trial that met another write tells nothing; the next waits for the watch to bring that write. */
const TRY_AGAIN_MS = 1_000;

export type LeaseEffect = Extract<
  ManagerEffect,
  {
    kind:
      | "watch_lease"
      | "unwatch_lease"
      | "read_lease"
      | "create_lease"
      | "replace_lease"
      | "try_claim";
  }
>;

export interface LeaseCallsOptions {
  readonly namespace: string;
  readonly apiTimeoutMs: number;
  readonly client: ApiClient;
  readonly outcomes: OutcomeNotes;
  readonly dispatch: (event: ManagerEvent) => void;
}

export class LeaseCalls {
  readonly #options: LeaseCallsOptions;
  readonly #leases = new Map<string, LeaseApi>();
  #watch: AbortController | undefined;
  #watchConnected = false;
  readonly #ended = new AbortController();

  constructor(options: LeaseCallsOptions) {
    this.#options = options;
  }

  get watchConnected(): boolean {
    return this.#watchConnected;
  }

  start(effect: LeaseEffect): void {
    const limits = this.#limits();
    switch (effect.kind) {
      case "watch_lease":
        return this.#startWatch(effect.name);
      case "unwatch_lease":
        return this.#endWatch();
      case "read_lease": {
        const { name } = effect;
        return this.#follow(this.#lease(name).read(limits), {
          subject: `get leases/${name}`,
          then: (answer) => {
            if (answer.kind === "lease") return leaseSeen(name, answer);
            if (answer.kind === "not_found") return leaseSeen(name, undefined);
            return { kind: "lease_read_failed", name, failure: answer };
          },
        });
      }
      case "create_lease":
        return this.#write("create", effect);
      case "replace_lease":
        return this.#write("update", effect);
      case "try_claim":
        return this.#tryClaim(effect);
      default:
        return assertNever(effect);
    }
  }

  /** Ends the watch, and gives up what is under way: nobody waits for its outcome any more. */
  stop(): void {
    this.#ended.abort();
    this.#endWatch();
  }

  #write(
    verb: "create" | "update",
    { name, object }: Extract<LeaseEffect, { kind: "create_lease" | "replace_lease" }>,
  ): void {
    const api = this.#lease(name);
    const limits = this.#limits();
    const request = verb === "create" ? api.create(object, limits) : api.replace(object, limits);
    this.#follow(request, {
      subject: `${verb} leases/${name}`,
      then: (outcome) => ({ kind: "lease_written", name, outcome }),
    });
  }

  #tryClaim({ name, object, transitions }: Extract<LeaseEffect, { kind: "try_claim" }>): void {
    this.#follow(this.#lease(name).tryReplace(object, this.#limits()), {
      subject: `try leases/${name}`,
      then: (answer) => {
        if (answer.kind === "lease") return tried(transitions, "possible", undefined);
        return tried(transitions, metAnother(answer) ? "retry" : "impossible", answer.message);
      },
      waitMs: (answer) => metAnother(answer) ? TRY_AGAIN_MS : 0,
    });
  }

  #follow(
    request: Promise<LeaseAnswer>,
    { subject, then, waitMs = () => 0 }: {
      subject: string;
      then: (answer: LeaseAnswer) => ManagerEvent;
      waitMs?: (answer: LeaseAnswer) => number;
    },
  ): void {
    const { outcomes, dispatch } = this.#options;
    const { signal } = this.#ended;
    request.then(async (answer) => {
      if (signal.aborted) return;
      // Another one's write is how an election goes, not a failure of the API.
      const isExpected = answer.kind === "lease" || metAnother(answer);
      outcomes.note(subject, isExpected ? undefined : answer);
      const ms = waitMs(answer);
      if (ms > 0) await sleep(ms, signal);
      if (!signal.aborted) dispatch(then(answer));
    });
  }

  #startWatch(name: string): void {
    const { client, namespace, apiTimeoutMs, outcomes, dispatch } = this.#options;
    this.#endWatch();
    const watch = new AbortController();
    this.#watch = watch;
    const subject = `watch leases/${name}`;
    watchObject({
      client,
      path: leasesPath(namespace),
      name,
      parse: (value) => parseLease(value, { namespace, name }),
      timeoutMs: apiTimeoutMs,
      signal: watch.signal,
      random: Math.random,
      sleep,
      onReport: (report) => {
        if (watch.signal.aborted) return;
        switch (report.kind) {
          case "seen":
            return dispatch({ kind: "lease_seen", name, object: report.object, by: "watch" });
          case "connected":
            this.#watchConnected = true;
            return outcomes.note(subject, undefined);
          case "failed":
            this.#watchConnected = false;
            return outcomes.note(subject, report.failure);
        }
      },
    });
  }

  #endWatch(): void {
    this.#watch?.abort();
    this.#watch = undefined;
    this.#watchConnected = false;
  }

  #limits() {
    return { timeoutMs: this.#options.apiTimeoutMs, signal: this.#ended.signal };
  }

  #lease(name: string): LeaseApi {
    const known = this.#leases.get(name);
    if (known !== undefined) return known;
    const { client, namespace } = this.#options;
    const api = leaseApi(client, { namespace, name });
    this.#leases.set(name, api);
    return api;
  }
}

/** The record is another than the one we knew, or there is none. */
function metAnother({ kind }: LeaseAnswer): boolean {
  return kind === "conflict" || kind === "not_found";
}

function leaseSeen(
  name: string,
  answer: Extract<LeaseAnswer, { kind: "lease" }> | undefined,
): ManagerEvent {
  return { kind: "lease_seen", name, object: answer?.lease, by: "read" };
}

function tried(
  transitions: number,
  outcome: "possible" | "impossible" | "retry",
  problem: string | undefined,
): ManagerEvent {
  return { kind: "claim_tried", transitions, outcome, problem };
}
