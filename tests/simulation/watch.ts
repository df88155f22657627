// Owns one replica's watch of a store: a list, then changes in order, late, stalled or broken off.
// Never makes up a state that the store did not have.

import type { LeaseObject } from "../../lib/core/lease_object.ts";
import type { Link } from "./link.ts";
import type { Change, LeaseStore } from "./store.ts";
import type { World } from "./world.ts";

export abstract class Watch {
  readonly #world: World;
  readonly #link: Link;
  /** Rises with every opening and closing: what belongs to an older one is dropped. */
  #generation = 0;
  #lastAt = 0;
  #isStalled = false;
  readonly #whenGoing: (() => void)[] = [];
  protected isFollowing = false;

  constructor(world: World, link: Link) {
    this.#world = world;
    this.#link = link;
  }

  /** Reads the store now, and answers how to show what was read. */
  protected abstract read(): () => void;

  open(): void {
    this.close();
    this.#list();
  }

  close(): void {
    this.#generation++;
    this.isFollowing = false;
    this.goOn();
  }

  /** The stream ends, or its version is compacted away: the replica begins with a list again. */
  breakOff(): void {
    if (!this.isFollowing) return;
    const generation = ++this.#generation;
    this.isFollowing = false;
    this.goOn();
    const { agenda, random } = this.#world;
    agenda.after(random.between(0, 2_000), () => this.#ifStill(generation, () => this.#list()));
  }

  /** Nothing comes any more, and nothing says so: requests are answered as ever. */
  stall(): void {
    this.#isStalled = this.isFollowing;
  }

  goOn(): void {
    this.#isStalled = false;
    for (const task of this.#whenGoing.splice(0)) task();
  }

  protected deliver(show: () => void): void {
    const { agenda, watchLagMs, random } = this.#world;
    this.#deliverAt(Math.max(this.#lastAt, agenda.now + random.between(0.5, watchLagMs)), show);
  }

  #deliverAt(at: number, show: () => void): void {
    const generation = this.#generation;
    this.#lastAt = at;
    const arrive = () => {
      if (this.#isStalled) return void this.#whenGoing.push(arrive);
      this.#link.whenUp(() => this.#ifStill(generation, show));
    };
    this.#world.agenda.book(at, arrive);
  }

  #list(): void {
    const generation = this.#generation;
    const { agenda } = this.#world;
    this.#link.whenUp(() =>
      agenda.after(this.#link.latencyMs(), () =>
        this.#ifStill(generation, () => {
          this.isFollowing = true;
          this.#deliverAt(agenda.now + this.#link.latencyMs(), this.read());
        }))
    );
  }

  #ifStill(generation: number, task: () => void): void {
    if (generation === this.#generation) task();
  }
}

export class LeaseWatch extends Watch {
  readonly store: LeaseStore;
  readonly #watches: Set<LeaseWatch>;
  readonly #name: string;
  readonly #onSeen: (object: LeaseObject | undefined) => void;

  constructor({ world, store = world.store, link, name, onSeen }: {
    world: World;
    store?: LeaseStore;
    link: Link;
    name: string;
    onSeen: (object: LeaseObject | undefined) => void;
  }) {
    super(world, link);
    this.store = store;
    this.#watches = world.watches;
    this.#name = name;
    this.#onSeen = onSeen;
    this.#watches.add(this);
  }

  hear({ name, after }: Change): void {
    if (this.isFollowing && name === this.#name) this.deliver(() => this.#onSeen(after));
  }

  /** Its replica has ended. */
  dispose(): void {
    this.close();
    this.#watches.delete(this);
  }

  protected override read(): () => void {
    const object = this.store.get(this.#name);
    return () => this.#onSeen(object);
  }
}
