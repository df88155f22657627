// Owns the demo where nobody can redraw: one line for each change, with its time.
// Never repeats a line for a number that only counts down.

import type { Display, Frame } from "./frame.ts";
import { seconds, wrap } from "./paint.ts";
import type { ReplicaView } from "./replica_view.ts";

const COLUMNS = 88;
const NO_POD = "no pod";

export class PlainDisplay implements Display {
  readonly #print: (line: string) => void;
  #sceneText = "";
  #results = 0;
  readonly #shown = new Map<string, string>();

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  show({ elapsedMs, scene, replicas, results }: Frame): void {
    const at = seconds(elapsedMs).padStart(7);
    for (const result of results.slice(this.#results)) this.#print(`${at}  => ${result}`);
    this.#results = results.length;
    if (scene.text !== this.#sceneText) {
      this.#sceneText = scene.text;
      this.#print(`\n${scene.number}  ${scene.title}`);
      for (const line of wrap(scene.text, COLUMNS)) this.#print(`        ${line}`);
    }
    for (const replica of replicas) {
      const line = replicaLine(replica);
      const before = this.#shown.get(replica.name) ?? `${replica.name}  ${NO_POD}`;
      if (before === line) continue;
      this.#shown.set(replica.name, line);
      this.#print(`${at}  ${line}`);
    }
  }

  close(): void {}
}

function replicaLine(view: ReplicaView): string {
  if (view.pod === "no pod") return `${view.name}  ${NO_POD}`;
  const parts = [
    `pod ${view.pod}`,
    `node ${view.node}`,
    view.leads ? "leads" : "",
    view.forging === "confirmed" ? "forges (confirmed)" : "",
    view.forging === "unknown" ? "forging unknown" : "",
    view.waitsFor === "" ? "" : `waits for ${view.waitsFor.replace(/ for \d+ s( more)?$/, "")}`,
  ];
  return `${view.name}  ${parts.filter((part) => part !== "").join(", ")}`;
}
