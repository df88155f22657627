// Owns reading the record of one simulated node while it grows.
// Never reads a line twice, so that asking often costs little.

import { parseRecord, type RecordEvent, type RecordLine } from "../../lib/demo/slot_record.ts";

export class RecordReader {
  readonly #path: string;
  readonly #lines: RecordLine[] = [];
  #offset = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Everything so far. */
  lines(): readonly RecordLine[] {
    const text = this.#unread();
    const end = text.lastIndexOf("\n") + 1;
    this.#offset += end; // The records are ASCII, so that characters are bytes.
    this.#lines.push(...parseRecord(text.slice(0, end)));
    return this.#lines;
  }

  /** Times this happened since the given moment. */
  count(event: RecordEvent, sinceMs = 0): number {
    return this.lines().filter((line) => line.event === event && line.wallMs >= sinceMs).length;
  }

  #unread(): string {
    let file: Deno.FsFile;
    try {
      file = Deno.openSync(this.#path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return ""; // the node has not begun one
      throw error;
    }
    using opened = file;
    const size = opened.statSync().size - this.#offset;
    if (size <= 0) return "";
    opened.seekSync(this.#offset, Deno.SeekMode.Start);
    const bytes = new Uint8Array(size);
    return new TextDecoder().decode(bytes.subarray(0, opened.readSync(bytes) ?? 0));
  }
}
