// Owns one machine's clocks and its suspension: what its processes read when true time is given.
// Never lets rates differ from true time by more than 1 %.

import { type ClockSources, PermitClock } from "../../lib/guard/clocks.ts";
import { type GuardInstant, type Monotonic, monotonic, wallTime } from "../../lib/core/time.ts";
import type { World } from "./world.ts";

/** Where the wall clocks of all worlds begin. */
export const EPOCH_MS = 1_790_000_000_000;
const RATE_ERROR_MAX = 0.01;

export class Host {
  readonly #world: World;
  #rate = 1;
  #ratedAt = 0;
  #monotonicMs: number;
  /** What boot time has and monotonic time has not. */
  #suspendedMs = 0;
  #suspendedAt: number | undefined;
  #wallOffsetMs: number;
  /** Tame: the wall clock stays within this of true time, so that slots mean the same everywhere. */
  readonly #tameWithinMs: number | undefined;
  readonly #whenResumed: (() => void)[] = [];
  /** Told of every jump of a clock that a process would notice at its next look. */
  readonly onJump: (() => void)[] = [];
  /** End of the last suspension. */
  resumedAt = -Infinity;

  constructor(world: World, tameWithinMs: number | undefined) {
    this.#world = world;
    this.#tameWithinMs = tameWithinMs;
    const { random } = world;
    this.#monotonicMs = Math.floor(random.between(1e6, 1e8));
    const offsetMs = tameWithinMs === undefined
      ? random.between(-3_600_000, 3_600_000)
      : random.between(-tameWithinMs, tameWithinMs);
    this.#wallOffsetMs = EPOCH_MS + offsetMs - this.#monotonicMs;
    this.#changeRate();
  }

  get isSuspended(): boolean {
    return this.#suspendedAt !== undefined;
  }

  monotonicMs(): number {
    if (this.#suspendedAt !== undefined) return this.#monotonicMs;
    return this.#monotonicMs + (this.#world.agenda.now - this.#ratedAt) * this.#rate;
  }

  bootMs(): number {
    const since = this.#suspendedAt;
    const ongoing = since === undefined ? 0 : this.#world.agenda.now - since;
    return this.monotonicMs() + this.#suspendedMs + ongoing;
  }

  wallMs(): number {
    return this.bootMs() + this.#wallOffsetMs;
  }

  /** True time at which the monotonic clock will show this, should its rate stay. */
  trueTimeOf(at: number): number {
    return this.#world.agenda.now + (at - this.monotonicMs()) / this.#rate;
  }

  newPermitClock(): PermitClock {
    const sources: ClockSources = {
      bootMs: () => Math.floor(this.bootMs() / 10) * 10,
      wallMs: () => Math.floor(this.wallMs()),
      monotonicMs: () => this.monotonicMs(),
      bootId: () => "boot",
    };
    return new PermitClock(sources);
  }

  instant(permitClock: PermitClock): GuardInstant {
    return {
      monotonic: this.monotonic(),
      permit: permitClock.now(),
      wall: wallTime(Math.floor(this.wallMs())),
    };
  }

  monotonic(): Monotonic {
    return monotonic(this.monotonicMs());
  }

  stepWall(ms: number): void {
    this.#wallOffsetMs += ms;
    for (const told of this.onJump) told();
  }

  suspend(ms: number): void {
    if (this.isSuspended) return;
    this.#monotonicMs = this.monotonicMs();
    this.#suspendedAt = this.#world.agenda.now;
    this.#world.agenda.after(ms, () => this.#resume(ms));
  }

  #resume(ms: number): void {
    this.#suspendedAt = undefined;
    this.#suspendedMs += ms;
    this.#ratedAt = this.#world.agenda.now;
    this.resumedAt = this.#world.agenda.now;
    for (const told of this.onJump) told();
    for (const task of this.#whenResumed.splice(0)) task();
  }

  /** Runs it now, or when the machine runs again. */
  whenRunning(task: () => void): void {
    if (this.isSuspended) this.#whenResumed.push(task);
    else task();
  }

  #changeRate(): void {
    const { random, agenda } = this.#world;
    if (!this.isSuspended) {
      this.#monotonicMs = this.monotonicMs();
      this.#ratedAt = agenda.now;
    }
    const error = random.pick([-RATE_ERROR_MAX, RATE_ERROR_MAX, random.between(-0.01, 0.01)]);
    this.#rate = 1 + error;
    let nextMs = random.between(20_000, 200_000);
    const within = this.#tameWithinMs;
    if (within !== undefined) {
      const driftMs = this.wallMs() - EPOCH_MS - agenda.now;
      if (Math.abs(driftMs) > within) this.#rate = 1 - Math.sign(driftMs) * Math.abs(error);
      nextMs = Math.min(nextMs, within / RATE_ERROR_MAX / 2);
    }
    agenda.after(nextMs, () => this.#changeRate());
  }
}
