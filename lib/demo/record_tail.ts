// Owns following one node's record while it is written.
// Never reads a byte twice, since a demo by hand may go on for hours.

import { parseRecord, type RecordLine } from "./slot_record.ts";

export class RecordTail {
  readonly #path: string;
  readonly #decoder = new TextDecoder();
  readonly #lines: RecordLine[] = [];
  #file: Deno.FsFile | undefined;
  #rest = "";
  #isClosed = false;

  constructor(path: string) {
    this.#path = path;
  }

  /** Everything written so far. A line cut short by this reading's timing comes with the next. */
  lines(): readonly RecordLine[] {
    if (!this.#isClosed) this.#readOn();
    return this.#lines;
  }

  /** Reads to the end; lines() keeps giving what was read. */
  close(): void {
    this.lines();
    this.#isClosed = true;
    this.#file?.close();
  }

  #readOn(): void {
    this.#file ??= openIfThere(this.#path);
    if (this.#file === undefined) return;
    const buffer = new Uint8Array(16_384);
    for (let count = this.#file.readSync(buffer); count; count = this.#file.readSync(buffer)) {
      this.#rest += this.#decoder.decode(buffer.subarray(0, count), { stream: true });
    }
    const end = this.#rest.lastIndexOf("\n") + 1;
    this.#lines.push(...parseRecord(this.#rest.slice(0, end)));
    this.#rest = this.#rest.slice(end);
  }
}

function openIfThere(path: string): Deno.FsFile | undefined {
  try {
    return Deno.openSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined; // the node has not begun one
    throw error;
  }
}
