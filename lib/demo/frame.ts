// Owns what there is to see at one moment of the demo, whoever shows it.
// Never says how it looks.

import type { DemoEvent } from "./events.ts";
import type { ReplicaView } from "./replica_view.ts";
import type { NodeRecords } from "./slots.ts";

export interface Scene {
  /** As "3 of 6"; empty in a demo by hand. */
  readonly number: string;
  readonly title: string;
  /** In sentences, what is done and what should follow. */
  readonly text: string;
}

export interface Frame {
  readonly elapsedMs: number;
  readonly nowMs: number;
  readonly scene: Scene;
  readonly replicas: readonly ReplicaView[];
  readonly records: NodeRecords;
  readonly events: readonly DemoEvent[];
  /** What came of the events so far, one line each. */
  readonly results: readonly string[];
  /** Of a demo by hand: the selected replica, and what the keys do. */
  readonly byHand?: { readonly selected: string; readonly keys: string };
}

export interface Display {
  show(frame: Frame): void;
  /** Leaves what is shown where it is; text may follow. */
  close(): void;
}
