// Owns the running of the guard's machine: events, acts one after the other, and the timer, as its driver has them.
// Never decides anything: stepForging does.

import { SCRAPE_WATCH_MS } from "../../lib/core/forging_schedule.ts";
import type { ForgingEffect, ForgingEvent, Guarding } from "../../lib/core/forging_state.ts";
import type { GuardView } from "../../lib/core/manager_state.ts";
import type { Stamp } from "../../lib/core/permit.ts";
import {
  type GuardInstant,
  isBefore,
  type Monotonic,
  type PermitTime,
  permitTime,
  wallTime,
} from "../../lib/core/time.ts";
import { carriedFrom } from "../../lib/guard/carried_permit.ts";
import type { PermitClock } from "../../lib/guard/clocks.ts";
import { GuardHands } from "./guard_hands.ts";
import { Isolate } from "./isolate.ts";
import { caughtUp, quietUntil, type Surroundings } from "./quiet.ts";
import type { Sidecar } from "./sidecar.ts";

/** What happens meanwhile waits, and the node may act on the first before the second. */
const TAKES_TIME: ReadonlySet<ForgingEffect["kind"]> = new Set([
  "install_files",
  "remove_files",
  "sighup",
  "sigkill",
]);

/** More than can be under way. */
const STAMPS_KEPT = 16;

/** More than this for one event is a machine that feeds itself for ever. */
const STEPS_AT_ONCE_MAX = 100;

export class GuardIsolate extends Isolate {
  readonly #sidecar: Sidecar;
  readonly #permitClock: PermitClock;
  readonly #hands: GuardHands;
  /** The guard's last reading of its permit clock, and what boot time was then. */
  #read: { readonly permit: PermitTime; readonly bootMs: number };
  state: Guarding;
  readonly #events: ForgingEvent[] = [];
  /** Of the last step, still to be carried out. */
  #effects: readonly ForgingEffect[] = [];
  #isBusy = false;
  #wakeAt: number | undefined;
  /** Ticks are left out until then. */
  #isQuiet = false;
  #nudgedTo: number | undefined;
  /** When it last looked, where looks were left out since. */
  #lookedAt: Monotonic | undefined;
  /** Something changed since the last look. */
  #mustLook = false;
  /** The metrics changed since they were last read. */
  #mustScrape = false;
  #told: GuardView | undefined;
  /** True times of the stamps handed out, by the stamp's own time. */
  readonly #stampedAt = new Map<number, number>();

  constructor(sidecar: Sidecar) {
    const { pod } = sidecar;
    super(pod.world, pod.host);
    this.#sidecar = sidecar;
    this.#permitClock = pod.host.newPermitClock();
    this.#hands = new GuardHands(this, sidecar, this.#permitClock);
    const { forgingSettings: settings } = pod;
    const now = pod.host.instant(this.#permitClock);
    this.#read = { permit: now.permit, bootMs: pod.host.bootMs() };
    const { renewDeadlineMs } = settings;
    const found = carriedFrom(pod.permitFile.found(pod), { podUid: pod.uid, renewDeadlineMs, now });
    this.state = pod.world.core.newGuarding(settings, {
      bornAt: now.monotonic,
      ...found,
    });
    this.post({ kind: "credentials", ...pod.readCredentials() });
    this.post({ kind: "files", ...pod.files, problem: undefined });
    this.post({ kind: "worker_started" });
  }

  permitRuns(): boolean {
    const { permit } = this.state;
    return permit !== undefined && isBefore(this.#permitNow(), permit.until);
  }

  /**
   * The permit clock without a reading of it: a reading by a bystander would show it a step of the
   * wall clock that the guard itself slept through.
   */
  #permitNow(): PermitTime {
    return permitTime(this.#read.permit + this.host.bootMs() - this.#read.bootMs);
  }

  /** What the guard would answer by now, as seen from outside. */
  seenInstant(): GuardInstant {
    const wall = wallTime(Math.floor(this.host.wallMs()));
    return { monotonic: this.host.monotonic(), permit: this.#permitNow(), wall };
  }

  /** It fears that its node forges, and has no permit: it ticks at a permit's end, so this is known in time. */
  get mayFailProbes(): boolean {
    return this.state.permit === undefined && this.state.node.suspicion === "likely";
  }

  post(event: ForgingEvent): void {
    this.run(() => this.#take(event));
  }

  protected override tick(): void {
    this.#nudgedTo = undefined;
    this.#take({ kind: "tick" });
  }

  override pause(): void {
    super.pause();
    this.#sidecar.pod.kubelet.probeAgain();
  }

  override resume(): void {
    super.resume();
    if (this.#mustLook || this.#mustScrape) this.nudge(1_000);
  }

  /** Something changed that a look or the clock would show: the next ordinary tick notices. */
  nudge(withinMs: number): void {
    this.#mustLook = true;
    if (!this.isAlive || this.#wakeAt === undefined || this.isPaused) return;
    this.#tickBy(this.host.monotonicMs() + this.world.random.between(0, withinMs));
  }

  #tickBy(soon: number): void {
    if (!this.isAlive || this.#wakeAt === undefined || this.isPaused) return;
    this.#nudgedTo = Math.min(this.#nudgedTo ?? Infinity, soon);
    if (soon < this.#wakeAt) this.wakeAt(soon);
  }

  /** A look would show something new, and looks at a starting node are frequent. */
  nodeChanged(): void {
    this.nudge(this.state.node.phase === "starting" ? 250 : 1_000);
  }

  /** A scrape would show something new: the next one that was left out would have. */
  metricsChanged(): void {
    this.#mustScrape = true;
    if (!this.#isQuiet) return;
    const now = this.host.monotonicMs();
    const nextAt = (this.state.scrapedAt ?? now) + SCRAPE_WATCH_MS;
    this.#tickBy(nextAt > now ? nextAt : now + this.world.random.between(0, SCRAPE_WATCH_MS));
  }

  /** What they show from now on is news again. */
  metricsAreRead(): void {
    this.#mustScrape = false;
  }

  /** What the manager was not told yet, or everything again for a new one. */
  report(toNewManager = false): void {
    const view = this.#view();
    if (!toNewManager && this.#told !== undefined && sameView(this.#told, view)) return;
    this.#told = view;
    this.world.oracle.reported(this.#sidecar.pod, view);
    this.#sidecar.toManager({ kind: "report", guard: view });
  }

  #view(): GuardView {
    const { state } = this;
    const { core } = this.world;
    return {
      epoch: state.stamps.epoch,
      unfit: core.unfitness(state, this.host.monotonic()),
      fencing: core.isFencing(state),
      fencedSecond: state.fencedSecond,
      forging: core.forgingVerdict(state),
      poolId: this.#sidecar.pod.poolId,
    };
  }

  #take(event: ForgingEvent): void {
    this.#events.push(event);
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#work();
  }

  /** Event after event, each with its effects in order; paused between two effects it goes on there. */
  #work(): void {
    for (let count = 0;; count++) {
      if (!this.#carryOutAll()) return;
      const event = this.#events.shift();
      if (event === undefined) break;
      if (count > STEPS_AT_ONCE_MAX) throw new Error("The guard's machine never rests");
      this.#step(event);
    }
    this.#isBusy = false;
    this.report();
    this.wakeAt(Math.min(this.#wakeAt ?? Infinity, this.#nudgedTo ?? Infinity));
  }

  /** Answers false when it was ended, or paused, before all of them were done. */
  #carryOutAll(): boolean {
    for (let done = 0; done < this.#effects.length; done++) {
      const effect = this.#effects[done]!;
      const isAct = effect.kind !== "log";
      if (isAct && this.#sidecar.diesBeforeThis()) return false;
      if (isAct && this.#sidecar.pausesBeforeThis()) {
        this.#effects = this.#effects.slice(done);
        this.run(() => this.#work());
        return false;
      }
      this.#carryOut(effect);
      if (!this.isAlive) return false;
      if (TAKES_TIME.has(effect.kind)) {
        this.#effects = this.#effects.slice(done + 1);
        this.world.agenda.after(this.#actMs(), () => this.run(() => this.#work()));
        return false;
      }
    }
    this.#effects = [];
    return true;
  }

  /** A call of the system; now and then a disk or a processor is busy. */
  #actMs(): number {
    const { random } = this.world;
    return random.chance(0.95) ? random.between(0.02, 1) : random.between(1, 50);
  }

  #step(event: ForgingEvent): void {
    const { core, oracle } = this.world;
    const { pod } = this.#sidecar;
    const { permit, stamps: { epoch } } = this.state;
    const now = this.host.instant(this.#permitClock);
    this.#read = { permit: now.permit, bootMs: this.host.bootMs() };
    const surroundings = {
      now: now.monotonic,
      metricsAreSteady: !this.#mustScrape && pod.manners.metrics === "true" &&
        pod.node?.isHung !== true,
    };
    const leavesOut = this.world.skipsQuiet && !this.#mustLook;
    if (leavesOut) this.#catchUp(surroundings);
    else this.#admitLooksLeftOut();
    const { state, effects, wakeAt } = core.stepForging(this.state, { event, now });
    this.state = state;
    this.world.steps++;
    if (state.stamps.epoch < epoch) this.world.violate("epoch_fell", `${pod.label}: the guard's`);
    if (this.mayFailProbes) pod.kubelet.probeAgain();
    const permitLeftMs = (state.permit?.until ?? 0) - now.permit;
    this.#wakeAt = leavesOut ? quietUntil(state, { wakeAt, permitLeftMs, surroundings }) : wakeAt;
    this.#isQuiet = this.#wakeAt > wakeAt;
    if (state.permit !== permit && state.permit !== undefined) {
      const sentAt = this.#stampedAt.get(state.permit.sentAt);
      if (sentAt !== undefined) pod.lastRenewalAt = sentAt;
      oracle.permitted(pod);
    }
    this.#effects = effects;
  }

  #catchUp(surroundings: Surroundings): void {
    const before = this.state.lookedAt;
    this.state = caughtUp(this.state, surroundings);
    if (this.state.lookedAt !== before) this.#lookedAt ??= before;
  }

  /** There is something to see now, so that the looks left out may have come at any time: one is due. */
  #admitLooksLeftOut(): void {
    if (this.#lookedAt !== undefined) this.state = { ...this.state, lookedAt: this.#lookedAt };
    this.#lookedAt = undefined;
  }

  #carryOut(effect: ForgingEffect): void {
    if (effect.kind === "answer_stamp") this.#rememberStamp(effect.stamp);
    if (effect.kind === "look") {
      this.#mustLook = false;
      this.#lookedAt = undefined;
    }
    const event = this.#hands.carryOut(effect);
    if (event !== undefined) this.#events.push(event);
  }

  #rememberStamp({ at }: Stamp): void {
    this.#stampedAt.set(at, this.world.agenda.now);
    const [oldest] = this.#stampedAt.keys();
    if (this.#stampedAt.size > STAMPS_KEPT && oldest !== undefined) this.#stampedAt.delete(oldest);
  }
}

function sameView(a: GuardView, b: GuardView): boolean {
  return a.epoch === b.epoch && a.unfit?.code === b.unfit?.code && a.fencing === b.fencing &&
    a.fencedSecond === b.fencedSecond && a.forging === b.forging && a.poolId === b.poolId;
}
