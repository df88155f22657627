// Owns conditions of a resource's status: how they are written, read, and when their times change.
// Never knows what a condition is about.

import { isoSeconds } from "../core/iso_time.ts";
import type { WallTime } from "../core/time.ts";
import { isObject } from "./json_shape.ts";

export type ConditionStatus = "True" | "False" | "Unknown";

/** As metav1.Condition. */
export interface Condition {
  readonly type: string;
  readonly status: ConditionStatus;
  /** When `status` last changed, RFC 3339 in whole seconds. */
  readonly lastTransitionTime: string;
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration?: number;
}

/** What is to be said of one condition. */
export interface Finding {
  readonly status: ConditionStatus;
  /** A code: letters, digits and _ only, since the API checks it. */
  readonly reason: string;
  readonly message: string;
}

export interface ConditionContext {
  /** What the resource says, whoever wrote it: an unchanged status keeps its time. */
  readonly previous: readonly Condition[] | undefined;
  /** RFC 3339. */
  readonly now: string;
  /** metadata.generation of the resource as last seen. */
  readonly generation: number | undefined;
}

export function conditionsOf(
  findings: readonly (readonly [type: string, finding: Finding])[],
  { previous, now, generation }: ConditionContext,
): readonly Condition[] {
  return findings.map(([type, { status, reason, message }]) => {
    const before = previous?.find((condition) => condition.type === type);
    const lastTransitionTime = before?.status === status ? before.lastTransitionTime : now;
    return { type, status, lastTransitionTime, reason, message, ...observed(generation) };
  });
}

/** `observedGeneration` where there is one to tell. */
export function observed(generation: number | undefined): { readonly observedGeneration?: number } {
  return generation === undefined ? {} : { observedGeneration: generation };
}

export function isCondition(value: unknown): value is Condition {
  return isObject(value) && typeof value.type === "string" &&
    (value.status === "True" || value.status === "False" || value.status === "Unknown") &&
    typeof value.lastTransitionTime === "string" && typeof value.reason === "string" &&
    typeof value.message === "string";
}

/** Whether `stored` says all of it, in whatever order, and whatever other managers say beside it. */
export function areSaid(conditions: readonly Condition[], stored: readonly Condition[]): boolean {
  return conditions.every((condition) => stored.some((other) => isSaidBy(other, condition)));
}

function isSaidBy(other: Condition, { type, status, reason, message }: Condition): boolean {
  return other.type === type && other.status === status && other.reason === reason &&
    other.message === message;
}

/** metav1.Time has no fractions. */
export function secondsTimestamp(at: WallTime): string {
  const text = isoSeconds(at);
  if (text === undefined) throw new RangeError(`No such time: ${at} ms since 1970`);
  return text;
}
