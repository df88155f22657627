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
import type { Log } from "../log.ts";
import { Coordination, type CoordinationEffect } from "./coordination.ts";
import { Events } from "./events.ts";
import { LateApi } from "./late_api.ts";
import type { LeaseEffect } from "./lease_calls.ts";
import { LeaseJournal } from "./lease_journal.ts";
import { LocalCluster } from "./local_cluster.ts";
import { machineSettings } from "./machine_settings.ts";
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
  readonly #local: LateApi<LocalCluster, LeaseEffect>;
  readonly #hub: LateApi<Coordination, CoordinationEffect>;
  #state: Managing;
  readonly #queue: ManagerEvent[] = [];
  #turning = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #startedAt = now();
  #turnedAt = this.#startedAt;
  readonly #transitions: TransitionLog;
  #guard: { report: GuardReport; at: Monotonic } | undefined;
  readonly #leaseJournal = new LeaseJournal();
  readonly #tierJournal: TierJournal;
  readonly #events: Events;

  constructor(options: DriverOptions) {
    const { config, start, log } = options;
    this.#options = options;
    this.#transitions = new TransitionLog(log);
    this.#tierJournal = new TierJournal(log);
    this.#local = new LateApi(log);
    this.#hub = new LateApi(log.with({ api: "coordination" }));
    this.#events = new Events({
      config,
      log,
      podUid: () => this.#local.dealings?.podUid,
      leaderUid: () => this.#local.dealings?.leaderUid,
      clusterUid: () => this.#hub.dealings?.ownUid,
    });
    const { podUid, nonces } = start;
    const nonceBase = crypto.randomUUID();
    this.#state = newManaging(machineSettings(config, { podUid, nonceBase }), nonces);
    this.dispatch({ kind: "tick" });
  }

  /** The API can be used from here on. */
  connect(client: ApiClient): void {
    const { config, log } = this.#options;
    const { outcomes } = this.#local;
    const dispatch = (event: ManagerEvent) => this.dispatch(event);
    const local = new LocalCluster({ config, client, outcomes, log, dispatch });
    this.#local.connect(local);
    local.watchOwnPod();
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
      outcomes: this.#hub.outcomes,
      log,
      dispatch: (event) => this.dispatch(event),
      poolIdHex: () => this.#state.poolId,
    });
    this.#events.connectCoordination(client);
    this.#hub.connect(coordination);
  }

  /** An API cannot be used at all, for now: without the local one nothing goes on. */
  noteAccessProblem(api: "local" | "coordination", problem: string): void {
    const late = api === "local" ? this.#local : this.#hub;
    late.noteProblem(problem);
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
    const local = this.#local.dealings;
    return takeSnapshot({
      config: this.#options.config,
      state: this.#state,
      now: now(),
      wall: wallTime(Date.now()),
      startedAt: this.#startedAt,
      guard: this.#guard,
      lastRenewalSeconds: this.#leaseJournal.lastRenewalSeconds,
      leadershipChanges: this.#leaseJournal.changes,
      workerRestarts: this.#options.start.restarts,
      turnedAt: this.#turnedAt,
      accessProblem: this.#local.problem,
      watchConnected: local?.leaseWatched ?? false,
      ownPodWatched: local?.ownPodWatched ?? false,
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
      reach: this.#hub.outcomes.reach,
      accessProblem: this.#hub.problem,
      guard: this.#guard?.report,
      reportedCounters: this.#hub.dealings?.reportedCounters ?? new Map(),
      moves: this.#tierJournal.moves,
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
    this.#leaseJournal.note({ leads: leadsBy(this.#state) });
    const snapshot = this.snapshot();
    this.#transitions.note(snapshot);
    this.#local.dealings?.update(snapshot);
    this.#tierJournal.note(snapshot.tier);
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
    this.#local.stop();
    this.#events.stop();
    this.#hub.stop();
  }

  #updateCoordination(snapshot: Snapshot): number | undefined {
    const { forge } = this.#state;
    if (forge === undefined) return undefined;
    const standing = forgeStanding(forge, forgeContextOf(this.#state, { now: instant() }));
    return this.#hub.dealings?.update({ snapshot, tier: forge, standing });
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
        return this.#tierJournal.yields(effect.to, effect.reason);
      case "watch_clusters":
      case "unwatch_clusters":
        return this.#hub.start(effect);
      case "watch_lease":
      case "unwatch_lease":
      case "read_lease":
      case "create_lease":
      case "replace_lease":
      case "try_claim":
        if (effect.name === this.#options.config.cluster?.forgeLease.name) {
          return this.#hub.start(effect);
        }
        return this.#local.start(effect);
      default:
        return assertNever(effect);
    }
  }

  #noteWrite({ name, write }: Extract<ManagerEffect, { kind: "wrote" }>): void {
    const { config, log } = this.#options;
    if (name === config.lease.name) {
      this.#leaseJournal.wrote(write, { atSeconds: Date.now() / 1_000 });
    }
    if (write === "claim" && name === config.cluster?.forgeLease.name) {
      this.#tierJournal.claimed(config.cluster.name);
    }
    if (write !== "renew") log.info("Lease written", { lease: name, write });
  }
}

function now(): Monotonic {
  return monotonic(performance.now());
}

function instant(): ManagerInstant {
  return { monotonic: now(), wall: wallTime(Date.now()) };
}
