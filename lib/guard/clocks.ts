// Owns the readings of the machine's clocks, and the fastest honest clock made of them.
// Never decides anything by them.

import { type PermitTime, permitTime } from "../core/time.ts";

/** Where time comes from. Tests give their own. */
export interface ClockSources {
  /** Milliseconds since boot with suspended time, in steps of 10; undefined when unreadable. */
  bootMs(): number | undefined;
  /** Milliseconds since the Unix epoch. */
  wallMs(): number;
  /** Milliseconds since this process began, without suspended time. */
  monotonicMs(): number;
  /** Changes with every boot of the machine; undefined when unreadable. */
  bootId(): string | undefined;
}

export function systemClocks(procRoot = "/proc"): ClockSources {
  return {
    bootMs: () => parseUptime(readText(`${procRoot}/uptime`)),
    wallMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    bootId: () => readText(`${procRoot}/sys/kernel/random/boot_id`)?.trim() || undefined,
  };
}

/** Milliseconds of the first figure of /proc/uptime. */
export function parseUptime(text: string | undefined): number | undefined {
  const match = /^(\d{1,12})\.(\d\d)\b/.exec(text ?? "");
  return match === null ? undefined : Number(match[1]) * 1000 + Number(match[2]) * 10;
}

/**
 * Most that `PermitClock` may stay behind any of its sources over any stretch of time. Larger than
 * a step of the boot clock, so that frequent readings of clocks with unequal steps do not add up.
 */
export const PERMIT_CLOCK_SLACK_MS = 20;

/**
 * The clock of acting: over every stretch it advances at least by what boot time, wall clock or
 * monotonic time did, whichever is the most, less the slack once. Steps back are ignored.
 */
export class PermitClock {
  readonly #sources: ClockSources;
  readonly #wall = new Offset();
  readonly #monotonic = new Offset();
  readonly #boot = new Offset();
  #now = 0;

  constructor(sources: ClockSources) {
    this.#sources = sources;
    this.now();
  }

  now(): PermitTime {
    const wall = this.#sources.wallMs();
    const monotonic = this.#sources.monotonicMs();
    const boot = this.#sources.bootMs();
    this.#now = Math.max(
      this.#now,
      this.#wall.reached(wall),
      this.#monotonic.reached(monotonic),
      this.#boot.reached(boot),
    );
    this.#wall.follow(wall, this.#now);
    this.#monotonic.follow(monotonic, this.#now);
    this.#boot.follow(boot, this.#now);
    return permitTime(this.#now);
  }
}

/** What to add to one source to get the permit clock: it only grows. */
class Offset {
  #ms = -Infinity;

  /** What the permit clock shows by this reading; nothing by a first one, or by none. */
  reached(ms: number | undefined): number {
    return ms === undefined ? -Infinity : ms + this.#ms;
  }

  /** A source that was stepped back counts on from here, else its next hour would be ignored. */
  follow(ms: number | undefined, now: number): void {
    if (ms === undefined) return;
    this.#ms = this.#ms === -Infinity
      ? now - ms
      : Math.max(this.#ms, now - PERMIT_CLOCK_SLACK_MS - ms);
  }
}

function readText(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined; // the other clocks go on; a permit file without a boot id is worth nothing
  }
}
