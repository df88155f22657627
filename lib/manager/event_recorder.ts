// Owns the writing of Events to one API, behind everything else that this replica asks of it.
// Never more than one request under way, and never a failure that anything but a count tells of.

import { type Monotonic, monotonic, type WallTime } from "../core/time.ts";
import { elapsedMs } from "../core/time.ts";
import type { EventAnswer, EventApi, ForgeEvent, Regarding } from "../kubernetes/events.ts";
import type { RequestFailure } from "../kubernetes/failure.ts";
import type { Log } from "../log.ts";
import {
  type EventBudget,
  newEventBudget,
  nextEventWrite,
  noteEvent,
  noteEventWritten,
  type Notice,
  type Series,
  type WriteOutcome,
} from "./event_budget.ts";

export interface EventRecorderOptions {
  readonly api: EventApi;
  readonly timeoutMs: number;
  /** What a notice is about; undefined while it is not known, or is not there. */
  readonly regarding: (about: Notice["about"]) => Regarding | undefined;
  /** Unique in each process, so that no two ever give an Event the same name. */
  readonly nameBase: string;
  readonly log: Log;
  /** `API server` or `coordination API`, for people. */
  readonly what: string;
  readonly nowMs: () => number;
  readonly wall: () => WallTime;
}

export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #ended = new AbortController();
  #budget: EventBudget;
  #writing = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #warned = false;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
    this.#budget = newEventBudget(this.#now());
  }

  /** Occurrences that were not told. */
  get dropped(): number {
    return this.#budget.dropped;
  }

  note(notices: readonly Notice[]): void {
    if (notices.length === 0) return;
    const now = { monotonic: this.#now(), wall: this.#options.wall() };
    for (const notice of notices) this.#budget = noteEvent(this.#budget, notice, now);
    this.#turn();
  }

  stop(): void {
    this.#ended.abort();
    clearTimeout(this.#timer);
  }

  #turn(): void {
    if (this.#writing || this.#ended.signal.aborted) return;
    clearTimeout(this.#timer);
    const now = this.#now();
    const { budget, write, wakeAt } = nextEventWrite(this.#budget, now);
    this.#budget = budget;
    if (write !== undefined) {
      this.#writing = true;
      void this.#write(write.key, write.series);
    } else if (wakeAt !== undefined) {
      this.#timer = setTimeout(() => this.#turn(), Math.max(1, elapsedMs(now, wakeAt)));
    }
  }

  async #write(key: string, told: Series): Promise<void> {
    const { api, timeoutMs, regarding } = this.#options;
    const object = regarding(told.notice.about);
    let outcome: WriteOutcome = "failed";
    if (object !== undefined) {
      const event = this.#event(told, object);
      const limits = { timeoutMs, signal: this.#ended.signal };
      const answer = await (told.isStored ? api.repeat(event, limits) : api.create(event, limits));
      if (this.#ended.signal.aborted) return;
      outcome = this.#outcome(answer, told);
    }
    this.#writing = false;
    this.#budget = noteEventWritten(this.#budget, { key, told, outcome, now: this.#now() });
    this.#turn();
  }

  #event({ notice, serial, count, firstAt, lastAt }: Series, regarding: Regarding): ForgeEvent {
    const { type, reason, action, note } = notice;
    const suffix = `${this.#options.nameBase}-${serial}`;
    return { suffix, regarding, type, reason, action, note, firstAt, lastAt, count };
  }

  #outcome(answer: EventAnswer, { isStored }: Series): WriteOutcome {
    switch (answer.kind) {
      case "told":
      case "conflict": // an answer was lost: it is there
        this.#warned = false;
        return "written";
      case "not_found":
        if (isStored) return "gone";
        this.#warn(answer);
        return "refused";
      case "forbidden":
        this.#warn(answer);
        return "refused";
      case "invalid":
        this.#options.log.warning("Event was not taken", { error: answer.message });
        return "invalid";
      default:
        return "failed";
    }
  }

  #warn({ message }: RequestFailure): void {
    if (this.#warned) return;
    this.#warned = true;
    const { log, what } = this.#options;
    log.warning(`No Events are written to the ${what}`, {
      error: message,
      next: 'allow "create" and "patch" of events in events.k8s.io, or do without them',
    });
  }

  #now(): Monotonic {
    return monotonic(this.#options.nowMs());
  }
}
