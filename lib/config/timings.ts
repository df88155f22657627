// Owns the rules between the durations: a leader has stopped before another may start.
// Never uses fractions of a millisecond, so that the rules hold exactly and not almost.

import { FASTEST_CLOCK_PERCENT, SLOWEST_CLOCK_PERCENT } from "../core/time.ts";
import type { SettingReader } from "./reader.ts";
import type { SettingName } from "./settings.ts";

export interface Timings {
  /** W: how long others wait before they take a silent lease over. */
  readonly durationMs: number;
  /** H: how long a hold lasts from the sending of its renewal. */
  readonly renewDeadlineMs: number;
  readonly renewIntervalMs: number;
  /** S: within this a fence is confirmed or the node is killed. */
  readonly fenceTimeoutMs: number;
  readonly apiTimeoutMs: number;
}

/** Which settings time one lease. The others are the same for every lease. */
export interface TimedLease {
  readonly durationName: SettingName;
  readonly renewDeadlineName: SettingName;
}

export const LOCAL_LEASE: TimedLease = {
  durationName: "LEASE_DURATION",
  renewDeadlineName: "RENEW_DEADLINE",
};
export const FORGE_LEASE: TimedLease = {
  durationName: "FORGE_LEASE_DURATION",
  renewDeadlineName: "FORGE_RENEW_DEADLINE",
};

/** What a fence may take beyond S: one turn of the guard's clock (250 ms) and the kill itself. */
const FENCE_SLACK_MS = 300;

/** A stop that shows no edge of the gauge takes the signal's settle time to confirm. */
const FENCE_TIMEOUT_MS_MIN = 2_000;

/** H + S + slack on a clock 1 % too slow must not outlast W on one 1 % too fast. */
export function timingsAreSafe(timings: Timings): boolean {
  const { durationMs, renewDeadlineMs, fenceTimeoutMs } = timings;
  const heldMs = renewDeadlineMs + fenceTimeoutMs + FENCE_SLACK_MS;
  return SLOWEST_CLOCK_PERCENT * durationMs >= FASTEST_CLOCK_PERCENT * heldMs;
}

/** The longest H that is safe; negative where no H is. */
export function longestRenewDeadlineMs(durationMs: number, fenceTimeoutMs: number): number {
  const waitedMs = Math.floor(SLOWEST_CLOCK_PERCENT * durationMs / FASTEST_CLOCK_PERCENT);
  return waitedMs - fenceTimeoutMs - FENCE_SLACK_MS;
}

export function defaultRenewDeadlineMs(durationMs: number, fenceTimeoutMs: number): number {
  const share = Math.floor(0.6 * durationMs);
  return Math.min(share, longestRenewDeadlineMs(durationMs, fenceTimeoutMs));
}

/** Gives the timings and notes the default; `checkTimings` says whether they are safe. */
export function readTimings(reader: SettingReader, lease: TimedLease): Timings {
  const durationMs = reader.number(lease.durationName);
  const fenceTimeoutMs = reader.number("FENCE_TIMEOUT");
  const apiTimeoutMs = reader.number("API_TIMEOUT");
  const renewIntervalMs = Math.floor(Math.min(reader.number("SLEEP_INTERVAL"), durationMs / 4));
  const defaultMs = defaultRenewDeadlineMs(durationMs, fenceTimeoutMs);
  const renewDeadlineMs = reader.optionalNumber(lease.renewDeadlineName) ?? defaultMs;
  reader.derive(lease.renewDeadlineName, seconds(defaultMs));
  return { durationMs, renewDeadlineMs, renewIntervalMs, fenceTimeoutMs, apiTimeoutMs };
}

export function checkTimings(reader: SettingReader, lease: TimedLease, timings: Timings): void {
  const { durationMs, renewDeadlineMs, renewIntervalMs, fenceTimeoutMs, apiTimeoutMs } = timings;
  if (!reader.allWell(lease.durationName, "FENCE_TIMEOUT", "API_TIMEOUT", "SLEEP_INTERVAL")) return;
  const given = reader.given(lease.renewDeadlineName) !== undefined;
  if (given && !reader.allWell(lease.renewDeadlineName)) return;
  const least = renewIntervalMs + apiTimeoutMs;
  const most = longestRenewDeadlineMs(durationMs, fenceTimeoutMs);
  if (most < least) {
    reader.problem(
      lease.durationName,
      `with FENCE_TIMEOUT ${seconds(fenceTimeoutMs)}, API_TIMEOUT ${seconds(apiTimeoutMs)} and a ` +
        `renewal every ${
          seconds(renewIntervalMs)
        } no ${lease.renewDeadlineName} fits: it must be at ` +
        `least ${seconds(least)} and at most ${seconds(most)}; ` +
        whatWouldFit(reader, lease, timings),
    );
  } else if (!timingsAreSafe(timings) || renewDeadlineMs < least) {
    reader.problem(
      lease.renewDeadlineName,
      `seconds from ${seconds(least)} (a renewal every ${seconds(renewIntervalMs)} + API_TIMEOUT ` +
        `${seconds(apiTimeoutMs)}) to ${seconds(most)} (0.99·${lease.durationName}/1.01 − ` +
        `FENCE_TIMEOUT ${seconds(fenceTimeoutMs)} − 0.3, ${lease.durationName} ` +
        `${seconds(durationMs)})` +
        (given ? "" : `; the default would be ${seconds(renewDeadlineMs)}`),
    );
  }
}

/** Two ways out: a longer lease with the other numbers kept, or a shorter FENCE_TIMEOUT. */
function whatWouldFit(reader: SettingReader, lease: TimedLease, timings: Timings): string {
  const { durationMs, renewIntervalMs, fenceTimeoutMs, apiTimeoutMs } = timings;
  const ways: string[] = [];
  for (let wholeSeconds = 5; wholeSeconds <= 300; wholeSeconds++) {
    const ms = wholeSeconds * 1000;
    const intervalMs = Math.floor(Math.min(reader.number("SLEEP_INTERVAL"), ms / 4));
    if (defaultRenewDeadlineMs(ms, fenceTimeoutMs) >= intervalMs + apiTimeoutMs) {
      ways.push(`${lease.durationName} from ${wholeSeconds}`);
      break;
    }
  }
  const fenceMs = longestRenewDeadlineMs(durationMs, 0) - renewIntervalMs - apiTimeoutMs;
  if (
    fenceMs >= FENCE_TIMEOUT_MS_MIN &&
    defaultRenewDeadlineMs(durationMs, fenceMs) >= renewIntervalMs + apiTimeoutMs
  ) {
    ways.push(`FENCE_TIMEOUT at most ${seconds(fenceMs)}`);
  }
  return ways.length === 0
    ? "shorten FENCE_TIMEOUT and API_TIMEOUT"
    : `${ways.join(" or ")} would fit`;
}

function seconds(ms: number): string {
  return String(ms / 1000);
}
