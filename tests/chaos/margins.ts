// Owns how early nodes stopped before another could have taken their lease: the room that was left.
// Never counts an end at which the lease was another's already, or nobody's.

import type { SlotJudgement } from "../../lib/demo/slots.ts";
import type { LeaseSighting } from "./lease_log.ts";

export interface Margin {
  readonly node: string;
  readonly atMs: number;
  /** From the node's last ability to the first moment of a claim by silence; negative is too late. */
  readonly leftMs: number;
}

export interface SeenLease {
  readonly durationMs: number;
  readonly sightings: readonly LeaseSighting[];
  readonly isHeldBy: (holder: string, node: string) => boolean;
}

/** Assumed of the claimant's clock, as in the program's own reckoning. */
const SLOWEST_CLOCK = 0.99;

/** One for each end of an ability. A renewal between two looks makes it look smaller than it was. */
export function marginsOf(
  able: SlotJudgement["able"],
  leases: readonly SeenLease[],
): readonly Margin[] {
  return Object.entries(able).flatMap(([node, stretches]) =>
    stretches.flatMap(({ toMs }) => {
      const left = leases.flatMap(({ durationMs, sightings, isHeldBy }) => {
        const seen = sightings.findLast(({ firstMs }) => firstMs <= toMs);
        if (seen === undefined || !isHeldBy(seen.holder, node)) return [];
        return [seen.renewedMs + SLOWEST_CLOCK * durationMs - toMs];
      });
      return left.length === 0 ? [] : [{ node, atMs: toMs, leftMs: Math.min(...left) }];
    })
  );
}
