// Owns what a fault is: a name, how often it comes, and what it does to a world and one of its pods.
// Never outlives the world's healing: what it does, it undoes by itself or by Weather.heal.

import type { Pod } from "./pod.ts";
import type { World } from "./world.ts";

export interface Fault<W = World, P = Pod> {
  readonly name: string;
  readonly weight: number;
  /** Below what the program promises to tolerate without a move, where it strikes one pod at a time. */
  readonly isMild?: boolean;
  /** Mild only where it strikes a pod that does not forge. */
  readonly isMildForFollowers?: boolean;
  /** Answers false when there is nothing here that it could strike. */
  readonly strike: (world: W, pod: P) => boolean | void;
}

/** Skewed towards short; in mild worlds only as long as is tolerated. */
export function lasting(
  { random, isMild }: World,
  { max, mildMax }: { max: number; mildMax: number },
): number {
  return isMild ? random.between(50, mildMax) : random.skewed(100, max);
}
