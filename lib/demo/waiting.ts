// Owns waiting in the demo for a condition, with an end.
// Never goes on when the demo is over.

import { sleep } from "../sleep.ts";

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
    await sleep(LOOK_PERIOD_MS, signal);
  }
  return "over";
}
