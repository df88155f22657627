// Owns that replicas and their API servers start one after the other, in all test processes at once.
// Never orders anything but starts.

import { Turnstile } from "./turnstile.ts";

/** File whose lock says which process may start something; set by tools/test.ts, one file a run. */
const LOCK = Deno.env.get("START_LOCK");

/** A start takes more of the machine than anything that follows, and what follows is timed. */
export class StartOrder {
  readonly #own = new Turnstile(1);

  pass<T>(work: () => Promise<T>): Promise<T> {
    return this.#own.pass(() => LOCK === undefined ? work() : alone(LOCK, work));
  }
}

async function alone<T>(path: string, work: () => Promise<T>): Promise<T> {
  using file = await Deno.open(path, { write: true });
  await file.lock(true); // until it is closed, or its process ends
  return await work();
}
