// Owns what is told of a world: the last lines for a person, and a digest of all of them for comparison.
// Never steers anything.

import type { Agenda } from "./agenda.ts";

const LINES_KEPT = 400;

interface Line {
  readonly at: number;
  readonly who: string;
  readonly what: string;
  readonly fields: Readonly<Record<string, unknown>> | undefined;
}

export class Story {
  readonly #agenda: Agenda;
  readonly #verbose: boolean;
  readonly #lines: Line[] = [];
  #digest = 2_166_136_261;
  #count = 0;

  constructor(agenda: Agenda, verbose: boolean) {
    this.#agenda = agenda;
    this.#verbose = verbose;
  }

  add(who: string, what: string, fields?: Readonly<Record<string, unknown>>): void {
    const line = { at: this.#agenda.now, who, what, fields };
    this.#lines[this.#count++ % LINES_KEPT] = line;
    this.#mix(Math.floor(line.at * 1_000));
    for (let i = 0; i < what.length; i += 3) this.#mix(what.charCodeAt(i));
    if (this.#verbose) console.log(tell(line));
  }

  get digest(): string {
    return `${this.#count}:${(this.#digest >>> 0).toString(16)}`;
  }

  /** The end of it: what happened in the last so many ms. */
  tail(ms: number): string[] {
    const first = Math.max(0, this.#count - LINES_KEPT);
    const lines: Line[] = [];
    for (let i = first; i < this.#count; i++) {
      const line = this.#lines[i % LINES_KEPT];
      if (line !== undefined && line.at >= this.#agenda.now - ms) lines.push(line);
    }
    return lines.map(tell);
  }

  #mix(value: number): void {
    this.#digest = Math.imul(this.#digest ^ (value & 0xffff), 16_777_619);
    this.#digest = Math.imul(this.#digest ^ (value >>> 16), 16_777_619);
  }
}

function tell({ at, who, what, fields }: Line): string {
  const more = Object.entries(fields ?? {}).filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${value}`).join("");
  return `${(at / 1_000).toFixed(3).padStart(10)} ${who.padEnd(8)} ${what}${more}`;
}
