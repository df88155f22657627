// Owns what is done to the replicas in which minute of a soak.
// Never does it.

export type Disturbance =
  | "hand-over"
  | "API server restart"
  | "connections cut"
  | "credential rotation"
  | "tokens renewed";

/**
 * In this time each disturbance happens at least once, so that whatever grows by its first time, such
 * as code that V8 compiles then, has grown before judgement begins.
 */
export const WARM_UP_MINUTES = 15;

/** The minutes of the warm-up in which leadership moves, more often than later. */
const EARLY_HAND_OVERS: readonly number[] = [4, 7, 10, 13];
const EARLY_RESTART = 5;

/** What happens in this minute since the beginning. Two hand-overs are ten minutes apart. */
export function disturbancesAt(minute: number): readonly Disturbance[] {
  const found: Disturbance[] = [];
  if (minute < WARM_UP_MINUTES ? EARLY_HAND_OVERS.includes(minute) : minute % 10 === 0) {
    found.push("hand-over");
  }
  if (minute === EARLY_RESTART || (minute > WARM_UP_MINUTES && minute % 20 === 15)) {
    found.push("API server restart");
  }
  if (minute % 10 === 8) found.push("connections cut");
  if (minute % 20 === 3) found.push("credential rotation");
  // A token holds for an hour; the kubelet renews it long before.
  if (minute % 15 === 11) found.push("tokens renewed");
  return found;
}
