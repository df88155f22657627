// Owns the words for how a lease stands towards this replica, for /status.
// Never decides by it.

import { assertNever } from "../core/assert_never.ts";
import { holdRuns } from "../core/election_moves.ts";
import type { ForgeTier } from "../core/forge_tier_state.ts";
import { clusterOf, type Standing, TRANSITIONS_MAX } from "../core/lease.ts";
import type { Managing } from "../core/manager_state.ts";
import { elapsedMs, type Monotonic } from "../core/time.ts";
import { reasonWord } from "../reason.ts";

export function describeStanding(
  standing: Standing,
  { state, now }: { state: Managing; now: Monotonic },
): string {
  if (state.podDeleting && standing.kind !== "mine") {
    return "never claimed any more: this pod is being deleted";
  }
  if (state.givingUp !== undefined) {
    return `giving leadership up: ${reasonWord(state.givingUp.reason)}`;
  }
  const unfit = state.guard?.unfit;
  switch (standing.kind) {
    case "unobserved":
      return state.poolId === undefined
        ? "the pool is not known: no valid certificate was read yet"
        : "the lease was not read yet";
    case "mine":
      return state.leads ? "held by this replica" : "ours by its record, to be renewed";
    case "claimable":
      return unfit === undefined
        ? `free (${standing.why}), about to be claimed`
        : `free (${standing.why}), not claimed: ${unfit.message}`;
    default:
      return describeForeign(standing, { now, holder: (text) => text });
  }
}

export function describeForgeStanding(
  standing: Standing,
  { tier, active, now }: { tier: ForgeTier; active: boolean; now: Monotonic },
): string {
  if (!active) return "the local leader's to say";
  if (tier.givingUp !== undefined) return `being given up: ${reasonWord(tier.givingUp.reason)}`;
  switch (standing.kind) {
    case "unobserved":
      return "the lease was not read yet";
    case "mine":
      return holdRuns(tier.election, now)
        ? "held by this cluster"
        : "this cluster's by its record, to be renewed";
    case "claimable":
      return `free (${standing.why})`;
    default:
      return describeForeign(standing, { now, holder: clusterOf });
  }
}

function describeForeign(
  standing: Exclude<Standing, { kind: "unobserved" | "mine" | "claimable" }>,
  { now, holder }: { now: Monotonic; holder: (text: string) => string },
): string {
  switch (standing.kind) {
    case "absent":
      return "the lease does not exist and is about to be created";
    case "wait": {
      const seconds = Math.max(0, Math.ceil(elapsedMs(now, standing.until) / 1_000));
      const holding = standing.record.holder === ""
        ? "vacant without a receipt"
        : `held by ${holder(standing.record.holder)}`;
      return `${holding}; claimable in ${seconds} s if nothing changes`;
    }
    case "other_pool":
      return `belongs to another pool, ${standing.poolId}: never claimed`;
    case "moved":
      return `replaced by lease ${standing.to}`;
    case "exhausted": {
      const { holder: found } = standing.record;
      const holding = found === "" ? "vacant" : `held by ${holder(found)}`;
      return `${holding}; nobody can claim it: its leaseTransitions came to ${TRANSITIONS_MAX}, ` +
        "the API's maximum; delete the Lease";
    }
    default:
      return assertNever(standing);
  }
}
