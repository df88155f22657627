// Owns which faults there are in a world of one cluster, whom they strike, and that all of them end.
// Never strikes after healing.

import type { Fault } from "./fault.ts";
import { JOINT_FAULTS } from "./joint_faults.ts";
import { LINK_FAULTS } from "./link_faults.ts";
import { OPERATOR_FAULTS } from "./operator_faults.ts";
import type { Pod } from "./pod.ts";
import { PROCESS_FAULTS } from "./process_faults.ts";
import { Storm } from "./storm.ts";
import { TimelyFaults } from "./timely_faults.ts";
import type { World } from "./world.ts";

export const ALL_FAULTS: readonly Fault[] = [
  ...LINK_FAULTS,
  ...PROCESS_FAULTS,
  ...OPERATOR_FAULTS,
  ...JOINT_FAULTS,
];
/** One mild fault is over, and its traces gone, before the next comes. */
const MILD_GAP_MS = 25_000;

export class Weather {
  readonly #world: World;
  readonly #storm: Storm<World, Pod>;

  constructor(world: World) {
    this.#world = world;
    const { isMild } = world;
    const storm = this.#storm = new Storm(
      world,
      ALL_FAULTS.filter((fault) => !isMild || fault.isMild || fault.isMildForFollowers),
    );
    const { random } = storm;
    const meanGapMs = random.skewed(3_000, 40_000);
    new TimelyFaults(world, storm, isMild ? 0 : random.pick([0, 0, 0.1, 0.3]));
    storm.blow(
      () => isMild ? MILD_GAP_MS : random.exponential(meanGapMs),
      (fault) => this.#victim(fault),
    );
  }

  /** Who forges is struck more often than the others. */
  #victim(fault: Fault): Pod | undefined {
    const { pods, oracle, isMild } = this.#world;
    const { random } = this.#storm;
    const forger = pods.find((pod) => oracle.isAble(pod));
    const sparesForger = isMild && !fault.isMild;
    if (sparesForger) {
      // One without the flag may be able beside the leader, until it is fenced.
      const others = pods.filter((pod) => !oracle.isAble(pod));
      return forger === undefined || others.length === 0 ? undefined : random.pick(others);
    }
    if (isMild && forger === undefined) return undefined;
    return forger !== undefined && random.chance(0.5) ? forger : random.pick(pods);
  }

  heal(): void {
    this.#storm.isOver = true;
    const world = this.#world;
    world.note("weather", "all is healed");
    world.watchLagMs = 20;
    for (const pod of world.pods) pod.heal();
    for (const watch of world.everyWatch()) watch.goOn();
    if (!world.isMild) world.rotate(true);
  }
}
