// Owns what is particular to a replica in a campaign: clocks, back-off, slow handlers, a small disk.
// Never makes one that could not forge for ever.

import type { Misbehaviour } from "../../lib/demo/simulated_arguments.ts";
import type { Random } from "../simulation/random.ts";
import type { ReplicaOptions } from "../support/replica.ts";

/** Shorter than the kubelet's, so that a minute holds what an hour would. */
const RESTART_DELAYS = { firstMs: 300, secondMs: 2_000, maxMs: 16_000, forgetAfterMs: 60_000 };
/** Up to four months, as machines that were started at different times have. */
const CLOCK_AHEAD_SECONDS_MAX = 1e7;
/** From a signal to its effect; of these the last repeats. */
const HANDLER_DELAYS_MS = [[0], [0], [50, 300, 0], [600, 0, 200]];
/** Of one that refuses to stop only its end is a stop, as when a genesis file no longer matches. */
const MISBEHAVIOURS: readonly (readonly Misbehaviour[])[] = [[], [], [], ["refuse-stop"]];

export function chaosReplica(random: Random): Partial<ReplicaOptions> {
  const handlerDelaysMs = random.pick(HANDLER_DELAYS_MS);
  const replayMs = Math.round(random.between(0, 3_000));
  return {
    mountsKeys: true,
    clockAheadSeconds: () => Math.round(random.skewed(1, CLOCK_AHEAD_SECONDS_MAX)),
    node: { handlerDelaysMs, replayMs, misbehaviours: random.pick(MISBEHAVIOURS) },
    restartDelays: RESTART_DELAYS,
  };
}
