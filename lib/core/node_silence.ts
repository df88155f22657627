// Owns whether a node hangs: it accepts connections, answers nothing, and uses no CPU time.
// Never says that it has stopped: what hangs may go on at any moment, and forge at once.

import type { NodeLife } from "./node_life.ts";
import { addMs, isBefore, latest, type Monotonic } from "./time.ts";

/**
 * A node that neither answers nor uses CPU time for so long counts as hung. A sound one uses some in
 * each slot, and in a garbage collection or at an epoch's boundary more than ever: nothing that it
 * does itself looks like this. What is done to it, as a container paused or checkpointed or a disk
 * that stalls, is mostly over sooner. Waiting costs some slots; a kill costs the replay of a ledger.
 * Longer than the default LEASE_DURATION, so that nobody is dropped for less than a silent replica.
 */
export const NODE_SILENT_MS = 30_000;

/**
 * A guard that did not look for longer than this may have stood still together with its node, as in
 * a pod that is frozen whole: what it slept through shows nothing.
 */
const LOOKS_APART_MS_MAX = 10_000;

/** What the looks at one process showed of the CPU time that it has used. */
export interface CpuTime {
  /** In clock ticks, of all its threads. */
  readonly ticks: number;
  /** The first of the looks in a row that showed this very figure, and the last of them. */
  readonly stillFrom: Monotonic;
  readonly stillTo: Monotonic;
  /** It was seen to change once: a kernel that does not count it shows every node as still. */
  readonly wasSeenToChange: boolean;
}

/** After a look at the same process. A figure that could not be read shows nothing: the next one will. */
export function cpuTimeSeen(
  before: CpuTime | undefined,
  { ticks, at }: { readonly ticks: number | undefined; readonly at: Monotonic },
): CpuTime | undefined {
  if (ticks === undefined) return before;
  const changed = before !== undefined && before.ticks !== ticks;
  const goesOn = before !== undefined && !changed &&
    !isBefore(addMs(before.stillTo, LOOKS_APART_MS_MAX), at);
  return {
    ticks,
    stillFrom: goesOn ? before.stillFrom : at,
    stillTo: at,
    wasSeenToChange: changed || before?.wasSeenToChange === true,
  };
}

/**
 * Whether it hangs, by what looks and scrapes have shown. Without metrics that told of forging in
 * this process's life nobody can say: a node that was never heard is not silent.
 */
export function isSilent(
  { phase, metricsWereReadable, metricsReadable, answeredAt, cpuTime }: NodeLife,
): boolean {
  const wasHeard = metricsWereReadable && answeredAt !== undefined;
  if (phase !== "ready" || !wasHeard || metricsReadable) return false;
  if (cpuTime === undefined || !cpuTime.wasSeenToChange) return false;
  const since = latest(cpuTime.stillFrom, answeredAt);
  return !isBefore(cpuTime.stillTo, addMs(since, NODE_SILENT_MS));
}
