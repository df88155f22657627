// Owns the end of everything that waits for the outside.
// Never leaves a timer or a listener behind.

export type Bounded<T> =
  | { readonly kind: "done"; readonly value: T }
  | { readonly kind: "timed_out" }
  /** The caller's signal ended it. */
  | { readonly kind: "cancelled" };

export interface DeadlineOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs `work` until it ends or the time is over, also when it does not listen to its signal.
 * What it throws of its own accord comes through.
 */
export async function withDeadline<T>(
  options: DeadlineOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<Bounded<T>> {
  const { timeoutMs, signal } = options;
  if (signal?.aborted) return { kind: "cancelled" };
  const controller = new AbortController();
  const ended = Promise.withResolvers<"timed_out" | "cancelled">();
  const end = (kind: "timed_out" | "cancelled") => {
    ended.resolve(kind);
    controller.abort();
  };
  const cancel = () => end("cancelled");
  const timer = setTimeout(() => end("timed_out"), timeoutMs);
  signal?.addEventListener("abort", cancel);
  try {
    const running = work(controller.signal).then((value) => ({ kind: "done", value }) as const);
    const first = await Promise.race([running, ended.promise]);
    if (typeof first !== "string") return first;
    running.catch(() => {}); // its own end after ours tells nothing new
    return { kind: first };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", cancel);
  }
}
