// Owns the manager's turn: one queue of events, one timer, effects started and never awaited inline.
// Never decides: core/manager.ts does.

import type { Config } from "../config.ts";
import { assertNever } from "../core/assert_never.ts";
import { forgeStanding } from "../core/forge_tier.ts";
import { stepManager } from "../core/manager.ts";
import { forgeContextOf } from "../core/manager_forge.ts";
import {
  type ManagerEffect,
  type ManagerEvent,
  type ManagerInstant,
  type Managing,
  newManaging,
} from "../core/manager_state.ts";
import { elapsedMs, type Monotonic, monotonic, wallTime } from "../core/time.ts";
import type { GuardReport, GuardToManager, ManagerToGuard } from "../door.ts";
import { slotAt } from "../credentials/networks.ts";
import type { ApiClient } from "../kubernetes/client.ts";
import { FailureLog } from "../kubernetes/failure_log.ts";
import type { Log } from "../log.ts";
import { ApiOutcomes } from "./api_outcomes.ts";
import { Coordination, type CoordinationEffect } from "./coordination.ts";
import { EffectBacklog } from "./effect_backlog.ts";
import { Events } from "./events.ts";
import { LeaderStatusWriter } from "./leader_status_writer.ts";
import { LeaseCalls, type LeaseEffect } from "./lease_calls.ts";
import { machineSettings } from "./machine_settings.ts";
import { OwnPod } from "./own_pod.ts";
import { leadsBy, type Snapshot, takeSnapshot } from "./snapshot.ts";
import { TierJournal } from "./tier_journal.ts";
import { takeTierSnapshot, type TierSnapshot } from "./tier_snapshot.ts";
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
  readonly #local: ApiOutcomes;
  readonly #hub: ApiOutcomes;
  #calls: LeaseCalls | undefined;
  #status: LeaderStatusWriter | undefined;
  #ownPod: OwnPod | undefined;
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
  readonly #waiting = new EffectBacklog<LeaseEffect>();
  readonly #waitingForCoordination = new EffectBacklog<CoordinationEffect>();
  #coordination: Coordination | undefined;
  readonly #journal: TierJournal;
  readonly #events: Events;
  #accessProblem: string | undefined;
  #coordinationProblem: string | undefined;

  constructor(options: DriverOptions) {
    const { config, start, log } = options;
    this.#options = options;
    this.#transitions = new TransitionLog(log);
    this.#journal = new TierJournal(log);
    this.#events = new Events({
      config,
      log,
      podUid: () => this.#ownPod?.uid,
      leaderUid: () => this.#status?.uid,
      clusterUid: () => this.#coordination?.ownUid,
    });
    this.#local = outcomesIn(log);
    this.#hub = outcomesIn(log.with({ api: "coordination" }));
    const { podUid, nonces } = start;
    const nonceBase = crypto.randomUUID();
    this.#state = newManaging(machineSettings(config, { podUid, nonceBase }), nonces);
    this.dispatch({ kind: "tick" });
  }

  /** The API can be used from here on. */
  connect(client: ApiClient): void {
    const { config, log } = this.#options;
    const calls = new LeaseCalls({
      namespace: config.namespace,
      apiTimeoutMs: config.apiTimeoutMs,
      client,
      outcomes: this.#local,
      dispatch: (event) => this.dispatch(event),
    });
    this.#calls = calls;
    this.#accessProblem = undefined;
    this.#status = new LeaderStatusWriter({ config, client, log, outcomes: this.#local });
    for (const effect of this.#waiting.takeAll()) calls.start(effect);
    this.#ownPod = new OwnPod({
      config,
      client,
      log,
      onDeleting: () => this.dispatch({ kind: "pod_deleting" }),
    });
    void this.#ownPod.follow();
    this.#events.connect(client);
  }

  /** The coordination API can be used from here on. */
  connectCoordination(client: ApiClient): void {
    const { config, log } = this.#options;
    if (config.cluster === undefined) return;
    const coordination = new Coordination({
      config,
      cluster: config.cluster,
      client,
      outcomes: this.#hub,
      log,
      dispatch: (event) => this.dispatch(event),
      poolIdHex: () => this.#state.poolId,
    });
    this.#coordination = coordination;
    this.#coordinationProblem = undefined;
    this.#events.connectCoordination(client);
    for (const effect of this.#waitingForCoordination.takeAll()) coordination.start(effect);
  }

  /** An API cannot be used at all, for now: without the local one nothing goes on. */
  noteAccessProblem(api: "local" | "coordination", problem: string): void {
    if (api === "local") this.#accessProblem = problem;
    else this.#coordinationProblem = problem;
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
      wall: wallTime(Date.now()),
      startedAt: this.#startedAt,
      guard: this.#guard,
      lastRenewalSeconds: this.#lastRenewalSeconds,
      leadershipChanges: this.#leadershipChanges,
      workerRestarts: this.#options.start.restarts,
      turnedAt: this.#turnedAt,
      accessProblem: this.#accessProblem,
      watchConnected: this.#calls?.watchConnected ?? false,
      ownPodWatched: this.#ownPod?.isWatched ?? false,
      eventsDropped: this.#events.dropped,
      tier: this.#tierSnapshot(),
    });
  }

  #tierSnapshot(): TierSnapshot | undefined {
    const { cluster } = this.#options.config;
    if (cluster === undefined) return undefined;
    return takeTierSnapshot({
      cluster,
      state: this.#state,
      now: instant(),
      reach: this.#hub.reach,
      accessProblem: this.#coordinationProblem,
      guard: this.#guard?.report,
      reportedCounters: this.#coordination?.reportedCounters ?? new Map(),
      moves: this.#journal.moves,
    });
  }

  dispatch(...events: ManagerEvent[]): void {
    this.#queue.push(...events);
    if (this.#turning) return;
    this.#turning = true;
    let wakeAt: Monotonic | undefined;
    try {
      for (let event = this.#queue.shift(); event !== undefined; event = this.#queue.shift()) {
        const step = stepManager(this.#state, { event, now: instant(), random: Math.random() });
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
    this.#journal.note(snapshot.tier);
    this.#events.note(snapshot);
    const writesInMs = this.#updateCoordination(snapshot) ?? SLEEP_MS_MAX;
    clearTimeout(this.#timer);
    const wakesInMs = wakeAt === undefined ? SLEEP_MS_MAX : elapsedMs(this.#turnedAt, wakeAt);
    this.#timer = setTimeout(
      () => this.dispatch({ kind: "tick" }),
      Math.max(1, Math.min(wakesInMs, writesInMs, SLEEP_MS_MAX)),
    );
  }

  /** Takes no event any more, and leaves no timer and no watch behind. */
  stop(): void {
    this.#turning = true;
    clearTimeout(this.#timer);
    this.#calls?.stop();
    this.#ownPod?.stop();
    this.#events.stop();
    this.#coordination?.stop();
  }

  #updateCoordination(snapshot: Snapshot): number | undefined {
    const { forge } = this.#state;
    if (forge === undefined) return undefined;
    const standing = forgeStanding(forge, forgeContextOf(this.#state, { now: instant() }));
    return this.#coordination?.update({ snapshot, tier: forge, standing });
  }

  #isFarBehind({ tipSlot }: GuardReport): boolean {
    const { genesis } = this.#options.config.network;
    if (genesis === undefined || tipSlot === undefined) return false;
    return slotAt(genesis, wallTime(Date.now())) - tipSlot > FAR_BEHIND_SLOTS;
  }

  #carryOut(effect: ManagerEffect): void {
    const { tell } = this.#options;
    switch (effect.kind) {
      case "request_stamp":
        return tell({ ...effect, kind: "stamp_request" });
      case "grant":
        return tell({ kind: "grant", ...effect.request, nonce: effect.nonce });
      case "revoke":
      case "forget_nonces":
        return tell(effect);
      case "wrote":
        return this.#noteWrite(effect);
      case "leadership":
        return; // noted by what the turn as a whole comes to
      case "finished":
        return tell({ kind: "finished" });
      case "yielding":
        return this.#journal.yields(effect.to, effect.reason);
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
        if (this.#calls === undefined) this.#waiting.add(effect);
        else this.#calls.start(effect);
        return;
      default:
        return assertNever(effect);
    }
  }

  #noteWrite({ name, write }: Extract<ManagerEffect, { kind: "wrote" }>): void {
    const { config, log } = this.#options;
    const isHold = write === "renew" || write === "claim" || write === "write_back";
    if (isHold && name === config.lease.name) this.#lastRenewalSeconds = Date.now() / 1_000;
    if (write === "claim" && name === config.cluster?.forgeLease.name) {
      this.#journal.claimed(config.cluster.name);
    }
    if (write !== "renew") log.info("Lease written", { lease: name, write });
  }

  #coordinate(effect: CoordinationEffect): void {
    if (this.#coordination === undefined) this.#waitingForCoordination.add(effect);
    else this.#coordination.start(effect);
  }
}

function now(): Monotonic {
  return monotonic(performance.now());
}

function instant(): ManagerInstant {
  return { monotonic: now(), wall: wallTime(Date.now()) };
}

function outcomesIn(log: Log): ApiOutcomes {
  return new ApiOutcomes(
    new FailureLog(({ level, message, fields }) => log[level](message, fields)),
  );
}
