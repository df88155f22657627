// Owns what guard and manager have in common: they can be paused and ended, and wake by one timer.
// Never runs a task while paused: what came in the meantime waits, in order.

import type { Appointment } from "./agenda.ts";
import type { Host } from "./host.ts";
import type { World } from "./world.ts";

/** A timer fires this late at most, but for pauses. */
const LATENESS_MS_MAX = 250;

export abstract class Isolate {
  protected readonly world: World;
  protected readonly host: Host;
  isAlive = true;
  isPaused = false;
  resumedAt = -Infinity;
  /** When a timer was last set that fires noticeably late. */
  lateAt = -Infinity;
  readonly #waiting: (() => void)[] = [];
  #timer: Appointment | undefined;
  /** What the timer was set to: it fires then or a little later. */
  #timerIsFor = 0;
  /** When the next tick is due, whatever the timer says. */
  #dueAt = Infinity;

  constructor(world: World, host: Host) {
    this.world = world;
    this.host = host;
  }

  protected abstract tick(): void;

  /** Runs a task of this isolate as soon as it can run at all. */
  run(task: () => void): void {
    if (!this.isAlive) return;
    if (this.isPaused) this.#waiting.push(task);
    else if (this.host.isSuspended) this.host.whenRunning(() => this.run(task));
    else task();
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.resumedAt = this.world.agenda.now;
    for (const task of this.#waiting.splice(0)) this.run(task);
  }

  end(): void {
    this.isAlive = false;
    this.world.agenda.cancel(this.#timer);
    this.#waiting.length = 0;
  }

  /** Wakes when the monotonic clock shows `at`, or a little later. */
  protected wakeAt(at: number | undefined): void {
    const { agenda } = this.world;
    if (at === undefined || !this.isAlive) {
      this.#dueAt = Infinity;
      return;
    }
    this.#dueAt = Math.max(agenda.now, this.host.trueTimeOf(at));
    // Most timers are set anew before they fire: one that fires too early is set once more.
    if (this.#timer !== undefined && this.#timerIsFor <= this.#dueAt) return;
    agenda.cancel(this.#timer);
    this.#setTimer();
  }

  #setTimer(): void {
    const { agenda, random } = this.world;
    const latenessMs = random.chance(0.9)
      ? random.between(0, 3)
      : random.between(0, LATENESS_MS_MAX);
    if (latenessMs > 50) this.lateAt = agenda.now;
    this.#timerIsFor = this.#dueAt;
    this.#timer = agenda.book(this.#dueAt + latenessMs, this.#fire);
  }

  readonly #fire = (): void => {
    this.#timer = undefined;
    if (this.#dueAt === Infinity) return;
    if (this.#dueAt > this.world.agenda.now) return this.#setTimer();
    this.#dueAt = Infinity;
    this.run(() => this.tick());
  };
}
