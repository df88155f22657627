// Owns one simulated world: what is in it, its one stream of chance, and its story.
// Never judges: the oracle does; never hurts anybody: the faults do.

import { Agenda } from "./agenda.ts";
import type { ApartClass } from "./apart.ts";
import type { Core } from "./core.ts";
import type { ManagerIsolate } from "./manager_isolate.ts";
import { Oracle } from "./oracle.ts";
import type { Pod } from "./pod.ts";
import { Random } from "./random.ts";
import { LeaseStore } from "./store.ts";
import type { Struck } from "./storm.ts";
import { Story } from "./story.ts";
import type { LeaseWatch, Watch } from "./watch.ts";

export type ViolationKind =
  | "two_forgers"
  | "two_permits"
  | "slot_twice"
  | "unpermitted_forging"
  | "exposed_files"
  | "carried_start"
  | "needless_kill"
  | "needless_move"
  | "file_outlives_fence"
  | "other_pool"
  | "edit_ignored"
  | "wrong_winner"
  | "released_early"
  | "nobody_forges"
  | "hung_leader"
  | "epoch_fell"
  | "exception";

export interface Violation {
  readonly kind: ViolationKind;
  readonly what: string;
  readonly at: number;
}

export interface WorldOptions {
  readonly core: Core;
  readonly seed: number;
  readonly verbose: boolean;
  readonly keepsOnly?: ReadonlySet<string> | undefined;
  /** What lib/guard does by itself, and would have done wrong. */
  readonly bug?: GuardBug | undefined;
}

/** Of the guard's hands, which lib/core does not move: they are simulated, and so are their bugs. */
export type GuardBug =
  | "truncates_for_unlinking"
  /** The kubelet, that is: the chart's timings. */
  | "is_probed_too_seldom";

/** No wait is longer, so that nobody acts on what was forgotten before. */
export const FORGOTTEN_FOR_MS = 400_000;

export class World {
  readonly core: Core;
  readonly seed: number;
  #random: Random;
  readonly agenda = new Agenda();
  readonly store = new LeaseStore();
  readonly story: Story;
  readonly oracle: Oracle;
  readonly pods: Pod[] = [];
  readonly watches = new Set<LeaseWatch>();
  /** Wall clocks agree well enough for slots to mean the same everywhere. */
  readonly isTame: boolean;
  readonly skipsQuiet: boolean;
  /** Faults stay below what is tolerated without a move. */
  isMild: boolean;
  readonly suspends: boolean;
  renames: boolean;
  isRenaming = false;
  /** Replicas have unequal LEASE_DURATIONs. */
  isUnequal = false;
  /** One lease alone keeps a permit going, so that a stop has one margin. */
  readonly marginsMean: boolean = true;
  /** Names of the locks in use, for whoever edits them. */
  lockNames: readonly string[] = [];
  credentials = { usable: true, generation: 1 };
  watchLagMs = 20;
  /** The last restore of an old object, and who knew that it was old. */
  restored: { readonly at: number; readonly knowing: ReadonlySet<ManagerIsolate> } | undefined;
  /** Receipts that came back with annotations restored by hand. */
  readonly receiptsByHand = new Set<string>();
  violation: Violation | undefined;
  readonly apart: ApartClass[] = [];
  readonly faults = new Map<string, number>();
  readonly struck: Struck[] = [];
  readonly bug: GuardBug | undefined;
  /** Keys of the faults that may strike; undefined: all. */
  readonly keepsOnly: ReadonlySet<string> | undefined;
  steps = 0;
  requests = 0;
  #isInconclusive = false;
  #serial = 100;

  constructor(
    { core, seed, verbose, keepsOnly, bug }: WorldOptions,
  ) {
    this.core = core;
    this.seed = seed;
    this.keepsOnly = keepsOnly;
    this.bug = bug;
    this.#random = new Random(seed);
    this.story = new Story(this.agenda, verbose);
    this.isTame = this.random.chance(0.6);
    this.isMild = this.random.chance(0.12);
    this.suspends = this.random.chance(0.2);
    this.renames = this.random.chance(0.3) && !this.isMild;
    this.skipsQuiet = !this.random.chance(0.01);
    this.oracle = new Oracle(this);
    this.store.onChange.push((change) => {
      for (const watch of this.watches) watch.hear(change);
      const { holderIdentity, leaseTransitions } = change.after?.spec ?? {};
      if (holderIdentity !== change.before?.spec?.holderIdentity || change.after === undefined) {
        const what = change.after === undefined
          ? "deleted"
          : `holder "${holderIdentity ?? ""}", transitions ${leaseTransitions ?? 0}`;
        this.note("api", `${change.name}: ${what}`);
      }
    });
  }

  /** Of leases and of whatever else is watched. */
  everyWatch(): Watch[] {
    return [...this.watches];
  }

  get random(): Random {
    return this.#random;
  }

  /** What is drawn within comes from elsewhere, so that without it the rest goes on as it would. */
  withChance<T>(random: Random, task: () => T): T {
    const before = this.#random;
    this.#random = random;
    try {
      return task();
    } finally {
      this.#random = before;
    }
  }

  /** From here on chance runs otherwise, as if it were another day. */
  reseed(salt: number): void {
    this.#random = new Random(this.seed ^ Math.imul(salt, 0x85ebca6b));
  }

  /** A changed Secret, which every replica sees after a while; an invalid one leaves the old set in use. */
  rotate(usable: boolean): void {
    if (this.credentials.usable && usable && this.random.chance(0.1)) return;
    this.credentials = { usable, generation: this.credentials.generation + 1 };
    if (!usable) return;
    this.note("operator", `credentials of generation ${this.credentials.generation}`);
    for (const pod of this.pods) {
      this.agenda.after(this.random.skewed(10, 20_000), () => {
        pod.trouble();
        if (!this.credentials.usable) return; // reported, and the old set kept
        pod.sidecar?.guard.run(() =>
          pod.sidecar?.guard.post({ kind: "credentials", ...pod.readCredentials() })
        );
      });
    }
  }

  /** What the lease told is lost: who begins from now on cannot know of it. */
  forget(knows: (manager: ManagerIsolate) => boolean): void {
    const managers = this.pods.flatMap(({ sidecar }) => sidecar?.manager ?? []);
    const before = this.restored;
    const isLong = before === undefined || this.agenda.now - before.at > FORGOTTEN_FOR_MS;
    const knowing = managers.filter((one) => knows(one) && (isLong || before.knowing.has(one)));
    this.restored = { at: this.agenda.now, knowing: new Set(knowing) };
  }

  nextSerial(): number {
    return ++this.#serial;
  }

  note(who: string, what: string, fields?: Readonly<Record<string, unknown>>): void {
    this.story.add(who, what, fields);
  }

  countFault(kind: string): void {
    this.faults.set(kind, (this.faults.get(kind) ?? 0) + 1);
  }

  violate(kind: ViolationKind, what: string): void {
    if (this.isOver) return;
    this.violation = { kind, what, at: this.agenda.now };
    this.note("ORACLE", `${kind}: ${what}`);
    for (const pod of this.pods) this.note(pod.label, pod.knowledge());
  }

  setApart(why: ApartClass): void {
    if (this.isOver) return;
    this.apart.push(why);
    this.note("ORACLE", `set apart: ${why}`);
    // Of these the next slots may be forged twice for the same reason: nothing more can be concluded.
    if (why === "double_fault" || why === "restored_and_fresh") this.#isInconclusive = true;
  }

  get isOver(): boolean {
    return this.violation !== undefined || this.#isInconclusive;
  }
}
