// Owns one cluster of the demo, in a region of its own: its replicas, and its way to the hub.
// Never decides what is done to it, or when.

import type { NetworkListener } from "./emulator.ts";
import type { Replica } from "./replica.ts";

export interface RegionOptions {
  readonly name: string;
  readonly replicas: readonly Replica[];
  /** Way of all its replicas to the coordination API. */
  readonly hub: NetworkListener;
}

export class Region {
  readonly name: string;
  readonly replicas: readonly Replica[];
  readonly #hub: NetworkListener;

  constructor({ name, replicas, hub }: RegionOptions) {
    this.name = name;
    this.replicas = replicas;
    this.#hub = hub;
  }

  start(): void {
    for (const replica of this.replicas) replica.start();
  }

  /** All its machines end in the same moment. Its API server lives on: nobody is left to ask it. */
  async vanish(): Promise<void> {
    await Promise.all(this.replicas.map((replica) => replica.vanish()));
  }

  /** What it sends to the coordination API is swallowed, and so is every answer. */
  cutOffFromHub(): void {
    this.#hub.setMode("hang");
  }

  healHub(): void {
    this.#hub.setMode("ok");
  }
}
