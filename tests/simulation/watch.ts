// Owns one replica's watch of one lease: a list, then changes in order, late, stalled or broken off.
// Never makes up a state that the lease did not have.

import type { LeaseObject } from "../../lib/core/lease_object.ts";
import type { Link } from "./link.ts";
import type { Change, LeaseStore } from "./store.ts";
import type { World } from "./world.ts";

export class LeaseWatch {
  readonly store: LeaseStore;
  readonly #world: World;
  readonly #link: Link;
  readonly #name: string;
  readonly #onSeen: (object: LeaseObject | undefined) => void;
  /** Rises with every opening and closing: what belongs to an older one is dropped. */
  #generation = 0;
  #isFollowing = false;
  #lastAt = 0;

  constructor({ world, store = world.store, link, name, onSeen }: {
    world: World;
    store?: LeaseStore;
    link: Link;
    name: string;
    onSeen: (object: LeaseObject | undefined) => void;
  }) {
    this.#world = world;
    this.store = store;
    this.#link = link;
    this.#name = name;
    this.#onSeen = onSeen;
    world.watches.add(this);
  }

  open(): void {
    this.#generation++;
    this.#isFollowing = false;
    this.#list();
  }

  close(): void {
    this.#generation++;
    this.#isFollowing = false;
  }

  /** Its replica has ended. */
  dispose(): void {
    this.close();
    this.#world.watches.delete(this);
  }

  /** The stream ends; the replica begins with a list again. */
  breakOff(): void {
    if (!this.#isFollowing) return;
    const generation = ++this.#generation;
    this.#isFollowing = false;
    const { agenda, random } = this.#world;
    agenda.after(random.between(0, 2_000), () => this.#ifStill(generation, () => this.#list()));
  }

  hear({ name, after }: Change): void {
    if (!this.#isFollowing || name !== this.#name) return;
    const generation = this.#generation;
    const { agenda, watchLagMs, random } = this.#world;
    const at = Math.max(this.#lastAt, agenda.now + random.between(0.5, watchLagMs));
    this.#lastAt = at;
    agenda.book(
      at,
      () => this.#link.whenUp(() => this.#ifStill(generation, () => this.#onSeen(after))),
    );
  }

  #list(): void {
    const generation = this.#generation;
    const { agenda } = this.#world;
    this.#link.whenUp(() =>
      agenda.after(this.#link.latencyMs(), () =>
        this.#ifStill(generation, () => {
          const object = this.store.get(this.#name);
          this.#isFollowing = true;
          this.#lastAt = agenda.now + this.#link.latencyMs();
          agenda.book(this.#lastAt, () => this.#ifStill(generation, () => this.#onSeen(object)));
        }))
    );
  }

  #ifStill(generation: number, task: () => void): void {
    if (generation === this.#generation) task();
  }
}
