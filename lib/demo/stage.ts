// Owns what the demo plays on: API servers, replicas, and the events so far; here of one cluster.
// Never outlives close(): every process is ended by its handle.

import type { Environment } from "../config.ts";
import { type Emulator, startEmulator } from "./emulator.ts";
import type { DemoEvent } from "./events.ts";
import { Observer } from "./observer.ts";
import { makeKeys, replicaMaker } from "./properties.ts";
import type { Replica } from "./replica.ts";
import type { NodeRecords } from "./slots.ts";

const REPLICAS = 3;

export interface StageOptions {
  /** Everything written by the demo is below. */
  readonly dir: string;
  readonly environment: Environment;
}

export class Stage {
  readonly replicas: readonly Replica[];
  readonly observer: Observer;
  readonly #emulators: readonly Emulator[];
  readonly #events: DemoEvent[] = [];

  constructor(emulators: readonly Emulator[], replicas: readonly Replica[]) {
    this.#emulators = emulators;
    this.replicas = replicas;
    this.observer = new Observer(replicas);
  }

  get events(): readonly DemoEvent[] {
    return this.#events;
  }

  /** Notes that something is about to be done. Each event has a moment of its own. */
  note(name: string): DemoEvent {
    const event = { name, atMs: Math.max(Date.now(), (this.#events.at(-1)?.atMs ?? 0) + 1) };
    this.#events.push(event);
    return event;
  }

  records(): NodeRecords {
    return Object.fromEntries(this.replicas.map((replica) => [replica.name, replica.record()]));
  }

  async close(): Promise<void> {
    await Promise.all(this.replicas.map((replica) => replica.stop()));
    await this.observer.stop();
    await Promise.all(this.#emulators.map((emulator) => emulator.stop()));
  }
}

/** Everything but the pods, which are the first event of the story. */
export async function setStage({ dir, environment }: StageOptions): Promise<Stage> {
  const emulator = await startEmulator();
  const makeReplica = replicaMaker({ dir, environment, keys: await makeKeys(dir) });
  const replicas = Array.from(
    { length: REPLICAS },
    (_, index) => makeReplica({ name: `bp-${index}`, emulator }),
  );
  return new Stage([emulator], replicas);
}
