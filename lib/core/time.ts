// Owns the instants of the program and how they are compared.
// Never reads a clock: every instant comes in with the event that happened at it.

declare const clock: unique symbol;

/** An instant of one clock, in milliseconds since that clock's own origin. Never mix two clocks. */
type Instant<Clock extends string> = number & { readonly [clock]: Clock };

/**
 * Time for waiting: the slowest honest clock of this process (CLOCK_MONOTONIC, which stands still
 * while the machine is suspended). Whoever waits for another to stop counts on this one.
 */
export type Monotonic = Instant<"monotonic">;

/**
 * Time for acting: the guard's fastest clock, which advances by the larger of boot-time and
 * wall-clock elapsed at every reading. Whoever must stop in time counts on this one.
 */
export type PermitTime = Instant<"permit">;

/** Milliseconds since the Unix epoch. For people, for slots and for `renewTime`; never for waiting. */
export type WallTime = Instant<"wall">;

type AnyInstant = Monotonic | PermitTime | WallTime;

export function monotonic(ms: number): Monotonic {
  return ms as Monotonic;
}

export function permitTime(ms: number): PermitTime {
  return ms as PermitTime;
}

export function wallTime(ms: number): WallTime {
  return ms as WallTime;
}

/**
 * How far the clocks of two machines may be off true speed, in percent of it: README.md says what is
 * assumed. Integers, so that rules between whole milliseconds hold exactly.
 */
export const SLOWEST_CLOCK_PERCENT = 99;
export const FASTEST_CLOCK_PERCENT = 101;

/** Whether `a` lies before `b`. Both must be of one clock, which `<` would not check. */
export function isBefore<T extends AnyInstant>(a: T, b: NoInfer<T>): boolean {
  return a < b;
}

export function addMs<T extends AnyInstant>(at: T, ms: number): T {
  return (at + ms) as T;
}

/** Milliseconds from `since` to `now`, negative when `now` is the earlier. */
export function elapsedMs<T extends AnyInstant>(since: T, now: NoInfer<T>): number {
  return now - since;
}

export function earliest<T extends AnyInstant>(...instants: (T | undefined)[]): T | undefined {
  let first: T | undefined;
  for (const at of instants) {
    if (at !== undefined && (first === undefined || at < first)) first = at;
  }
  return first;
}

export function latest<T extends AnyInstant>(a: T, b: NoInfer<T>): T {
  return a < b ? b : a;
}

/** The second a wall instant lies in: the slot, on every network whose slots last one second. */
export function wallSecond(at: WallTime): number {
  return Math.floor(at / 1000);
}

/** The guard's three clocks, read together. */
export interface GuardInstant {
  readonly monotonic: Monotonic;
  readonly permit: PermitTime;
  readonly wall: WallTime;
}

/** So many milliseconds ago, on all three. */
export function instantAgo(now: GuardInstant, ms: number): GuardInstant {
  return {
    monotonic: addMs(now.monotonic, -ms),
    permit: addMs(now.permit, -ms),
    wall: addMs(now.wall, -ms),
  };
}
