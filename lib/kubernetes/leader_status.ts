// Owns the status of the CardanoLeader resource: what it says and when its times change.
// Never writes it.

import type { WallTime } from "../core/time.ts";
import {
  areSaid,
  type Condition,
  conditionsOf,
  type ConditionStatus,
  type Finding,
  isCondition,
  observed,
  secondsTimestamp,
} from "./conditions.ts";
import { isObject } from "./json_shape.ts";

export type { Condition, ConditionStatus, Finding };

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
  readonly kesExpiring: Finding;
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
  const findings: readonly (readonly [string, Finding])[] = [
    ["LeaderElected", view.leaderElected],
    ["ForgingConfirmed", view.forgingConfirmed],
    ["CredentialsValid", view.credentialsValid],
    ["NodeReady", view.nodeReady],
    ["KesExpiring", view.kesExpiring],
  ];
  const { generation } = view;
  const conditions = conditionsOf(findings, { previous: previous?.conditions, now, generation });
  const { leaderPod, forgingEnabled, reason, message } = view;
  const hasMoved = previous?.leaderPod !== leaderPod || previous.forgingEnabled !== forgingEnabled;
  const status: CardanoLeaderStatus = {
    leaderPod,
    forgingEnabled,
    lastTransitionTime: hasMoved ? now : previous.lastTransitionTime,
    reason,
    message,
    conditions,
    ...observed(generation),
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

/** Compares what is said. */
function isSameStatus(a: CardanoLeaderStatus, b: CardanoLeaderStatus | undefined): boolean {
  return b !== undefined && a.leaderPod === b.leaderPod && a.forgingEnabled === b.forgingEnabled &&
    a.reason === b.reason && a.message === b.message &&
    a.observedGeneration === b.observedGeneration &&
    areSaid(a.conditions, b.conditions);
}
