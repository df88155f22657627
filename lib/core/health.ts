// Owns how the answers of a cluster's health endpoint add up: failures, healthy or not, the penalty.
// Never calls the endpoint, and never says whether the node can forge: that is the guard's to say.

import type { WallTime } from "./time.ts";

/** While healthy, but the last checks did not all succeed. */
export const FAILING_PENALTY = 10;
/** From the threshold until no failure is left. */
const UNHEALTHY_PENALTY = 100;
/**
 * Each failure takes one success to live down. Twice the highest threshold, so that a night of
 * failures does not take a night of successes: at 30 s an interval recovery ends within 10 minutes.
 */
const FAILURES_MAX = 20;

/** What decides; a cluster's status says the same of it. */
export interface HealthScore {
  readonly healthy: boolean;
  readonly consecutiveFailures: number;
}

export interface Health extends HealthScore {
  /** Undefined: none made by this leader yet. */
  readonly lastCheck: HealthCheckResult | undefined;
  readonly lastSuccessAt: WallTime | undefined;
}

export interface HealthCheckResult {
  readonly ok: boolean;
  readonly at: WallTime;
  /** What was found, for people. */
  readonly message: string;
  /** Undefined: there was no answer. */
  readonly responseMs: number | undefined;
}

/** A cluster that nobody checks counts as healthy. */
export const UNCHECKED_HEALTH: Health = {
  healthy: true,
  consecutiveFailures: 0,
  lastCheck: undefined,
  lastSuccessAt: undefined,
};

/** Goes on where the last local leader stopped, from what it wrote into the status. */
export function resumeHealth(score: HealthScore): Health {
  const consecutiveFailures = wholeFailures(score.consecutiveFailures);
  const healthy = score.healthy || consecutiveFailures === 0;
  return { ...UNCHECKED_HEALTH, healthy, consecutiveFailures };
}

/** The health after one more check. The threshold may be another at each: it is the operator's. */
export function noteCheck(
  health: Health,
  { failureThreshold, ...result }: HealthCheckResult & { readonly failureThreshold: number },
): Health {
  const consecutiveFailures = wholeFailures(health.consecutiveFailures + (result.ok ? -1 : 1));
  const healthy = result.ok
    ? health.healthy || consecutiveFailures === 0
    : health.healthy && consecutiveFailures < failureThreshold;
  return {
    healthy,
    consecutiveFailures,
    lastCheck: result,
    lastSuccessAt: result.ok ? result.at : health.lastSuccessAt,
  };
}

/** What is added to a cluster's priority: it comes later in the order, but is never left out of it. */
export function healthPenalty({ healthy, consecutiveFailures }: HealthScore): number {
  if (!healthy) return UNHEALTHY_PENALTY;
  return consecutiveFailures > 0 ? FAILING_PENALTY : 0;
}

function wholeFailures(failures: number): number {
  return Number.isFinite(failures)
    ? Math.min(Math.max(0, Math.floor(failures)), FAILURES_MAX)
    : failures > 0
    ? FAILURES_MAX
    : 0;
}
