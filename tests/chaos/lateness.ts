// Owns how late this process itself was: it stands in for the kubelet and carries every connection.
// Never excuses anything: it is reported beside the rest.

const EVERY_MS = 100;
/** Below this it is noise. */
const WORTH_TELLING_MS = 500;

export class Lateness implements Disposable {
  readonly late: { readonly atMs: number; readonly byMs: number }[] = [];
  worstMs = 0;
  readonly #timer: ReturnType<typeof setInterval>;
  #dueMs = performance.now() + EVERY_MS;

  constructor() {
    this.#timer = setInterval(() => this.#look(), EVERY_MS);
  }

  #look(): void {
    const byMs = Math.round(performance.now() - this.#dueMs);
    this.#dueMs = performance.now() + EVERY_MS;
    this.worstMs = Math.max(this.worstMs, byMs);
    if (byMs >= WORTH_TELLING_MS) this.late.push({ atMs: Date.now(), byMs });
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
