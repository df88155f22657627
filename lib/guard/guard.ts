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
import { wantsForging } from "../core/node_life.ts";
import { permitLeftMs } from "../core/permit.ts";
import { elapsedMs, type GuardInstant, type Monotonic } from "../core/time.ts";
import type { GuardReport, GuardToManager, ManagerToGuard } from "../door.ts";
import { errorText, type Log, type LogFields } from "../log.ts";
import { reasonWord } from "../reason.ts";
import type { CarriedPermit, GuardClocks } from "./carried_permit.ts";
import { CredentialKeeper } from "./credential_keeper.ts";
import { Hands, type Offer } from "./hands.ts";
import { scrapeNode } from "./node_metrics.ts";
import { NodeNotices } from "./node_notices.ts";
import { NodeWatch } from "./node_watch.ts";
import type { PermitFile } from "./permit_file.ts";
import { Reporter } from "./report.ts";

const SCRAPE_TIMEOUT_MS = 1_000;
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
  readonly #notices: NodeNotices;
  readonly #hands: Hands;
  readonly #reporter: Reporter;
  #state: Guarding;
  /** What the machine knows as the credentials: a newer set of the keeper's is not installed before it knows. */
  #offer: Offer | undefined;
  readonly #queue: ForgingEvent[] = [];
  #turning = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #underWay = new Set<Promise<void>>();
  readonly #fencedWaiters: (() => void)[] = [];
  #stopped = false;

  constructor(options: GuardOptions) {
    const { config, log, clocks, carried, permitFile, tell } = options;
    this.#options = options;
    this.#keeper = new CredentialKeeper(config, log);
    this.#watch = new NodeWatch({ ...config.node });
    this.#notices = new NodeNotices(log);
    this.#hands = new Hands({ target: config.credentials.target, permitFile, log });
    this.#reporter = new Reporter({ keeper: this.#keeper, hands: this.#hands, log, tell });
    this.#state = newGuarding({
      fenceTimeoutMs: config.fenceTimeoutMs,
      renewDeadlineMs: config.lease.renewDeadlineMs,
      leaseDurationMs: config.lease.durationMs,
      socketWaitTimeoutMs: config.node.socketWaitTimeoutMs,
      nodeRequired: config.node.socketCheck,
      metricsConfigured: config.node.metricsUrl !== undefined,
    }, { bornAt: clocks.monotonic(), ...carried });
  }

  /** Reads what there is before anything is done about it: files, credentials, the node. */
  async begin(): Promise<void> {
    await this.#keeper.turn(this.#now());
    const sighting = await this.#watch.look(this.#now().monotonic);
    this.#notices.sighted(sighting);
    const credentials = this.#takeOffer();
    this.dispatch({ kind: "looked", sighting }, this.#hands.look(this.#offer), credentials);
  }

  /** A stop is under way and not confirmed. */
  get isFencing(): boolean {
    return isFencing(this.#state);
  }

  /** Resolves when no stop is under way. */
  fenced(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#fencedWaiters.push(resolve);
    this.#tellWaiters();
    return promise;
  }

  /** By which the manager knows a lease as ours. */
  get nonces(): readonly string[] {
    return this.#state.nonces;
  }

  deadMan(): { live: boolean; reason: string } {
    return deadManVerdict(this.#state, this.#now());
  }

  report(): GuardReport {
    return this.#reporter.report(this.#state, this.#now());
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
        return this.dispatch({ ...message, kind: "revoked" });
      case "forget_nonces":
        return this.dispatch({ kind: "nonces_forgotten" });
      case "finished":
      case "failed":
        return; // The wiring takes these, not the machine.
      default:
        return assertNever(message);
    }
  }

  /** Takes events in order, with everything that follows from them, then sleeps until the next is due. */
  dispatch(...events: ForgingEvent[]): void {
    this.#queue.push(...events);
    if (this.#turning || this.#stopped) return;
    this.#turning = true;
    let now = this.#now();
    let wakeAt: Monotonic | undefined;
    try {
      for (let event = this.#queue.shift(); event !== undefined; event = this.#queue.shift()) {
        const step = stepForging(this.#state, { event, now });
        this.#state = step.state;
        wakeAt = step.wakeAt;
        for (const effect of step.effects) this.#carryOut(effect);
        // What was done may have taken long, as on a slow disk; what was only begun has not.
        if (step.effects.some(({ kind }) => kind !== "look" && kind !== "scrape")) {
          now = this.#now();
        }
      }
    } finally {
      this.#turning = false;
    }
    this.#reporter.turn(this.#state, now);
    this.#tellWaiters();
    this.#sleepUntil(wakeAt);
  }

  /** Takes no event any more; resolves when looks and scrapes under way have ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await Promise.all(this.#underWay);
  }

  #sleepUntil(wakeAt: Monotonic | undefined): void {
    // A timer that was due together with another event may fire although it was cleared: clear what there is.
    clearTimeout(this.#timer);
    const now = this.#options.clocks.monotonic();
    const ms = wakeAt === undefined ? SLEEP_MS_MAX : elapsedMs(now, wakeAt);
    this.#timer = setTimeout(() => this.#wake(), Math.max(0, Math.min(ms, SLEEP_MS_MAX)));
  }

  #wake(): void {
    this.dispatch({ kind: "tick" });
    if (!this.#keeper.isDue(this.#options.clocks.monotonic())) return;
    this.#keeper.turn(this.#now()).then((isNew) => {
      if (isNew) this.dispatch(this.#takeOffer());
    });
  }

  /** From here on machine and hands speak of the same set. */
  #takeOffer(): ForgingEvent {
    const { set, generation } = this.#keeper;
    this.#offer = set === undefined ? undefined : { set, generation };
    return { kind: "credentials", usable: set !== undefined, generation };
  }

  #carryOut(effect: ForgingEffect): void {
    const { log, tell, clocks } = this.#options;
    switch (effect.kind) {
      case "look":
        return this.#look();
      case "scrape":
        return this.#scrape();
      case "install_files":
        return void this.#queue.push(this.#hands.install(this.#offer));
      case "remove_files":
        return void this.#queue.push(this.#hands.remove());
      case "sighup":
        return void this.#queue.push(this.#sighup(effect));
      case "sigkill":
        return void this.#queue.push(this.#hands.sigkill(effect.identity));
      case "answer_stamp":
        return tell({ ...effect, kind: "stamp" });
      case "keep_permit": {
        const { until, nonces } = effect;
        const leftMs = until === undefined ? undefined : elapsedMs(clocks.now().permit, until);
        return this.#hands.keepPermit({ leftMs, nonces });
      }
      case "log":
        return log[effect.level](effect.message, this.#readable(effect.fields));
      default:
        return assertNever(effect);
    }
  }

  /** The clock once more: what was done before it in this turn, as writing the permit file, may have taken long. */
  #sighup({ identity, reason }: Extract<ForgingEffect, { kind: "sighup" }>): ForgingEvent {
    if (wantsForging(reason) && permitLeftMs(this.#state.permit, this.#now().permit) === 0) {
      return { kind: "signalled", identity, reason, outcome: "absent" };
    }
    return this.#hands.sighup(identity, reason);
  }

  /** Whole milliseconds, and codes as words; the reasons of signals are words of the contract already. */
  #readable(fields: LogFields): LogFields {
    const pairs = Object.entries(fields).map(([name, value]) => {
      if (typeof value === "number") return [name, Math.round(value)];
      const isCode = name === "reason" && typeof value === "string";
      return [name, isCode && !(value in this.#hands.signals) ? reasonWord(value) : value];
    });
    return Object.fromEntries(pairs);
  }

  #look(): void {
    this.#follow(
      this.#watch.look(this.#options.clocks.monotonic()).catch((error) => {
        const note = `Cannot look for the node: ${errorText(error)}`;
        return { kind: "not_found", note } as const;
      }).then((sighting) => {
        this.#notices.sighted(sighting);
        this.dispatch({ kind: "looked", sighting });
      }),
    );
  }

  #scrape(): void {
    const { metricsUrl } = this.#options.config.node;
    if (metricsUrl === undefined) return;
    const begunAt = this.#options.clocks.monotonic();
    this.#follow(
      scrapeNode(metricsUrl, { timeoutMs: SCRAPE_TIMEOUT_MS }).then((scrape) => {
        this.#notices.scraped(scrape, begunAt);
        this.#reporter.noteTip(scrape.kind === "read" ? scrape.slot : undefined);
        this.dispatch({ kind: "scraped", begunAt, scrape });
      }),
    );
  }

  #follow(work: Promise<void>): void {
    const following = work.finally(() => this.#underWay.delete(following));
    this.#underWay.add(following);
  }

  #tellWaiters(): void {
    if (this.isFencing) return;
    for (const resolve of this.#fencedWaiters.splice(0)) resolve();
  }

  #now(): GuardInstant {
    return this.#options.clocks.now();
  }
}
