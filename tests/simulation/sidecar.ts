// Owns one process of the sidecar: its two isolates, the door between them, and its end.
// Never starts itself: the kubelet does.

import type { Appointment } from "./agenda.ts";
import type { ForgingEvent } from "../../lib/core/forging_state.ts";
import type { ManagerEvent } from "../../lib/core/manager_state.ts";
import { GuardIsolate } from "./guard_isolate.ts";
import type { ManagerIsolate } from "./manager_isolate.ts";
import type { Pod } from "./pod.ts";

/** SIGTERM: the process ends after this at the latest, fenced or not. */
const SHUTDOWN_MS_MAX = 7_000;

export class Sidecar {
  readonly pod: Pod;
  readonly guard: GuardIsolate;
  manager: ManagerIsolate | undefined;
  isAlive = true;
  #shuttingDown = false;
  #managerFinished = false;
  #shutdownEnd: Appointment | undefined;
  /** Ends in the midst of the guard's work, before its so-manieth act from now. */
  #actsLeft: number | undefined;
  /** Stands still in the midst of the guard's work, as if between a check and what follows it. */
  #pause: { acts: number; readonly ms: number } | undefined;
  #guardHeardAt = 0;
  #managerHeardAt = 0;

  constructor(pod: Pod) {
    this.pod = pod;
    this.guard = new GuardIsolate(this);
    pod.world.agenda.after(pod.world.random.between(20, 150), () => this.#startManager());
  }

  #startManager(): void {
    if (!this.isAlive) return;
    this.manager = this.pod.newManager(this);
    this.guard.run(() => {
      this.guard.report(true);
      if (this.#shuttingDown) this.toManager({ kind: "shutdown" });
      this.pod.tellOfDeletion();
    });
  }

  /** The worker alone ends and is started again by the guard. */
  crashManager(restartMs: number): void {
    if (this.manager === undefined) return;
    this.pod.world.note(this.pod.label, "the worker crashes");
    this.manager.end();
    this.manager = undefined;
    this.pod.world.agenda.after(restartMs, () => {
      this.guard.run(() => {
        this.guard.post({ kind: "worker_started" });
        this.#startManager();
      });
    });
  }

  crashWithin(acts: number): void {
    this.#actsLeft = acts;
  }

  diesBeforeThis(): boolean {
    if (this.#actsLeft === undefined) return false;
    if (this.#actsLeft-- > 0) return false;
    this.end("crashes between two acts");
    return true;
  }

  pauseWithin(acts: number, ms: number): void {
    this.#pause ??= { acts, ms };
  }

  pausesBeforeThis(): boolean {
    if (this.#pause === undefined || this.#pause.acts-- > 0) return false;
    const { ms } = this.#pause;
    this.#pause = undefined;
    this.pod.world.note(this.pod.label, `guard paused between two acts for ${Math.round(ms)} ms`);
    this.guard.pause();
    this.pod.outageBegins();
    this.pod.world.agenda.after(ms, () => {
      if (this.isAlive) this.pod.outageEnds();
      this.guard.resume();
    });
    return true;
  }

  shutDown(): void {
    if (this.#shuttingDown) return;
    this.#shuttingDown = true;
    this.pod.world.note(this.pod.label, "sidecar gets SIGTERM");
    this.guard.post({ kind: "shutdown" });
    this.toManager({ kind: "shutdown" });
    const { agenda } = this.pod.world;
    this.#shutdownEnd = agenda.after(SHUTDOWN_MS_MAX, () => this.end("ends late"));
  }

  managerFinished(): void {
    this.#managerFinished = true;
    this.#endWhenDone();
  }

  #endWhenDone(): void {
    if (!this.isAlive || !this.#managerFinished) return;
    const { state } = this.guard;
    if (state.permit === undefined && state.fence === undefined) return this.end("ends");
    this.pod.world.agenda.after(50, () => this.#endWhenDone());
  }

  end(how: string): void {
    if (!this.isAlive) return;
    this.pod.world.note(this.pod.label, `sidecar ${how}`);
    this.isAlive = false;
    this.pod.world.agenda.cancel(this.#shutdownEnd);
    this.guard.end();
    this.manager?.end();
    this.pod.outageBegins();
    this.pod.kubelet.probeAgain();
    this.pod.kubelet.sidecarEnded();
  }

  toGuard(event: ForgingEvent): void {
    const { manager } = this;
    const { agenda, random } = this.pod.world;
    // What a worker sent before it crashed may still come, until there is another.
    const outlivesIt = random.chance(0.5);
    const at = this.#guardHeardAt = Math.max(this.#guardHeardAt, agenda.now + this.#doorMs());
    agenda.book(at, () => {
      const isHeard = this.manager === manager || (this.manager === undefined && outlivesIt);
      if (isHeard) this.guard.post(event);
    });
  }

  toManager(event: ManagerEvent): void {
    const { agenda } = this.pod.world;
    const at = this.#managerHeardAt = Math.max(this.#managerHeardAt, agenda.now + this.#doorMs());
    const { manager } = this;
    agenda.book(at, () => {
      if (this.manager === manager) manager?.post(event);
    });
  }

  #doorMs(): number {
    const { random } = this.pod.world;
    return random.chance(0.95) ? random.between(0.05, 1) : random.between(1, 60);
  }
}
