// Owns what a fault of a campaign is: a name, how often it comes, what it needs, does and undoes.
// Never breaks one of the stated assumptions, unless it says which class it is counted apart in.

import type { ChaosPod, ChaosWorld } from "./world.ts";

/** Classes of faults that break a stated assumption. */
export type ApartClass = "joint_freeze";

/** One fault as it strikes. */
export interface Strike {
  readonly world: ChaosWorld;
  /** Whom it strikes, where it strikes one. */
  readonly pod: ChaosPod;
  /** In [0, 1), from the seed: for whatever else the fault has to choose. */
  readonly chance: number;
  readonly durationMs: number;
}

/** Undoes it. Called once, at its end or at the end of the storm. */
export type Heal = () => Promise<void> | void;

export interface Fault {
  readonly name: string;
  readonly weight: number;
  /** Shortest and longest; absent where there is nothing to undo. */
  readonly lastsMs?: readonly [number, number];
  /** What no other fault may have claimed at the same time. */
  readonly claims: (strike: Strike) => readonly string[];
  /**
   * Whether it may make a sidecar late. The kubelet's probe is reckoned from a renewal that was due
   * to be fresh, so that this must not meet a replica whose renewals fail already.
   */
  readonly needsFreshRenewals?: boolean;
  readonly apart?: ApartClass;
  /** Gives "absent" when there is nothing here that it could strike. */
  readonly inject: (strike: Strike) => Promise<Heal | "absent" | void> | Heal | "absent" | void;
}

/** Named claims, so that no fault mistypes one. */
export const claim = {
  processes: ({ pod }: Pick<Strike, "pod">): string => `processes of ${pod.label}`,
  keyFolder: ({ pod }: Pick<Strike, "pod">): string => `key folder of ${pod.label}`,
  account: ({ pod }: Pick<Strike, "pod">): string => `account of ${pod.label}`,
  link: (name: string): string => `link ${name}`,
  api: (name: string): string => `API ${name}`,
  lease: (name: string): string => `lease ${name}`,
  credentials: "credentials",
  machine: "machine",
  policy: "policy",
} as const;
