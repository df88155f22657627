// Owns the guard's turn: events into the machine, effects out of it, one after the other on one thread.
// Never awaits between deciding and doing: signals and files are synchronous, looks and scrapes come back as events.

import type { Config } from "../config.ts";
import { assertNever } from "../core/assert_never.ts";
import { stepForging } from "../core/forging.ts";
import {
  type ForgingEffect,
  type ForgingEvent,
  type Guarding,
  newGuarding,
} from "../core/forging_state.ts";
import { deadManVerdict, isFencing } from "../core/guard_verdicts.ts";
import { elapsedMs, type GuardInstant, type Monotonic } from "../core/time.ts";
import type { GuardReport, GuardToManager, ManagerToGuard } from "../door.ts";
import { errorText, type Log } from "../log.ts";
import type { CarriedPermit, GuardClocks } from "./carried_permit.ts";
import { CredentialKeeper } from "./credential_keeper.ts";
import {
  installCredentials,
  installedFiles,
  isInstalled,
  removeCredentials,
} from "./credentials.ts";
import { readMemory } from "./memory.ts";
import { scrapeNode } from "./node_metrics.ts";
import { NodeWatch } from "./node_watch.ts";
import type { PermitFile } from "./permit_file.ts";
import { signal } from "./process.ts";
import { makeReport, reportKey } from "./report.ts";

const SCRAPE_TIMEOUT_MS = 1_000;
const REPORT_MS = 5_000;
/** Never sleep longer: a timer does not count suspended time, and a clock may have been stepped. */
const SLEEP_MS_MAX = 1_000;

export interface GuardOptions {
  readonly config: Config;
  readonly log: Log;
  readonly clocks: GuardClocks;
  readonly permitFile: PermitFile;
  readonly carried: CarriedPermit;
  /** Where reports and stamps go; the worker may be absent for a while. */
  readonly tell: (message: GuardToManager) => void;
}

export class Guard {
  readonly #options: GuardOptions;
  readonly #keeper: CredentialKeeper;
  readonly #watch: NodeWatch;
  readonly #signals = {
    enable_forging: 0,
    disable_forging: 0,
    startup_cleanup: 0,
    credentials_changed: 0,
  };
  readonly #fileOperations = {
    copy_kes: 0,
    copy_vrf: 0,
    copy_opcert: 0,
    remove_kes: 0,
    remove_vrf: 0,
    remove_opcert: 0,
  };
  #state: Guarding;
  readonly #queue: ForgingEvent[] = [];
  #turning = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #reportedKey = "";
  #reportedAt: Monotonic | undefined;
  #stopped = false;

  constructor(options: GuardOptions) {
    const { config, log, clocks, carried } = options;
    this.#options = options;
    this.#keeper = new CredentialKeeper(config, log);
    this.#watch = new NodeWatch({ ...config.node });
    this.#state = newGuarding({
      fenceTimeoutMs: config.fenceTimeoutMs,
      renewDeadlineMs: config.lease.renewDeadlineMs,
      leaseDurationMs: config.lease.durationMs,
      socketWaitTimeoutMs: config.node.socketWaitTimeoutMs,
      nodeRequired: config.node.socketCheck,
      metricsConfigured: config.node.metricsUrl !== undefined,
    }, { bornAt: clocks.now().monotonic, ...carried });
  }

  /** Reads what there is before anything is done about it: files, credentials, the node. */
  async begin(): Promise<void> {
    await this.#keeper.turn(this.#now());
    const { target } = this.#options.config.credentials;
    const { set, generation } = this.#keeper;
    const inPlace = installedFiles(target);
    const current = inPlace === "installed" && set !== undefined && isInstalled(set, target);
    const sighting = await this.#watch.look(this.#now().monotonic);
    this.dispatch(
      { kind: "looked", sighting },
      {
        kind: "files",
        inPlace,
        generation: current ? generation : undefined,
        problem: undefined,
      },
      { kind: "credentials", usable: set !== undefined, generation },
    );
  }

  get isFencing(): boolean {
    return isFencing(this.#state);
  }

  /** By which the manager knows a lease as ours. */
  get nonces(): readonly string[] {
    return this.#state.nonces;
  }

  deadMan(): { live: boolean; reason: string } {
    return deadManVerdict(this.#state, this.#now());
  }

  report(): GuardReport {
    return makeReport({
      state: this.#state,
      now: this.#now(),
      keeper: this.#keeper,
      signals: this.#signals,
      fileOperations: this.#fileOperations,
      memory: readMemory(),
    });
  }

  /** A message from the manager. */
  receive(message: ManagerToGuard): void {
    switch (message.kind) {
      case "stamp_request":
        return this.dispatch({ ...message, kind: "stamp_requested" });
      case "grant": {
        const { kind: _kind, nonce, ...request } = message;
        return this.dispatch({ kind: "granted", request, nonce });
      }
      case "revoke":
        return this.dispatch({ kind: "revoked", reason: message.reason });
      case "forget_nonces":
        return this.dispatch({ kind: "nonces_forgotten" });
      case "finished":
        return; // The wiring waits for it, not the machine.
      default:
        return assertNever(message);
    }
  }

  /** Takes events in order, with everything that follows from them, then sleeps until the next is due. */
  dispatch(...events: ForgingEvent[]): void {
    this.#queue.push(...events);
    if (this.#turning || this.#stopped) return;
    this.#turning = true;
    let wakeAt: Monotonic | undefined;
    try {
      for (let event = this.#queue.shift(); event !== undefined; event = this.#queue.shift()) {
        const step = stepForging(this.#state, { event, now: this.#now() });
        this.#state = step.state;
        wakeAt = step.wakeAt;
        for (const effect of step.effects) this.#carryOut(effect);
      }
    } finally {
      this.#turning = false;
    }
    this.#tellIfNew();
    this.#sleepUntil(wakeAt);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #sleepUntil(wakeAt: Monotonic | undefined): void {
    clearTimeout(this.#timer);
    const now = this.#now().monotonic;
    const ms = wakeAt === undefined ? SLEEP_MS_MAX : elapsedMs(now, wakeAt);
    this.#timer = setTimeout(() => this.#wake(), Math.max(0, Math.min(ms, SLEEP_MS_MAX)));
  }

  #wake(): void {
    this.dispatch({ kind: "tick" });
    this.#keeper.turn(this.#now()).then((isNew) => {
      if (!isNew) return;
      const { set, generation } = this.#keeper;
      this.dispatch({ kind: "credentials", usable: set !== undefined, generation });
    }, (error) => this.#options.log.error("Cannot check the credentials", { error }));
  }

  #carryOut(effect: ForgingEffect): void {
    switch (effect.kind) {
      case "look":
        return this.#look();
      case "scrape":
        return this.#scrape();
      case "install_files":
        return this.#install();
      case "remove_files":
        return this.#remove();
      case "sighup": {
        const outcome = this.#signal(effect.identity, "SIGHUP");
        if (outcome === "signalled") this.#signals[effect.reason] += 1;
        this.#queue.push({ ...effect, kind: "signalled", outcome });
        return;
      }
      case "sigkill": {
        const { identity } = effect;
        const outcome = this.#signal(identity, "SIGKILL");
        this.#queue.push({ kind: "signalled", identity, reason: undefined, outcome });
        return;
      }
      case "answer_stamp":
        return this.#options.tell({ ...effect, kind: "stamp" });
      case "keep_permit":
        return this.#keepPermit(effect);
      case "log":
        return this.#options.log[effect.level](effect.message, effect.fields);
      default:
        return assertNever(effect);
    }
  }

  #look(): void {
    this.#watch.look(this.#now().monotonic).then(
      (sighting) => this.dispatch({ kind: "looked", sighting }),
      (error) => {
        const note = `Cannot look for the node: ${errorText(error)}`;
        this.dispatch({ kind: "looked", sighting: { kind: "not_found", note } });
      },
    );
  }

  #scrape(): void {
    const { metricsUrl } = this.#options.config.node;
    if (metricsUrl === undefined) return;
    const begunAt = this.#now().monotonic;
    scrapeNode(metricsUrl, { timeoutMs: SCRAPE_TIMEOUT_MS }).then(
      (scrape) => this.dispatch({ kind: "scraped", begunAt, scrape }),
      () => this.dispatch({ kind: "scraped", begunAt, scrape: { kind: "unreadable" } }),
    );
  }

  #install(): void {
    const { set, generation } = this.#keeper;
    const { target } = this.#options.config.credentials;
    if (set === undefined) return this.#noteFiles(undefined, "no valid set of credentials");
    const outcome = installCredentials(set, {
      target,
      count: (operation, file) => this.#fileOperations[`${operation}_${file}`] += 1,
    });
    if (outcome.kind === "installed") return this.#noteFiles(generation, undefined);
    this.#noteFiles(undefined, outcome.message);
  }

  #remove(): void {
    const outcome = removeCredentials(this.#options.config.credentials.target, {
      count: (operation, file) => this.#fileOperations[`${operation}_${file}`] += 1,
    });
    this.#noteFiles(undefined, outcome.kind === "removed" ? undefined : outcome.message);
  }

  #noteFiles(generation: number | undefined, problem: string | undefined): void {
    const inPlace = installedFiles(this.#options.config.credentials.target);
    if (problem !== undefined && problem !== this.#state.files.problem) {
      this.#options.log.error("Key files cannot be changed", { problem, inPlace });
    }
    this.#queue.push({ kind: "files", inPlace, generation, problem });
  }

  #signal(
    identity: Parameters<typeof signal>[0],
    name: "SIGHUP" | "SIGKILL",
  ): ReturnType<typeof signal> {
    try {
      return signal(identity, name);
    } catch (error) {
      this.#options.log.error("Cannot signal the node", { signal: name, error });
      return "denied";
    }
  }

  #keepPermit({ until, nonces }: Extract<ForgingEffect, { kind: "keep_permit" }>): void {
    const { permitFile, log } = this.#options;
    const leftMs = until === undefined ? 0 : elapsedMs(this.#now().permit, until);
    const outcome = permitFile.write({ leftMs, nonces });
    const cleared = until === undefined && outcome.kind === "failed"
      ? permitFile.clearPermit()
      : outcome;
    if (cleared.kind === "failed") {
      log.warning("Cannot keep the permit file", { problem: cleared.message });
    }
  }

  #tellIfNew(): void {
    const report = this.report();
    const { monotonic } = this.#now();
    const due = this.#reportedAt === undefined ||
      elapsedMs(this.#reportedAt, monotonic) >= REPORT_MS;
    const key = reportKey(report, this.#state);
    if (key === this.#reportedKey && !due) return;
    this.#reportedKey = key;
    this.#reportedAt = monotonic;
    this.#options.tell({ kind: "report", report });
  }

  #now(): GuardInstant {
    return this.#options.clocks.now();
  }
}
