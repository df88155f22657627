// Owns a guard without a node for the load bench: stamps and permits by the production rules.
// Never lets two of one pool hold a permit at once unseen.

import type { GuardReport, GuardToManager, ManagerToGuard } from "../../lib/door.ts";
import {
  EMPTY_STAMP_BOOK,
  honourGrant,
  issueStamp,
  nextEpoch,
  type Permit,
  permitLeftMs,
  type StampBook,
} from "../../lib/core/permit.ts";
import { permitTime } from "../../lib/core/time.ts";
import { report, VALID } from "../unit/http/sample.ts";

/** As a guard reports where nothing changes. */
const REPORT_MS = 5_000;

/** The permits of one pool: at most one of its guards may hold one at any moment. */
export class PermitWatch {
  readonly #holders = new Map<object, Permit>();
  /** Grants while another guard's permit ran. */
  overlaps = 0;
  /** When a permit was last begun by a guard that held none, on the clock of `performance.now()`. */
  begunAtMs = -Infinity;
  /** How often a guard that held none was granted one. */
  begun = 0;

  granted(guard: object, { permit, isNew }: { permit: Permit; isNew: boolean }): void {
    const now = permitTime(performance.now());
    for (const [other, theirs] of this.#holders) {
      if (other !== guard && permitLeftMs(theirs, now) > 0) this.overlaps++;
    }
    this.#holders.set(guard, permit);
    if (!isNew) return;
    this.begunAtMs = performance.now();
    this.begun++;
  }

  ended(guard: object): void {
    this.#holders.delete(guard);
  }
}

/** Its node starts and stops in the same moment as it is told. */
export class LoadGuard implements Disposable {
  readonly #options: LoadGuardOptions;
  #stamps: StampBook = EMPTY_STAMP_BOOK;
  #permit: Permit | undefined;
  #report: GuardReport;
  readonly #timer: ReturnType<typeof setInterval>;
  #disposed = false;

  constructor(options: LoadGuardOptions) {
    this.#options = options;
    this.#report = report({
      epoch: this.#stamps.epoch,
      forging: "stopped",
      fencedSecond: Math.floor(Date.now() / 1_000) - 1,
      permitLeftMs: 0,
      files: "absent",
      credentials: VALID,
    });
    this.#timer = setInterval(() => this.say({}), REPORT_MS);
  }

  get isForging(): boolean {
    return permitLeftMs(this.#permit, permitTime(performance.now())) > 0;
  }

  say(change: Partial<GuardReport>): void {
    const left = permitLeftMs(this.#permit, permitTime(performance.now()));
    this.#report = { ...this.#report, ...change, permitLeftMs: left };
    this.#options.receive({ kind: "report", report: this.#report });
  }

  told(message: ManagerToGuard): void {
    if (this.#disposed) return;
    const now = permitTime(performance.now());
    const left = permitLeftMs(this.#permit, now);
    if (message.kind === "stamp_request") {
      const { book, stamp } = issueStamp(this.#stamps, now);
      this.#stamps = book;
      const { id } = message;
      this.#later(() => this.#options.receive({ kind: "stamp", id, stamp, permitLeftMs: left }));
    } else if (message.kind === "grant") {
      const running = left > 0 ? this.#permit : undefined;
      const holdMsMax = this.#options.holdMsMax;
      const answer = honourGrant(this.#stamps, { request: message, running, holdMsMax, now });
      if (answer.kind === "refused") return;
      this.#permit = answer.permit;
      this.#options.permits.granted(this, { permit: answer.permit, isNew: left === 0 });
      if (this.#report.forging === "forging") return;
      const forging = { forging: "forging", files: "installed", fencedSecond: undefined } as const;
      this.#later(() => this.say(forging));
    } else if (message.kind === "revoke") {
      this.#stamps = nextEpoch(this.#stamps);
      this.#permit = undefined;
      this.#options.permits.ended(this);
      const fencedSecond = Math.floor(Date.now() / 1_000);
      const { epoch } = this.#stamps;
      this.#later(() => this.say({ epoch, forging: "stopped", files: "absent", fencedSecond }));
    }
  }

  /** The permit, if any, runs out by itself, as after a lost machine. */
  [Symbol.dispose](): void {
    this.#disposed = true;
    clearInterval(this.#timer);
  }

  #later(act: () => void): void {
    queueMicrotask(() => {
      if (!this.#disposed) act();
    });
  }
}

export interface LoadGuardOptions {
  readonly holdMsMax: number;
  readonly permits: PermitWatch;
  readonly receive: (message: GuardToManager) => void;
}
