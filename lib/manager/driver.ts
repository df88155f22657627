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
import { slotAt } from "../credentials/networks.ts";
import type { ApiClient } from "../kubernetes/client.ts";
import { FailureLog } from "../kubernetes/failure_log.ts";
import type { Log } from "../log.ts";
import { forgeContextOf } from "../core/manager_forge.ts";
import { forgeStanding, type ForgeTierSettings, hasDuplicateName } from "../core/forge_tier.ts";
import { Coordination, type CoordinationEffect } from "./coordination.ts";
import { LeaseCalls, type LeaseEffect } from "./lease_calls.ts";
import { LeaderStatusWriter } from "./leader_status_writer.ts";
import { leadsBy, type Snapshot, takeSnapshot } from "./snapshot.ts";
import { reasonWord } from "../reason.ts";
import { TransitionLog } from "./transition_log.ts";

/** Longest sleep: a clock may have been stepped, and a turn is a sign of life. */
const SLEEP_MS_MAX = 5_000;
/** Slots behind the clock at which a node's tip counts as far behind: five minutes. */
const FAR_BEHIND_SLOTS = 300;

export interface DriverOptions {
  readonly config: Config;
  readonly start: Extract<GuardToManager, { kind: "start" }>;
  readonly log: Log;
  readonly tell: (message: ManagerToGuard) => void;
}

export class Driver {
  readonly #options: DriverOptions;
  readonly #failures: FailureLog;
  #calls: LeaseCalls | undefined;
  #status: LeaderStatusWriter | undefined;
  #state: Managing;
  readonly #queue: ManagerEvent[] = [];
  #turning = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #startedAt = now();
  #turnedAt = this.#startedAt;
  readonly #transitions: TransitionLog;
  #guard: { report: GuardReport; at: Monotonic } | undefined;
  #lastRenewalSeconds: number | undefined;
  #led = false;
  #leadershipChanges = 0;
  /** Effects that need the API before it is there. */
  #waiting: LeaseEffect[] = [];
  #waitingForCoordination: CoordinationEffect[] = [];
  #coordination: Coordination | undefined;
  readonly #moves = new Map<string, number>();
  accessProblem: string | undefined;

  constructor(options: DriverOptions) {
    const { config, start, log } = options;
    this.#options = options;
    this.#transitions = new TransitionLog(log);
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
      },
      previousNames: config.lease.previousNames,
      forge: forgeSettings(config),
      nonceBase: crypto.randomUUID(),
    }, start.nonces);
    this.dispatch({ kind: "tick" });
  }

  /** The API can be used from here on. */
  connect(client: ApiClient): void {
    const { config, log } = this.#options;
    const calls = new LeaseCalls({
      namespace: config.namespace,
      apiTimeoutMs: config.apiTimeoutMs,
      client,
      failures: this.#failures,
      dispatch: (event) => this.dispatch(event),
    });
    this.#calls = calls;
    this.accessProblem = undefined;
    this.#status = new LeaderStatusWriter({ config, client, log, failures: this.#failures });
    for (const effect of this.#waiting.splice(0)) calls.start(effect);
  }

  /** The coordination API can be used from here on. */
  connectCoordination(client: ApiClient): void {
    const { config, log } = this.#options;
    if (config.cluster === undefined) return;
    const coordination = new Coordination({
      config,
      cluster: config.cluster,
      client,
      failures: this.#failures,
      log,
      dispatch: (event) => this.dispatch(event),
    });
    this.#coordination = coordination;
    for (const effect of this.#waitingForCoordination.splice(0)) coordination.start(effect);
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
        return this.dispatch(
          { kind: "report", guard: { ...report, poolId } },
          { kind: "tip_checked", farBehind: this.#isFarBehind(report) },
        );
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
      startedAt: this.#startedAt,
      guard: this.#guard,
      lastRenewalSeconds: this.#lastRenewalSeconds,
      leadershipChanges: this.#leadershipChanges,
      workerRestarts: this.#options.start.restarts,
      turnedAt: this.#turnedAt,
      accessProblem: this.accessProblem,
      watchConnected: this.#calls?.watchConnected ?? false,
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
    if (leadsBy(this.#state) !== this.#led) this.#leadershipChanges += 1;
    this.#led = leadsBy(this.#state);
    const snapshot = this.snapshot();
    this.#transitions.note(snapshot);
    this.#status?.update(snapshot);
    this.#updateCoordination(snapshot);
    clearTimeout(this.#timer);
    const ms = wakeAt === undefined ? SLEEP_MS_MAX : elapsedMs(this.#turnedAt, wakeAt);
    this.#timer = setTimeout(
      () => this.dispatch({ kind: "tick" }),
      Math.max(1, Math.min(ms, SLEEP_MS_MAX)),
    );
  }

  /** Takes no event any more, and leaves no timer and no watch behind. */
  stop(): void {
    this.#turning = true;
    clearTimeout(this.#timer);
    this.#calls?.stop();
    this.#coordination?.stop();
  }

  #updateCoordination(snapshot: Snapshot): void {
    const { forge, poolId } = this.#state;
    if (forge === undefined || this.#coordination === undefined) return;
    const at = { monotonic: now(), wall: wallTime(Date.now()) };
    const context = forgeContextOf(this.#state, { now: at });
    this.#coordination.update({
      snapshot,
      tier: forge,
      standing: forgeStanding(forge, context),
      duplicateName: hasDuplicateName(forge, context),
      poolIdHex: poolId,
    });
  }

  #isFarBehind({ tipSlot }: GuardReport): boolean {
    const slot = slotAt(this.#options.config.network.name, wallTime(Date.now()));
    return slot !== undefined && tipSlot !== undefined && slot - tipSlot > FAR_BEHIND_SLOTS;
  }

  #carryOut(effect: ManagerEffect): void {
    const { tell, log } = this.#options;
    switch (effect.kind) {
      case "request_stamp":
        return tell({ ...effect, kind: "stamp_request" });
      case "grant":
        return tell({ kind: "grant", ...effect.request, nonce: effect.nonce });
      case "revoke":
      case "forget_nonces":
        return tell(effect);
      case "wrote":
        if (effect.write === "renew" || effect.write === "claim" || effect.write === "write_back") {
          this.#lastRenewalSeconds = Date.now() / 1_000;
        }
        if (effect.write !== "renew") {
          log.info("Lease written", { lease: effect.name, write: effect.write });
        }
        return;
      case "leadership":
        return; // noted by what the turn as a whole comes to
      case "finished":
        return tell({ kind: "finished" });
      case "yielding":
        this.#moves.set(effect.reason, (this.#moves.get(effect.reason) ?? 0) + 1);
        log.info("Forge lease given up", { to: effect.to, reason: reasonWord(effect.reason) });
        return;
      case "watch_clusters":
      case "unwatch_clusters":
        return this.#coordinate(effect);
      case "watch_lease":
      case "unwatch_lease":
      case "read_lease":
      case "create_lease":
      case "replace_lease":
      case "try_claim":
        if (effect.name === this.#options.config.cluster?.forgeLease.name) {
          return this.#coordinate(effect);
        }
        if (this.#calls === undefined) this.#waiting.push(effect);
        else this.#calls.start(effect);
        return;
      default:
        return assertNever(effect);
    }
  }

  #coordinate(effect: CoordinationEffect): void {
    if (this.#coordination === undefined) this.#waitingForCoordination.push(effect);
    else this.#coordination.start(effect);
  }
}

function forgeSettings({ cluster }: Config): ForgeTierSettings | undefined {
  if (cluster === undefined) return undefined;
  const { forgeLease, coordination } = cluster;
  return {
    cluster: cluster.name,
    lease: {
      name: forgeLease.name,
      namespace: coordination.namespace,
      durationMs: forgeLease.durationMs,
      holdMs: forgeLease.renewDeadlineMs,
      renewIntervalMs: forgeLease.renewIntervalMs,
      inherits: true,
    },
    staleAfterMs: cluster.staleAfterMs,
    failbackDelayMs: cluster.failbackDelayMs,
  };
}

function now(): Monotonic {
  return monotonic(performance.now());
}
