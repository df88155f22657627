// Owns what the status resources say of the operational certificates: how long ours goes on, and
// whether the clusters' counters agree.
// Never words that change by themselves, such as days left: a certificate's life has few stages.

import { assertNever } from "../core/assert_never.ts";
import { counterDifference } from "../credentials/certificate_counters.ts";
import { lifeWarning } from "../credentials/certificate_life.ts";
import type { Finding } from "../kubernetes/conditions.ts";
import type { Snapshot } from "./snapshot.ts";
import type { TierSnapshot } from "./tier_snapshot.ts";

export function kesExpiring(
  { certificate, network }: Pick<Snapshot, "certificate" | "network">,
): Finding {
  if (certificate === undefined) return found("Unknown", "NoCertificate", "none was read");
  const { counter, expiresAt, stage } = certificate;
  const subject = `certificate ${counter}`;
  switch (stage.kind) {
    case "unknown":
      return found("Unknown", "GenesisUnknown", `the genesis of ${network} is not configured`);
    case "fresh":
      return found("False", "Fresh", `${subject} goes on until ${expiresAt}`);
    case "expiring":
    case "over": {
      const reason = stage.kind === "over" ? "Expired" : withinWord(stage.withinDays);
      return found("True", reason, `${subject} ${lifeWarning(stage)}: ${expiresAt}`);
    }
    default:
      return assertNever(stage);
  }
}

export function countersAgree(
  tier: Pick<TierSnapshot, "certificateCounters"> | undefined,
): Finding {
  const counters = tier?.certificateCounters ?? {};
  const difference = counterDifference(counters);
  if (difference !== undefined) return found("False", "CountersDiffer", difference);
  return Object.keys(counters).length === 0
    ? found("Unknown", "NoCertificate", "no certificate was read")
    : found("True", "Agree", "no cluster reports another counter");
}

function withinWord(days: number): string {
  return days === 1 ? "Within1Day" : `Within${days}Days`;
}

function found(status: Finding["status"], reason: string, message: string): Finding {
  return { status, reason, message };
}
