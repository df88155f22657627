// Owns how long the kubelet waits before it starts an ended container again.
// Never waits longer than its maximum, and forgets what lies long back.

/** The kubelet's own are 0, 10 s, 300 s and 600 s; shorter ones let more happen in a short time. */
export interface RestartDelays {
  /** Before the first restart. */
  readonly firstMs: number;
  /** Before the second; doubled from then on. */
  readonly secondMs: number;
  readonly maxMs: number;
  /** A container that ran for so long begins anew. */
  readonly forgetAfterMs: number;
}

export class RestartBackOff {
  readonly #delays: RestartDelays;
  #restarts = 0;

  constructor(delays: RestartDelays) {
    this.#delays = delays;
  }

  /** For a container that just ended, after it ran for so long. */
  nextMs(ranMs: number): number {
    const { firstMs, secondMs, maxMs, forgetAfterMs } = this.#delays;
    if (ranMs >= forgetAfterMs) this.#restarts = 0;
    const restarts = this.#restarts++;
    return restarts === 0 ? firstMs : Math.min(secondMs * 2 ** (restarts - 1), maxMs);
  }
}

/** The same before every restart. */
export function everyMs(ms: number): RestartDelays {
  return { firstMs: ms, secondMs: ms, maxMs: ms, forgetAfterMs: Infinity };
}
