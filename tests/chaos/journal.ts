// Owns the account of a campaign: what was injected when and on whom, and what was not, and why.
// Never judges.

import type { ApartClass } from "./fault.ts";

export interface JournalEntry {
  readonly round: number;
  readonly fault: string;
  readonly target: string;
  /** Whether the node of whom it struck forged just then. */
  readonly onForger: boolean;
  readonly fromMs: number;
  /** When it was undone; undefined while it goes on. */
  toMs?: number;
  readonly apart?: ApartClass;
}

export class Journal {
  readonly entries: JournalEntry[] = [];
  /** Faults that were planned and not injected, by reason. */
  readonly passed = new Map<string, number>();
  readonly #tell: (line: string) => void;

  constructor(tell: (line: string) => void) {
    this.#tell = tell;
  }

  begin(entry: JournalEntry): JournalEntry {
    this.entries.push(entry);
    this.note(`${entry.fault} on ${entry.target}${entry.onForger ? ", which forges" : ""}`);
    return entry;
  }

  end(entry: JournalEntry): void {
    entry.toMs = Date.now();
    const tookMs = entry.toMs - entry.fromMs;
    this.note(`${entry.fault} on ${entry.target} is over after ${tookMs} ms`);
  }

  pass(reason: string): void {
    this.passed.set(reason, (this.passed.get(reason) ?? 0) + 1);
  }

  note(what: string): void {
    this.#tell(`${new Date().toISOString()} ${what}`);
  }

  counts(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { fault } of this.entries) counts.set(fault, (counts.get(fault) ?? 0) + 1);
    return counts;
  }
}
