// Owns virtual time: what happens next, in the order of its moment and then of its booking.
// Never runs two things at once, and never goes back.

export interface Appointment {
  readonly at: number;
  readonly order: number;
  run: (() => void) | undefined;
}

/** More than this at one instant is a machine that wakes itself for ever. */
const AT_ONCE_MAX = 5_000;

export class Agenda {
  /** True milliseconds since the world began. */
  now = 0;
  #order = 0;
  #atOnce = 0;
  readonly #heap: Appointment[] = [];

  book(at: number, run: () => void): Appointment {
    const appointment = { at: at < this.now ? this.now : at, order: this.#order++, run };
    this.#heap.push(appointment);
    this.#rise(this.#heap.length - 1);
    return appointment;
  }

  after(ms: number, run: () => void): Appointment {
    return this.book(this.now + ms, run);
  }

  cancel(appointment: Appointment | undefined): void {
    if (appointment !== undefined) appointment.run = undefined;
  }

  /** Runs everything up to `until`, unless `halted` says that it is over. */
  runUntil(until: number, halted: () => boolean): void {
    for (let next = this.#heap[0]; next !== undefined && next.at <= until; next = this.#heap[0]) {
      this.#take();
      if (next.run === undefined) continue;
      this.#atOnce = next.at === this.now ? this.#atOnce + 1 : 0;
      if (this.#atOnce > AT_ONCE_MAX) throw new Error("Time stands still");
      this.now = next.at;
      next.run();
      if (halted()) return;
    }
    this.now = until;
  }

  #take(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink();
  }

  #rise(from: number): void {
    const heap = this.#heap;
    const item = heap[from]!;
    let index = from;
    while (index > 0) {
      const above = (index - 1) >> 1;
      if (!isSooner(item, heap[above]!)) break;
      heap[index] = heap[above]!;
      index = above;
    }
    heap[index] = item;
  }

  #sink(): void {
    const heap = this.#heap;
    const item = heap[0]!;
    let index = 0;
    for (;;) {
      let below = 2 * index + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && isSooner(heap[below + 1]!, heap[below]!)) below++;
      if (!isSooner(heap[below]!, item)) break;
      heap[index] = heap[below]!;
      index = below;
    }
    heap[index] = item;
  }
}

function isSooner(a: Appointment, b: Appointment): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
