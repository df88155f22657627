// Owns effects that wait for their API, in the order in which they came.
// Never grows: of what replaces itself only the last is kept.

import type { LeaseEffect } from "./lease_calls.ts";

/** A request or a watch, which can be asked for before its API is there. */
export type LateEffect = LeaseEffect | { readonly kind: "watch_clusters" | "unwatch_clusters" };

export class EffectBacklog<Effect extends LateEffect> {
  readonly #waiting = new Map<string, Effect>();

  add(effect: Effect): void {
    const key = keyOf(effect);
    this.#waiting.delete(key); // so that it goes to the end
    this.#waiting.set(key, effect);
  }

  takeAll(): Effect[] {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    return all;
  }
}

/** A watch that is not to begin any more takes the place of one that was. */
function keyOf(effect: LateEffect): string {
  const kind = effect.kind.replace(/^unwatch/, "watch");
  return "name" in effect ? `${kind} ${effect.name}` : kind;
}
