// Owns waiting in the demo: for a condition with an end, or for as long as reading takes.
// Never goes on when the demo is over.

const LOOK_PERIOD_MS = 50;

export type Waited = "met" | "late" | "over";

export async function waitUntil(
  condition: () => boolean,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
): Promise<Waited> {
  const startMs = performance.now();
  while (!signal.aborted) {
    if (condition()) return "met";
    if (performance.now() - startMs > timeoutMs) return "late";
    await pause(LOOK_PERIOD_MS, { signal });
  }
  return "over";
}

export function pause(ms: number, { signal }: { signal: AbortSignal }): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
}
