// Owns whether the cluster that holds the forge lease yields it: to whom, why, and not before when.
// Never yields to a cluster that is silent, or has not said that it can claim in the present epoch.

import { isoSeconds } from "./iso_time.ts";
import { findCluster } from "./policy_verdict.ts";
import { noteVerdict, rivalsOf, type YieldMemory } from "./policy_yield_memory.ts";
import { planFor, whyNow, type YieldCause, type YieldQuestion } from "./policy_yield_plan.ts";
import { isBefore, type WallTime } from "./time.ts";

export type YieldDecision =
  | { readonly kind: "stay"; readonly reason: string }
  | {
    readonly kind: "wait";
    readonly to: string;
    readonly cause: YieldCause;
    /** It may be due and still wait for the other's answer. */
    readonly notBefore: WallTime;
    readonly reason: string;
  }
  | {
    readonly kind: "yield";
    /** Undefined: to nobody in particular. */
    readonly to: string | undefined;
    readonly cause: YieldCause;
    readonly reason: string;
  };

export interface YieldAnswer {
  readonly decision: YieldDecision;
  readonly memory: YieldMemory;
  /** For our own status, so that the next local leader goes on; undefined: nobody is better. */
  readonly betterSince: WallTime | undefined;
}

/** To be asked at every verdict while we hold; takes note of it, so noteVerdict() is not needed. */
export function shouldYield(question: YieldQuestion): YieldAnswer {
  const { verdict, own } = question;
  const noted = noteVerdict(question.memory, question);
  const decision = decide({ ...question, memory: noted });
  const [best] = rivalsOf(verdict, own);
  return {
    decision,
    memory: { ...noted, offered: offerIn(decision, { verdict, own, memory: noted }) },
    betterSince: best === undefined ? undefined : noted.aheadSince.get(best.name),
  };
}

function offerIn(
  decision: YieldDecision,
  { verdict, own, memory }: Pick<YieldQuestion, "verdict" | "own" | "memory">,
): YieldMemory["offered"] {
  if (verdict.lease.holder !== own) return memory.offered;
  if (decision.kind !== "yield" || decision.to === undefined) return undefined;
  return { to: decision.to, transitions: verdict.lease.transitions };
}

function decide(question: YieldQuestion): YieldDecision {
  const { verdict, own, now } = question;
  const us = findCluster(verdict, own);
  if (verdict.lease.holder !== own) {
    return { kind: "stay", reason: `${us?.label ?? own} does not hold the forge lease` };
  }
  if (us === undefined) {
    return { kind: "stay", reason: `${own} has no CardanoForgeCluster, which does not disable it` };
  }
  if (us.excluded === "disabled") {
    return { kind: "yield", to: undefined, cause: "disabled", reason: us.hindrance };
  }
  const plans = rivalsOf(verdict, own).map((rival) => planFor(rival, us, question));
  const due = plans.find(({ obstacle, notBefore }) =>
    obstacle === undefined && !isBefore(now, notBefore)
  );
  if (due !== undefined) {
    const { rival: { name, label }, cause, why } = due;
    const reason = `${us.label} yields to ${label}: ${why}${whyNow(cause, { waits: false })}`;
    return { kind: "yield", to: name, cause, reason };
  }
  const [first] = plans;
  if (first === undefined) return { kind: "stay", reason: us.reason };
  const { rival, cause, why, notBefore, obstacle } = first;
  const until = [
    ...isBefore(now, notBefore) ? [`until ${isoSeconds(notBefore) ?? "a time to come"}`] : [],
    ...obstacle === undefined ? [] : [`until ${obstacle}`],
  ].join(" and ");
  const waits = isBefore(now, notBefore);
  const reason = `${us.label} goes on ${until}: ${why}${whyNow(cause, { waits })}`;
  return { kind: "wait", to: rival.name, cause, notBefore, reason };
}
