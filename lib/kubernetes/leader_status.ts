// Owns the status of the CardanoLeader resource: what it says and when its times change.
// Never writes it.

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

export interface CardanoLeaderStatus {
  /** Empty while nobody leads. */
  readonly leaderPod: string;
  readonly forgingEnabled: boolean;
  /** When leaderPod or forgingEnabled last changed, RFC 3339 in whole seconds. */
  readonly lastTransitionTime: string;
  readonly reason: string;
  readonly message: string;
  readonly conditions: readonly Condition[];
  readonly observedGeneration?: number;
}

/** What is to be said of one condition. */
export interface Finding {
  readonly status: ConditionStatus;
  /** A code: letters, digits and _ only, since the API checks it. */
  readonly reason: string;
  readonly message: string;
}

export interface LeaderView {
  readonly at: WallTime;
  /** metadata.generation of the resource as last seen. */
  readonly generation: number | undefined;
  readonly leaderPod: string;
  /** As confirmed, not as intended. */
  readonly forgingEnabled: boolean;
  readonly reason: string;
  readonly message: string;
  readonly leaderElected: Finding;
  readonly forgingConfirmed: Finding;
  readonly credentialsValid: Finding;
  readonly nodeReady: Finding;
}

export interface LeaderStatusStep {
  readonly status: CardanoLeaderStatus;
  /** Whether it says anything that `previous` did not. */
  readonly differs: boolean;
}

/** `previous` is what the resource says, whoever wrote it; a new leader takes its times over. */
export function leaderStatus(
  view: LeaderView,
  previous: CardanoLeaderStatus | undefined,
): LeaderStatusStep {
  const now = secondsTimestamp(view.at);
  const generation = view.generation === undefined ? {} : { observedGeneration: view.generation };
  const findings: readonly (readonly [string, Finding])[] = [
    ["LeaderElected", view.leaderElected],
    ["ForgingConfirmed", view.forgingConfirmed],
    ["CredentialsValid", view.credentialsValid],
    ["NodeReady", view.nodeReady],
  ];
  const conditions = findings.map(([type, { status, reason, message }]): Condition => {
    const before = previous?.conditions.find((condition) => condition.type === type);
    const lastTransitionTime = before?.status === status ? before.lastTransitionTime : now;
    return { type, status, lastTransitionTime, reason, message, ...generation };
  });
  const { leaderPod, forgingEnabled, reason, message } = view;
  const hasMoved = previous?.leaderPod !== leaderPod || previous.forgingEnabled !== forgingEnabled;
  const status: CardanoLeaderStatus = {
    leaderPod,
    forgingEnabled,
    lastTransitionTime: hasMoved ? now : previous.lastTransitionTime,
    reason,
    message,
    conditions,
    ...generation,
  };
  return { status, differs: !isSameStatus(status, previous) };
}

/** Undefined for anything but a status that we could have written. */
export function parseLeaderStatus(value: unknown): CardanoLeaderStatus | undefined {
  if (!isObject(value) || !Array.isArray(value.conditions)) return undefined;
  const { leaderPod, forgingEnabled, lastTransitionTime, reason, message } = value;
  const isStatus = typeof leaderPod === "string" && typeof forgingEnabled === "boolean" &&
    typeof lastTransitionTime === "string" && typeof reason === "string" &&
    typeof message === "string" && value.conditions.every(isCondition);
  return isStatus ? value as unknown as CardanoLeaderStatus : undefined;
}

function isCondition(value: unknown): boolean {
  return isObject(value) && typeof value.type === "string" &&
    (value.status === "True" || value.status === "False" || value.status === "Unknown") &&
    typeof value.lastTransitionTime === "string" && typeof value.reason === "string" &&
    typeof value.message === "string";
}

/** Compares what is said, in whatever order the server keeps it. */
function isSameStatus(a: CardanoLeaderStatus, b: CardanoLeaderStatus | undefined): boolean {
  return b !== undefined && a.leaderPod === b.leaderPod && a.forgingEnabled === b.forgingEnabled &&
    a.reason === b.reason && a.message === b.message &&
    a.observedGeneration === b.observedGeneration &&
    a.conditions.length === b.conditions.length &&
    a.conditions.every((condition) => b.conditions.some((other) => isSaidBy(other, condition)));
}

function isSaidBy(other: Condition, { type, status, reason, message }: Condition): boolean {
  return other.type === type && other.status === status && other.reason === reason &&
    other.message === message;
}

/** metav1.Time has no fractions. */
function secondsTimestamp(at: WallTime): string {
  const text = isoSeconds(at);
  if (text === undefined) throw new RangeError(`No such time: ${at} ms since 1970`);
  return text;
}
