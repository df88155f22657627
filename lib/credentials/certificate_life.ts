// Owns how long an operational certificate goes on, in steps coarse enough for a status.
// Never judges whether it may be used: check.ts does.

import { assertNever } from "../core/assert_never.ts";
import { elapsedMs, isBefore, type WallTime } from "../core/time.ts";
import { type Genesis, kesPeriodBegin } from "./networks.ts";
import type { CertificateFacts } from "./verdict.ts";

export interface CertificateLife {
  readonly counter: number;
  /** Undefined where no full pool id is configured. */
  readonly poolIdMatches: boolean | undefined;
  /** First KES period of the certificate, and the first in which it is over. */
  readonly kesPeriodStart: number;
  readonly kesPeriodEnd: number;
  /** ISO 8601 UTC; undefined, as what follows of it, while the network's genesis is unknown. */
  readonly expiresAt: string | undefined;
  /** Since 1970. */
  readonly expirySeconds: number | undefined;
  /** Whole days; negative once it is over. */
  readonly daysLeft: number | undefined;
  readonly stage: LifeStage;
}

/** Changes a few times in a certificate's life, so that a status may tell it. */
export type LifeStage =
  | { readonly kind: "unknown" }
  | { readonly kind: "fresh" }
  | { readonly kind: "over" }
  | { readonly kind: "expiring"; readonly withinDays: number };

/** New keys are made on a machine that is offline: two weeks leave time to plan for it. */
const WARNING_DAYS: readonly number[] = [1, 3, 7, 14];
const DAY_MS = 86_400_000;

export function certificateLife(
  { certificateCounter, poolIdMatches, kesPeriodStart, kesPeriodEnd, expiresAt }: CertificateFacts,
  { genesis, now }: { readonly genesis: Genesis | undefined; readonly now: WallTime },
): CertificateLife {
  const told = {
    counter: certificateCounter,
    poolIdMatches,
    kesPeriodStart,
    kesPeriodEnd,
    expiresAt,
  };
  if (genesis === undefined) {
    return { ...told, expirySeconds: undefined, daysLeft: undefined, stage: { kind: "unknown" } };
  }
  const end = kesPeriodBegin(genesis, kesPeriodEnd);
  return {
    ...told,
    expirySeconds: end / 1_000,
    daysLeft: Math.floor(elapsedMs(now, end) / DAY_MS),
    stage: lifeStage(end, now),
  };
}

export function lifeStage(end: WallTime, now: WallTime): LifeStage {
  if (!isBefore(now, end)) return { kind: "over" };
  const leftMs = elapsedMs(now, end);
  const withinDays = WARNING_DAYS.find((days) => leftMs <= days * DAY_MS);
  return withinDays === undefined ? { kind: "fresh" } : { kind: "expiring", withinDays };
}

/** What is to be told of it, as a clause; undefined while there is nothing to do. */
export function lifeWarning(stage: LifeStage): string | undefined {
  switch (stage.kind) {
    case "unknown":
    case "fresh":
      return undefined;
    case "expiring":
      return stage.withinDays === 1
        ? "is over in less than a day"
        : `is over in less than ${stage.withinDays} days`;
    case "over":
      return "is over";
    default:
      return assertNever(stage);
  }
}
