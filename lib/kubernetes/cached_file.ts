// Owns the contents of one small file that others may replace while we run.
// Never watches it: whoever needs the contents asks.

import type { Clock } from "./access.ts";

/** Between two readings. A token is renewed long before its end, so seconds do not matter. */
const MAX_AGE_MS = 5_000;

/** Kubernetes replaces tokens and certificates in place; this reads them again when they may have. */
export class CachedFile {
  readonly path: string;
  readonly #clock: Clock;
  #contents: string | undefined;
  #readAtMs = -Infinity;

  constructor(path: string, options: { readonly clock: Clock }) {
    this.path = path;
    this.#clock = options.clock;
  }

  /** Rejects only when the file was never readable: what was read before is the better guess. */
  async read(options: { readonly isStale?: boolean } = {}): Promise<string> {
    const ageMs = this.#clock.monotonicMs() - this.#readAtMs;
    if (this.#contents !== undefined && ageMs < MAX_AGE_MS && options.isStale !== true) {
      return this.#contents;
    }
    try {
      const contents = await Deno.readTextFile(this.path);
      // A file caught between truncation and writing is empty; the next reading will have it.
      if (contents.trim() !== "" || this.#contents === undefined) this.#contents = contents;
      this.#readAtMs = this.#clock.monotonicMs();
    } catch (cause) {
      if (this.#contents === undefined) {
        throw new Error(`Cannot read ${this.path}: ${(cause as Error).message}`, { cause });
      }
    }
    return this.#contents;
  }
}
