// Owns the demo in a terminal: a block of lines, drawn again in place.
// Never writes a line wider or a block higher than the terminal: it would lose its place.

import { slotChart } from "./chart.ts";
import type { Display, Frame } from "./frame.ts";
import { fit, type Paint, seconds, wrap } from "./paint.ts";
import type { ReplicaView } from "./replica_view.ts";

const COLUMNS_MAX = 110;
const COLUMNS_MIN = 40;
const TEXT_LINES = 4;
const RESULTS_MAX = 6;

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

export interface LiveDisplayOptions {
  readonly write: (text: string) => void;
  /** Asked anew each time, since a window may change. */
  readonly size: () => TerminalSize;
  readonly paint: Paint;
}

export class LiveDisplay implements Display {
  readonly #options: LiveDisplayOptions;
  #height = 0;

  constructor(options: LiveDisplayOptions) {
    this.#options = options;
    options.write("\x1b[?25l");
  }

  show(frame: Frame): void {
    const { size, paint } = this.#options;
    const { columns, rows } = size();
    const lines = block(frame, {
      columns: Math.max(COLUMNS_MIN, Math.min(COLUMNS_MAX, columns - 1)),
      rows: rows - 1,
      paint,
    });
    const up = this.#height === 0 ? "" : `\x1b[${this.#height}A`;
    this.#options.write(`${up}\r${lines.map((line) => `${line}\x1b[K\n`).join("")}\x1b[J`);
    this.#height = lines.length;
  }

  close(): void {
    this.#options.write("\x1b[?25h");
  }
}

export function block(
  frame: Frame,
  { columns, rows, paint }: TerminalSize & { readonly paint: Paint },
): readonly string[] {
  const { scene, replicas, results, byHand } = frame;
  const title = scene.number === "" ? scene.title : `${scene.number}  ${scene.title}`;
  const text = wrap(scene.text, columns).slice(0, TEXT_LINES);
  const above = [
    "",
    paint("title", fit(title, columns - 10)) + paint("dim", seconds(frame.elapsedMs).padStart(10)),
    ...text,
    // The block keeps its height from scene to scene.
    ...Array<string>(TEXT_LINES - text.length).fill(""),
    "",
    paint("dim", fit(`  ${HEADINGS}`, columns)),
    ...replicas.map((view) =>
      replicaRow(view, { columns, paint, isSelected: view.name === byHand?.selected })
    ),
    "",
    ...slotChart(frame.records, { ...frame, columns, paint }),
    "",
  ];
  const below = byHand === undefined ? [] : ["", ...wrap(byHand.keys, columns)];
  const room = Math.max(0, Math.min(RESULTS_MAX, rows - above.length - below.length));
  const latest = results.slice(Math.max(0, results.length - room));
  return [...above, ...latest.map((result) => fit(result, columns)), ...below].slice(0, rows);
}

const WIDTHS = { name: 7, pod: 11, node: 10, leads: 6, forging: 10, permit: 7 } as const;
const HEADINGS = [
  "replica".padEnd(WIDTHS.name + 1),
  "pod".padEnd(WIDTHS.pod),
  "node".padEnd(WIDTHS.node),
  "leads".padEnd(WIDTHS.leads),
  "forges".padEnd(WIDTHS.forging),
  "permit".padEnd(WIDTHS.permit),
  "waits for",
].join("");

function replicaRow(
  view: ReplicaView,
  { columns, paint, isSelected }: { columns: number; paint: Paint; isSelected: boolean },
): string {
  const fixed = Object.values(WIDTHS).reduce((sum, width) => sum + width, 3);
  const healthy = view.pod === "up";
  return [
    isSelected ? paint("bold", "> ") : "  ",
    paint(view.isForger ? "bold" : "dim", view.name.padEnd(WIDTHS.name + 1)),
    paint(healthy ? "dim" : "bad", fit(view.pod, WIDTHS.pod)),
    paint(view.node === "ready" ? "dim" : "busy", fit(view.node, WIDTHS.node)),
    paint(view.leads ? "good" : "dim", fit(view.leads ? "yes" : "–", WIDTHS.leads)),
    paint(forgingStyle(view), fit(view.forging, WIDTHS.forging)),
    fit(view.permitLeftMs > 0 ? seconds(view.permitLeftMs) : "–", WIDTHS.permit),
    paint("dim", fit(view.waitsFor, Math.max(1, columns - fixed))),
  ].join("");
}

function forgingStyle({ forging }: ReplicaView): "good" | "dim" | "busy" {
  if (forging === "confirmed") return "good";
  return forging === "no" ? "dim" : "busy";
}
