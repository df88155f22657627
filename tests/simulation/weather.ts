// Owns when which fault strikes whom, and that all of them end.
// Never strikes after healing.

import type { Fault } from "./fault.ts";
import { FAIR } from "./link.ts";
import { LINK_FAULTS } from "./link_faults.ts";
import { GOOD_MANNERS } from "./node.ts";
import { OPERATOR_FAULTS } from "./operator_faults.ts";
import type { Pod } from "./pod.ts";
import { PROCESS_FAULTS } from "./process_faults.ts";
import { TimelyFaults } from "./timely_faults.ts";
import type { World } from "./world.ts";

export const ALL_FAULTS: readonly Fault[] = [
  ...LINK_FAULTS,
  ...PROCESS_FAULTS,
  ...OPERATOR_FAULTS,
];
/** One mild fault is over, and its traces gone, before the next comes. */
const MILD_GAP_MS = 25_000;

export class Weather {
  readonly #world: World;
  readonly #faults: readonly Fault[];
  readonly #meanGapMs: number;
  readonly #timely: TimelyFaults;
  #isOver = false;

  constructor(world: World, moreFaults: readonly Fault[] = []) {
    this.#world = world;
    const { random } = world;
    // Each world has its own mixture, so that some faults meet often in one world or another.
    this.#faults = [...ALL_FAULTS, ...moreFaults].filter((fault) =>
      !world.isMild || fault.isMild || fault.isMildForFollowers
    ).map((fault) => ({ ...fault, weight: fault.weight * random.pick([0, 0.3, 1, 1, 4]) }));
    this.#meanGapMs = random.skewed(3_000, 40_000);
    const timely = random.pick([0, 0, 0.1, 0.3]);
    this.#timely = new TimelyFaults(world, world.isMild ? 0 : timely);
    this.#next();
  }

  #next(): void {
    const { random, agenda, isMild } = this.#world;
    const gapMs = isMild ? MILD_GAP_MS : random.exponential(this.#meanGapMs);
    agenda.after(gapMs, () => {
      if (this.#isOver) return;
      this.#strike();
      this.#next();
    });
  }

  #strike(): void {
    const world = this.#world;
    const fault = this.#draw();
    const pod = this.#victim(fault);
    if (pod === undefined || fault.strike(world, pod) === false) return;
    world.countFault(fault.name);
  }

  #draw(): Fault {
    const whole = this.#faults.reduce((sum, { weight }) => sum + weight, 0);
    let left = this.#world.random.next() * whole;
    for (const fault of this.#faults) {
      left -= fault.weight;
      if (left < 0) return fault;
    }
    return this.#faults[0]!;
  }

  /** Who forges is struck more often than the others. */
  #victim(fault: Fault): Pod | undefined {
    const { random, pods, oracle, isMild } = this.#world;
    const forger = pods.find((pod) => oracle.isAble(pod));
    const sparesForger = isMild && !fault.isMild;
    if (sparesForger) {
      const others = pods.filter((pod) => pod !== forger);
      return forger === undefined || others.length === 0 ? undefined : random.pick(others);
    }
    if (isMild && forger === undefined) return undefined;
    return forger !== undefined && random.chance(0.5) ? forger : random.pick(pods);
  }

  heal(): void {
    this.#isOver = true;
    this.#timely.isOver = true;
    const world = this.#world;
    world.note("weather", "all is healed");
    world.watchLagMs = 20;
    for (const pod of world.pods) {
      pod.trouble();
      pod.link.set(FAIR);
      pod.manners = GOOD_MANNERS;
      pod.diskRefuses = false;
    }
    if (!world.isMild) world.rotate(true);
  }
}
