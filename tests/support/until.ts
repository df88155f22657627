// Owns waiting in tests: for a condition, with an end, instead of for a time.
// Never decides by how long something took.

/** Asks until `probe` gives something other than undefined or false, and gives that. */
export async function until<T>(
  description: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  { timeoutMs = 10_000, everyMs = 20 }: { timeoutMs?: number; everyMs?: number } = {},
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) {
      throw new Error(`Waited ${timeoutMs} ms in vain for ${description}`);
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
