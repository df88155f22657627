// Owns the boot-time clock as read many times a second: one open file instead of opening it each time.
// Never caches a reading.

import { parseUptime } from "./clocks.ts";

/** Two numbers; a decoder for so few ASCII characters would cost more than the reading. */
const MAX_BYTES = 64;

export class Uptime {
  readonly #path: string;
  readonly #buffer = new Uint8Array(MAX_BYTES);
  #file: Deno.FsFile | undefined;

  constructor(procRoot = "/proc") {
    this.#path = `${procRoot}/uptime`;
  }

  /** Milliseconds since boot with suspended time, in steps of 10; undefined when unreadable. */
  bootMs(): number | undefined {
    try {
      this.#file ??= Deno.openSync(this.#path);
      this.#file.seekSync(0, Deno.SeekMode.Start);
      const length = this.#file.readSync(this.#buffer) ?? 0;
      return parseUptime(String.fromCharCode(...this.#buffer.subarray(0, length)));
    } catch {
      this.close(); // opened afresh by the next reading; the other clocks go on meanwhile
      return undefined;
    }
  }

  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }
}
