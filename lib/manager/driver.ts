// Owns the manager's turn: one queue of events, one timer, effects started and never awaited inline.
// Never decides: core/manager.ts does.

import type { Config } from "../config.ts";
import { assertNever } from "../core/assert_never.ts";
import { stepManager } from "../core/manager.ts";
import {
  type ManagerEffect,
  type ManagerEvent,
  type Managing,
  newManaging,
} from "../core/manager_state.ts";
import { elapsedMs, type Monotonic, monotonic, wallTime } from "../core/time.ts";
import type { GuardReport, GuardToManager, ManagerToGuard } from "../door.ts";
import type { ApiClient } from "../kubernetes/client.ts";
import { sleep } from "../kubernetes/deadline.ts";
import { FailureLog } from "../kubernetes/failure_log.ts";
import {
  type LeaseAnswer,
  type LeaseApi,
  leaseApi,
  leasesPath,
  parseLease,
} from "../kubernetes/lease.ts";
import { watchObject } from "../kubernetes/watch.ts";
import type { Log } from "../log.ts";
import { LeaderStatusWriter } from "./leader_status_writer.ts";
import { type Snapshot, takeSnapshot } from "./snapshot.ts";

/** Longest sleep: a clock may have been stepped, and a turn is a sign of life. */
const SLEEP_MS_MAX = 5_000;

export interface DriverOptions {
  readonly config: Config;
  readonly start: Extract<GuardToManager, { kind: "start" }>;
  readonly log: Log;
  readonly tell: (message: ManagerToGuard) => void;
}

export class Driver {
  readonly #options: DriverOptions;
  readonly #failures: FailureLog;
  readonly #leases = new Map<string, LeaseApi>();
  #client: ApiClient | undefined;
  #status: LeaderStatusWriter | undefined;
  #state: Managing;
  readonly #queue: ManagerEvent[] = [];
  #turning = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #turnedAt: Monotonic;
  #guard: { report: GuardReport; at: Monotonic } | undefined;
  #watch: AbortController | undefined;
  #watchConnected = false;
  #lastRenewalSeconds: number | undefined;
  #leadershipChanges = 0;
  /** Effects that need the API before it is there. */
  #waiting: ManagerEffect[] = [];
  accessProblem: string | undefined = "the API access is not set up yet";

  constructor(options: DriverOptions) {
    const { config, start, log } = options;
    this.#options = options;
    this.#turnedAt = now();
    this.#failures = new FailureLog(({ level, message, fields }) => log[level](message, fields));
    this.#state = newManaging({
      podName: config.podName,
      podUid: start.podUid,
      lease: {
        name: config.lease.name,
        namespace: config.namespace,
        durationMs: config.lease.durationMs,
        holdMs: config.lease.renewDeadlineMs,
        renewIntervalMs: config.lease.renewIntervalMs,
        inherits: false,
      },
      previousNames: config.lease.previousNames,
      nonceBase: crypto.randomUUID(),
    }, start.nonces);
    this.dispatch({ kind: "tick" });
  }

  /** The API can be used from here on. */
  connect(client: ApiClient): void {
    const { config, log } = this.#options;
    this.#client = client;
    this.accessProblem = undefined;
    this.#status = new LeaderStatusWriter({ config, client, log, failures: this.#failures });
    for (const effect of this.#waiting.splice(0)) this.#carryOut(effect);
  }

  receive(message: GuardToManager): void {
    switch (message.kind) {
      case "start":
        return; // worker.ts made this driver of it.
      case "stamp":
        return this.dispatch(message);
      case "shutdown":
        return this.dispatch({ kind: "shutdown" });
      case "report": {
        const { report } = message;
        this.#guard = { report, at: now() };
        const poolId = report.credentials.kind === "valid"
          ? report.credentials.poolIdHex
          : undefined;
        return this.dispatch({ kind: "report", guard: { ...report, poolId } });
      }
      default:
        return assertNever(message);
    }
  }

  snapshot(): Snapshot {
    return takeSnapshot({
      config: this.#options.config,
      state: this.#state,
      now: now(),
      guard: this.#guard,
      lastRenewalSeconds: this.#lastRenewalSeconds,
      leadershipChanges: this.#leadershipChanges,
      workerRestarts: this.#options.start.restarts,
      turnedAt: this.#turnedAt,
      accessProblem: this.accessProblem,
      watchConnected: this.#watchConnected,
    });
  }

  dispatch(...events: ManagerEvent[]): void {
    this.#queue.push(...events);
    if (this.#turning) return;
    this.#turning = true;
    let wakeAt: Monotonic | undefined;
    try {
      for (let event = this.#queue.shift(); event !== undefined; event = this.#queue.shift()) {
        const at = { monotonic: now(), wall: wallTime(Date.now()) };
        const step = stepManager(this.#state, { event, now: at, random: Math.random() });
        this.#state = step.state;
        wakeAt = step.wakeAt;
        for (const effect of step.effects) this.#carryOut(effect);
      }
    } finally {
      this.#turning = false;
    }
    this.#turnedAt = now();
    this.#status?.update(this.snapshot());
    clearTimeout(this.#timer);
    const ms = wakeAt === undefined ? SLEEP_MS_MAX : elapsedMs(this.#turnedAt, wakeAt);
    this.#timer = setTimeout(
      () => this.dispatch({ kind: "tick" }),
      Math.max(1, Math.min(ms, SLEEP_MS_MAX)),
    );
  }

  #carryOut(effect: ManagerEffect): void {
    const { tell, log } = this.#options;
    switch (effect.kind) {
      case "request_stamp":
        return tell({ ...effect, kind: "stamp_request" });
      case "grant":
        return tell({ kind: "grant", ...effect.request, nonce: effect.nonce });
      case "revoke":
        log.info("Leadership given up", { reason: effect.reason });
        return tell(effect);
      case "forget_nonces":
        return tell(effect);
      case "unwatch_lease":
        this.#watch?.abort();
        this.#watch = undefined;
        this.#watchConnected = false;
        return;
      case "wrote":
        if (effect.write === "renew" || effect.write === "claim" || effect.write === "write_back") {
          this.#lastRenewalSeconds = Date.now() / 1_000;
        }
        if (effect.write !== "renew") {
          log.info("Lease written", { lease: effect.name, write: effect.write });
        }
        return;
      case "leadership":
        this.#leadershipChanges += 1;
        log.info(effect.leads ? "Lease acquired" : "Lease lost", { reason: effect.reason });
        return;
      case "finished":
        return tell({ kind: "finished" });
      case "watch_lease":
      case "read_lease":
      case "create_lease":
      case "replace_lease":
        if (this.#client === undefined) this.#waiting.push(effect);
        else this.#callApi(effect, this.#client);
        return;
      default:
        return assertNever(effect);
    }
  }

  #callApi(
    effect: Extract<
      ManagerEffect,
      { kind: "watch_lease" | "read_lease" | "create_lease" | "replace_lease" }
    >,
    client: ApiClient,
  ): void {
    if (effect.kind === "watch_lease") return this.#startWatch(client);
    const { name } = effect;
    const limits = { timeoutMs: this.#options.config.apiTimeoutMs };
    const api = this.#lease(name, client);
    switch (effect.kind) {
      case "read_lease":
        return this.#follow(api.read(limits), {
          subject: `get leases/${name}`,
          then: (answer) => {
            if (answer.kind === "lease") return seen(name, answer, "read");
            if (answer.kind === "not_found") return seen(name, undefined, "read");
            return { kind: "lease_read_failed", name, failure: answer };
          },
        });
      case "create_lease":
        return this.#follow(api.create(effect.object, limits), {
          subject: `create leases/${name}`,
          then: (outcome) => ({ kind: "lease_written", name, outcome }),
        });
      case "replace_lease":
        return this.#follow(api.replace(effect.object, limits), {
          subject: `update leases/${name}`,
          then: (outcome) => ({ kind: "lease_written", name, outcome }),
        });
    }
  }

  #follow(
    request: Promise<LeaseAnswer>,
    { subject, then }: { subject: string; then: (answer: LeaseAnswer) => ManagerEvent },
  ): void {
    request.then((answer) => {
      // Another one's write is how an election goes, not a failure of the API.
      const expected = answer.kind === "lease" || answer.kind === "conflict" ||
        answer.kind === "not_found";
      this.#failures.note(
        subject,
        expected ? undefined : answer as Exclude<LeaseAnswer, { kind: "lease" }>,
      );
      this.dispatch(then(answer));
    });
  }

  #startWatch(client: ApiClient): void {
    const { config } = this.#options;
    const { name } = config.lease;
    this.#watch?.abort();
    const watch = new AbortController();
    this.#watch = watch;
    const subject = `watch leases/${name}`;
    watchObject({
      client,
      path: leasesPath(config.namespace),
      name,
      parse: (value) => parseLease(value, { namespace: config.namespace, name }),
      timeoutMs: config.apiTimeoutMs,
      signal: watch.signal,
      random: Math.random,
      sleep,
      onReport: (report) => {
        if (watch.signal.aborted) return;
        switch (report.kind) {
          case "seen":
            return this.dispatch({ kind: "lease_seen", name, object: report.object, by: "watch" });
          case "connected":
            this.#watchConnected = true;
            return this.#failures.note(subject, undefined);
          case "failed":
            this.#watchConnected = false;
            return this.#failures.note(subject, report.failure);
        }
      },
    });
  }

  #lease(name: string, client: ApiClient): LeaseApi {
    const known = this.#leases.get(name);
    if (known !== undefined) return known;
    const api = leaseApi(client, { namespace: this.#options.config.namespace, name });
    this.#leases.set(name, api);
    return api;
  }
}

function now(): Monotonic {
  return monotonic(performance.now());
}

function seen(
  name: string,
  answer: Extract<LeaseAnswer, { kind: "lease" }> | undefined,
  by: "read" | "watch",
): ManagerEvent {
  return { kind: "lease_seen", name, object: answer?.lease, by };
}
