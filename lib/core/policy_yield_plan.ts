// Owns when the holder may yield to one rival, for which cause, and what has to happen first.
// Never chooses among rivals: policy_yield.ts does.

import { assertNever } from "./assert_never.ts";
import { advantage } from "./policy_reason.ts";
import type { ClusterVerdict, Verdict } from "./policy_verdict.ts";
import type { YieldMemory } from "./policy_yield_memory.ts";
import { addMs, isBefore, latest, type WallTime } from "./time.ts";

/** Of a holder, unless an operator wants it otherwise: a move costs a second or two of forging. */
const MINIMUM_STAY_MS = 60_000;
/** A node that fails is the local tier's affair first, which has another replica of the cluster lead. */
const LOCAL_FAILOVER_MS = 10_000;
/** Yields in vain grow 32 times as rare at most: with the default delay one in 160 minutes. */
const DOUBLINGS_MAX = 5;

/**
 * `disabled`, `unable`, `unusable`: what is wrong with us. `edit`: an operator's act or an
 * override's end. `ill_health`: we are unhealthy or far behind, and it is not. `recovered`: all else.
 */
export type YieldCause =
  | "disabled"
  | "unable"
  | "unusable"
  | "edit"
  | "ill_health"
  | "recovered";

export interface YieldQuestion {
  readonly verdict: Verdict;
  readonly own: string;
  readonly memory: YieldMemory;
  /**
   * When this cluster claimed the lease, by whichever local leader: the Lease's acquireTime, which
   * renewals keep. A leader that counted from its own start would put off every failback.
   */
  readonly heldSince: WallTime;
  readonly now: WallTime;
  readonly failbackDelayMs: number;
  readonly minimumStayMs?: number;
}

export interface YieldPlan {
  readonly rival: ClusterVerdict;
  readonly cause: YieldCause;
  readonly why: string;
  readonly notBefore: WallTime;
  /** What has to happen first, as a clause. */
  readonly obstacle: string | undefined;
}

export function planFor(
  rival: ClusterVerdict,
  us: ClusterVerdict,
  question: YieldQuestion,
): YieldPlan {
  const { verdict: { lease } } = question;
  const cause = causeOf(rival, us, question);
  return {
    rival,
    cause,
    why: us.excluded === undefined ? advantage(rival, us, lease) : us.hindrance,
    notBefore: notBeforeOf(rival, { cause, question }),
    obstacle: rival.heartbeat !== "fresh"
      ? `${rival.label} is seen to report`
      : rival.forgeEpoch !== lease.transitions
      ? `${rival.label} reports that it can claim in epoch ${lease.transitions}`
      : undefined,
  };
}

function causeOf(
  rival: ClusterVerdict,
  us: ClusterVerdict,
  { memory }: YieldQuestion,
): YieldCause {
  if (us.excluded !== undefined) return "unusable";
  if (memory.promoted.has(rival.name)) return "edit";
  if (!us.canForge) return "unable";
  return isAiling(us) && !isAiling(rival) ? "ill_health" : "recovered";
}

function isAiling({ penalties }: ClusterVerdict): boolean {
  return penalties.some(({ kind }) => kind !== "failing");
}

/**
 * Moves for the sake of health are at least a failback delay apart, also those away from a cluster
 * that fell ill, so that health which comes and goes moves the pool no more often than that.
 */
function notBeforeOf(
  rival: ClusterVerdict,
  { cause, question }: { readonly cause: YieldCause; readonly question: YieldQuestion },
): WallTime {
  const { memory, now, heldSince, failbackDelayMs, minimumStayMs = MINIMUM_STAY_MS } = question;
  const aheadSince = memory.aheadSince.get(rival.name) ?? now;
  // The wall clock was set back: what is remembered of the rival was, too.
  const held = isBefore(now, heldSince) ? aheadSince : heldSince;
  const untaken = memory.untaken.get(rival.name) ?? 0;
  // A delay of 0 would double to 0: what was in vain is tried more rarely, whatever the setting.
  const baseMs = untaken === 0 ? failbackDelayMs : Math.max(failbackDelayMs, minimumStayMs);
  const delayMs = baseMs * 2 ** Math.min(untaken, DOUBLINGS_MAX);
  switch (cause) {
    case "disabled":
    case "unusable":
    case "edit":
      return now;
    case "unable":
      return addMs(memory.unableSince ?? now, LOCAL_FAILOVER_MS);
    case "ill_health":
      return addMs(held, Math.max(minimumStayMs, delayMs));
    case "recovered":
      return latest(addMs(latest(held, aheadSince), delayMs), addMs(held, minimumStayMs));
    default:
      return assertNever(cause);
  }
}

/** Why now, or why not yet. */
export function whyNow(cause: YieldCause, { waits }: { readonly waits: boolean }): string {
  switch (cause) {
    case "edit":
      return " (by an operator's edit)";
    case "recovered":
      return waits ? " (failback delay)" : "";
    case "ill_health":
      return waits ? " (failback delay since the last move)" : "";
    case "unable":
      return waits ? " (another replica may lead first)" : "";
    case "disabled":
    case "unusable":
      return "";
    default:
      return assertNever(cause);
  }
}
