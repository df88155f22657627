// Owns which faults may meet: what is claimed now, and what was until a moment ago.
// Never lets a sidecar be delayed whose renewals may fail already.

/** After a way was mended: connections are made anew, and a renewal comes through. */
const SETTLE_MS = 6_000;

export class Claims {
  readonly #held = new Set<string>();
  readonly #releasedAtMs = new Map<string, number>();

  areFree(names: readonly string[]): boolean {
    return names.every((name) => !this.#held.has(name));
  }

  /** Free, and for so long that nothing is left of it. */
  areSettled(names: readonly string[], nowMs: number): boolean {
    return this.areFree(names) && names.every((name) => {
      return nowMs - (this.#releasedAtMs.get(name) ?? -Infinity) >= SETTLE_MS;
    });
  }

  take(names: readonly string[]): void {
    for (const name of names) this.#held.add(name);
  }

  release(names: readonly string[], nowMs: number): void {
    for (const name of names) {
      this.#held.delete(name);
      this.#releasedAtMs.set(name, nowMs);
    }
  }
}
