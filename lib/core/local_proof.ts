// Owns until when a hold of the local Lease proves that nobody else leads this cluster.
// Never goes by the monotonic clock: it stands still while the machine is suspended, and others wait on.

import { soundHold } from "./election_moves.ts";
import type { Election } from "./election_state.ts";
import { addMs, FASTEST_CLOCK_PERCENT, type PermitTime, SLOWEST_CLOCK_PERCENT } from "./time.ts";

/**
 * First instant at which another replica may have claimed the local Lease by waiting: on the fastest
 * clock it waits for the Lease's duration, from no earlier than our last renewal was sent, and ours
 * may be the slowest meanwhile. It is later than RENEW_DEADLINE + FENCE_TIMEOUT, so that a leader
 * that lost its own API alone can still release the forge lease. Undefined without a hold, and from
 * when its release is sent: by the receipt others claim without any wait.
 */
export function provenUntil(local: Election): PermitTime | undefined {
  const hold = soundHold(local);
  if (hold === undefined) return undefined;
  const { durationMs } = local.settings;
  return addMs(hold.stamp.at, durationMs * SLOWEST_CLOCK_PERCENT / FASTEST_CLOCK_PERCENT);
}
