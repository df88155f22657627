// Owns the simulated node's forge thread: a block in every slot while one lives.
// Never decides whether to forge.

import { type SlotRecorder, STILL_ABLE_MS } from "./slot_record.ts";

const SLOT_MS = 1000;

export class SimulatedForging {
  readonly #recorder: SlotRecorder;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Of the present thread. Deno 2.6 may fire a timer that was due together with a signal and cleared by it. */
  #life = 0;
  #checkedSlot = 0;
  /** Leadership checks so far; undefined before the first, as the real counter is. */
  #aboutToLead: number | undefined;

  constructor(recorder: SlotRecorder) {
    this.#recorder = recorder;
  }

  get isAble(): boolean {
    return this.#timer !== undefined;
  }

  get aboutToLead(): number | undefined {
    return this.#aboutToLead;
  }

  /** Ends the forge thread, if one lives, and begins a new one, which checks the running slot again. */
  start(): void {
    clearTimeout(this.#timer);
    this.#recorder.write("able");
    this.#checkedSlot = 0;
    this.#turn(++this.#life);
  }

  stop(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#life += 1;
    this.#recorder.write("unable");
  }

  #turn(life: number): void {
    if (life !== this.#life) return;
    const now = Date.now();
    const slot = Math.floor(now / SLOT_MS);
    if (slot > this.#checkedSlot) {
      this.#checkedSlot = slot;
      this.#aboutToLead = (this.#aboutToLead ?? 0) + 1;
      this.#recorder.write("forged");
    } else {
      this.#recorder.write("still_able");
    }
    const toNextSlot = (slot + 1) * SLOT_MS - now;
    this.#timer = setTimeout(() => this.#turn(life), Math.min(STILL_ABLE_MS, toNextSlot));
  }
}
