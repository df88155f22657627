// Owns why a demo ends before its story does: a signal, or an error that nobody awaited.
// Never ends anything itself: whoever holds the signal does.

export interface Ending {
  readonly signal: AbortSignal;
  /** Exit code of a shell for the signal that came; undefined where none did. */
  readonly exitCode: number | undefined;
  readonly error: unknown;
  end(): void;
}

const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

export class EndingWatch implements Ending, Disposable {
  readonly #ended = new AbortController();
  readonly #listeners = new Map<keyof typeof SIGNALS, () => void>();
  exitCode: number | undefined;
  error: unknown;

  constructor() {
    for (const [name, number] of Object.entries(SIGNALS) as [keyof typeof SIGNALS, number][]) {
      const listener = () => {
        this.exitCode ??= 128 + number;
        this.end();
      };
      Deno.addSignalListener(name, listener);
      this.#listeners.set(name, listener);
    }
    addEventListener("error", this.#onError);
    addEventListener("unhandledrejection", this.#onRejection);
  }

  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  end(): void {
    this.#ended.abort();
  }

  [Symbol.dispose](): void {
    for (const [name, listener] of this.#listeners) Deno.removeSignalListener(name, listener);
    removeEventListener("error", this.#onError);
    removeEventListener("unhandledrejection", this.#onRejection);
  }

  /** Without this an error would end us at once, and leave every process of the demo behind. */
  readonly #onError = (event: ErrorEvent) => {
    event.preventDefault();
    this.fail(event.error);
  };

  readonly #onRejection = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    this.fail(event.reason);
  };

  fail(error: unknown): void {
    this.error ??= error;
    this.end();
  }
}
