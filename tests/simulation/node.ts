// Owns the simulated cardano-node: what it does with files and signals, and when it is able to forge.
// Never tells anything but by its socket, its metrics and its process.

import type { NodeIdentity, NodeScrape } from "../../lib/core/node_life.ts";
import type { Pod } from "./pod.ts";

export interface NodeManners {
  /** SIGHUP with files missing changes nothing (the genesis files do not match, say). */
  readonly refusesStop: boolean;
  readonly refusesStart: boolean;
  readonly metrics: "true" | "none" | "stuck_at_1" | "stuck_at_0" | "flaky";
  /** Share of SIGHUPs that change nothing. */
  readonly losesSignals: number;
  /** Longest time from a SIGHUP to its effect; up to a second is within what the guard allows for. */
  readonly handlerMsMax: number;
  readonly startMs: readonly [number, number];
}

export const GOOD_MANNERS: NodeManners = {
  refusesStop: false,
  refusesStart: false,
  metrics: "true",
  losesSignals: 0,
  handlerMsMax: 80,
  startMs: [800, 20_000],
};

/** Of a node that closes its database: it answers nobody, until it ends. */
export const DEAF_MANNERS: NodeManners = { ...GOOD_MANNERS, losesSignals: 1, metrics: "none" };

/** How a spell of being able to forge began; "resumed" with its machine, "continued" by itself after a hang. */
export type SpellOrigin = "signalled" | "unflagged" | "resumed" | "continued" | "unbidden";

/** As by SIGSTOP: the kernel accepts connections for it, and nothing else comes of it. */
interface Hang {
  readonly since: number;
  readonly cpuTicks: number;
  readonly tasks: (() => void)[];
  /** Of several SIGHUPs one is left. */
  isSignalled: boolean;
}

export class SimulatedNode {
  readonly #pod: Pod;
  readonly identity: NodeIdentity;
  readonly hasFlag: boolean;
  accepts = false;
  /** It accepted once: its startup probe is over, and the liveness probe began. */
  wasReady = false;
  isAlive = true;
  isAble = false;
  gauge: 0 | 1 | undefined;
  #isUp = false;
  #hang: Hang | undefined;
  /** Slots checked in ended spells, and the first slot of the running one. */
  #checked = 0;
  #spellFirstSlot = 0;

  constructor(pod: Pod, identity: NodeIdentity, hasFlag: boolean) {
    this.#pod = pod;
    this.identity = identity;
    this.hasFlag = hasFlag;
    const { random } = pod.world;
    const { startMs } = pod.manners;
    this.#later(random.between(...startMs), () => this.#bringUp());
  }

  /** Forging is set and the right handler is in before the socket listens. */
  #bringUp(): void {
    this.#isUp = true;
    if (this.hasFlag) this.gauge = 0;
    else this.#enable("unflagged");
    this.#later(this.#pod.world.random.between(1, 60), () => this.setAccepts(true));
  }

  setAccepts(accepts: boolean): void {
    this.accepts = accepts;
    this.wasReady ||= accepts;
    this.#pod.nodeChanged();
  }

  slot(): number {
    return Math.floor(this.#pod.host.wallMs() / 1_000);
  }

  get isHung(): boolean {
    return this.#hang !== undefined;
  }

  /** Sound, it is at work all the time. */
  get cpuTicks(): number {
    return this.#hang?.cpuTicks ?? Math.floor(this.#pod.host.monotonicMs() / 10);
  }

  hang(): void {
    const { cpuTicks } = this;
    this.suspend();
    this.#hang = {
      since: this.#pod.world.agenda.now,
      cpuTicks,
      tasks: [],
      isSignalled: false,
    };
    this.#pod.metricsChanged();
  }

  /** What it was doing it does first: only then comes what it was told meanwhile. */
  goOn(): void {
    const hang = this.#hang;
    if (hang === undefined) return;
    this.#hang = undefined;
    const { host } = this.#pod;
    if (!host.isSuspended) this.#goOnForging(host.resumedAt > hang.since ? "resumed" : "continued");
    for (const task of hang.tasks) this.#whenRunning(task);
    if (hang.isSignalled) this.hangUp();
    this.#pod.metricsChanged();
  }

  hangUp(): void {
    const { random } = this.#pod.world;
    const { manners } = this.#pod;
    if (this.#hang !== undefined) {
      this.#hang.isSignalled = true;
      return;
    }
    if (!this.#isUp) {
      this.gauge = 0;
      return;
    }
    if (manners.losesSignals > 0 && random.chance(manners.losesSignals)) {
      return this.#pod.world.note(this.#pod.label, "SIGHUP is lost");
    }
    // Handled concurrently: each reads the files for itself, and nothing keeps them in order.
    const wholeMs = random.chance(manners.handlerMsMax > 100 ? 0.7 : 0.3)
      ? random.between(1, manners.handlerMsMax)
      : random.between(1, Math.min(60, manners.handlerMsMax));
    const readMs = wholeMs * random.next();
    const askedAt = this.#pod.world.agenda.now;
    this.#later(readMs, () => {
      if (this.#pod.areTruncated) return; // any error but a missing file changes nothing
      const found = this.#pod.files.inPlace === "installed";
      this.#later(wholeMs - readMs, () => {
        if (found && !this.#pod.manners.refusesStart) this.#enable("signalled", askedAt);
        if (!found && !this.#pod.manners.refusesStop) this.#disable();
      });
    });
  }

  /** As if by a handler that nobody waits for any more. */
  startUnbidden(): void {
    if (this.#isUp && this.isAlive && !this.isHung) this.#enable("unbidden");
  }

  end(): void {
    if (!this.isAlive) return;
    this.#disable();
    this.#hang = undefined;
    this.isAlive = false;
    this.accepts = false;
    this.#isUp = false;
  }

  suspend(): void {
    if (this.isAble) this.#pod.world.oracle.spellEnds(this.#pod, this.slot());
  }

  resume(): void {
    if (!this.isHung) this.#goOnForging("resumed");
  }

  #goOnForging(origin: SpellOrigin): void {
    const { oracle } = this.#pod.world;
    // A handler that waited for the machine to go on has begun one at the same instant.
    if (!this.isAble || oracle.isAble(this.#pod)) return;
    oracle.spellBegins(this.#pod, origin, { slot: this.slot() });
  }

  scrape(): NodeScrape {
    const { metrics } = this.#pod.manners;
    const { random } = this.#pod.world;
    if (!this.isAlive || this.isHung || metrics === "none") return { kind: "unreadable" };
    if (metrics === "flaky" && random.chance(0.5)) return { kind: "unreadable" };
    const forgingEnabled = metrics === "stuck_at_1" ? 1 : metrics === "stuck_at_0" ? 0 : this.gauge;
    const running = this.isAble ? this.slot() - this.#spellFirstSlot + 1 : 0;
    const aboutToLead = this.#checked + running;
    return {
      kind: "read",
      forgingEnabled,
      aboutToLead: aboutToLead === 0 ? undefined : aboutToLead,
    };
  }

  /** A new forge thread checks the running slot again, whatever the one before it did there. */
  #enable(origin: SpellOrigin, askedAt?: number): void {
    this.#disable();
    this.gauge = 1;
    this.#pod.metricsChanged();
    this.isAble = true;
    this.#spellFirstSlot = this.slot();
    if (!this.#pod.host.isSuspended) {
      this.#pod.world.oracle.spellBegins(this.#pod, origin, { slot: this.slot(), askedAt });
    }
  }

  #disable(): void {
    this.gauge = 0;
    if (!this.isAble) return;
    this.isAble = false;
    this.#pod.metricsChanged();
    this.#checked += this.slot() - this.#spellFirstSlot + 1;
    if (!this.#pod.host.isSuspended) this.#pod.world.oracle.spellEnds(this.#pod, this.slot());
  }

  #later(ms: number, task: () => void): void {
    this.#pod.world.agenda.after(ms, () => this.#whenRunning(task));
  }

  #whenRunning(task: () => void): void {
    this.#pod.host.whenRunning(() => {
      if (!this.isAlive) return;
      if (this.#hang === undefined) task();
      else this.#hang.tasks.push(task);
    });
  }
}
