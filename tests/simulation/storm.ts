// Owns how faults are drawn and struck, one at a time, each with chance of its own.
// Never lets what one fault draws shift the others: a story is shortened by leaving faults out.

import type { Fault } from "./fault.ts";
import type { Pod } from "./pod.ts";
import { Random } from "./random.ts";
import type { World } from "./world.ts";

/** A fault that struck. */
export interface Struck {
  readonly key: string;
  readonly name: string;
  readonly who: string;
  readonly at: number;
}

export class Storm<W extends World, P extends Pod> {
  readonly #world: W;
  readonly #faults: readonly Fault<W, P>[];
  /** Of the weather alone: when, what and whom. */
  readonly random: Random;
  readonly #counts = new Map<string, number>();
  isOver = false;

  constructor(world: W, faults: readonly Fault<W, P>[]) {
    this.#world = world;
    this.random = new Random(world.seed ^ 0x51ed270b);
    // Each world has its own mixture, so that some faults meet often in one world or another.
    this.#faults = faults.map((fault) => ({
      ...fault,
      weight: fault.weight * this.random.pick([0, 0.3, 1, 1, 4]),
    }));
  }

  /** Strikes again and again, after gaps as drawn, until it is over. */
  blow(gapMs: () => number, victim: (fault: Fault<W, P>) => P | undefined): void {
    this.#world.agenda.after(gapMs(), () => {
      if (this.isOver) return;
      this.strikeOne("weather", victim);
      this.blow(gapMs, victim);
    });
  }

  strikeOne(stream: string, victim: (fault: Fault<W, P>) => P | undefined): void {
    const fault = this.#draw();
    const pod = victim(fault);
    if (pod !== undefined) {
      this.strike(stream, { name: fault.name, pod, act: () => fault.strike(this.#world, pod) });
    }
  }

  /** `act` answers false when there was nothing that it could strike. */
  strike(
    stream: string,
    { name, pod, act }: { name: string; pod: P; act: () => boolean | void },
  ): void {
    const world = this.#world;
    const count = (this.#counts.get(stream) ?? 0) + 1;
    this.#counts.set(stream, count);
    const key = `${stream} ${count}`;
    if (world.keepsOnly !== undefined && !world.keepsOnly.has(key)) return;
    const own = new Random(world.seed ^ Math.imul(count + 1_000_003 * stream.length, 0x9e3779b1));
    const struck = world.withChance(own, act) !== false;
    if (!struck) return;
    world.countFault(name);
    world.struck.push({ key, name, who: pod.label, at: world.agenda.now });
  }

  #draw(): Fault<W, P> {
    const whole = this.#faults.reduce((sum, { weight }) => sum + weight, 0);
    let left = this.random.next() * whole;
    for (const fault of this.#faults) {
      left -= fault.weight;
      if (left < 0) return fault;
    }
    return this.#faults[0]!;
  }
}
