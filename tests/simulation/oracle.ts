// Owns the judgement of a simulated world, by effects: who was able to forge when, and under what.
// Never looks at what a machine believes, but for the few promises that are about just that.

import type { GuardView } from "../../lib/core/manager_state.ts";
import type { SighupReason } from "../../lib/core/node_life.ts";
import { clusterOf } from "../../lib/core/lease.ts";
import { ANNOTATION } from "../../lib/core/lease_record.ts";
import type { LeaseObject } from "../../lib/core/lease_object.ts";
import { apartClass, claimsUnseenPast, diedWhileFailing } from "./apart.ts";
import type { SpellOrigin } from "./node.ts";
import type { Pod } from "./pod.ts";
import type { Gap } from "./summary.ts";
import type { World } from "./world.ts";

export interface Spell {
  readonly pod: Pod;
  readonly origin: SpellOrigin;
  /** The machine was suspended before it began and after the SIGHUP that began it, if any. */
  readonly wasSuspended: boolean;
  readonly from: number;
  to: number | undefined;
}

const CHECK_MS = 1_000;
/** Beyond S: a guard's lateness, a scrape, the next look. */
const FENCE_SLACK_MS = 1_500;
const WATCH_MS = 6_500;

function isLeftOver({ sidecar, world, diskRefusedAt }: Pod): boolean {
  return sidecar?.guard.state.permit?.carried === true &&
    world.agenda.now - diskRefusedAt < 30_000;
}

export class Oracle {
  readonly #world: World;
  readonly #running = new Map<Pod, Spell>();
  readonly spells: Spell[] = [];
  readonly gaps: Gap[] = [];
  readonly marginsMs: number[] = [];
  /** By the uid of a lease: who held it last by a replica's own write, and in which epoch. */
  readonly #writtenLast = new Map<
    string,
    { readonly holder: string; readonly epoch: number; readonly resourceVersion: string }
  >();
  /** How leases were claimed since the last spell began. */
  #claimedBy: Gap["by"] | undefined;
  /** Told of every SIGHUP, and whether it is to start the node. */
  readonly onSignal: ((pod: Pod, starts: boolean) => void)[] = [];
  readonly #lastSlot = new Map<string, number>();
  readonly #unpermittedSince = new Map<Pod, number>();
  readonly #filesSince = new Map<Pod, number>();

  constructor(world: World) {
    this.#world = world;
    world.agenda.after(CHECK_MS, this.#check);
  }

  isAble(pod: Pod): boolean {
    return this.#running.has(pod);
  }

  ableCount(): number {
    return this.#running.size;
  }

  spellBegins(
    pod: Pod,
    origin: SpellOrigin,
    { slot, askedAt = this.#world.agenda.now }: { slot: number; askedAt?: number | undefined },
  ): void {
    const world = this.#world;
    const from = world.agenda.now;
    const wasSuspended = origin === "resumed" || askedAt < pod.host.resumedAt;
    const spell: Spell = { pod, origin, wasSuspended, from, to: undefined };
    world.note(pod.label, `ABLE to forge (${origin}), slot ${slot}`);
    for (const other of this.#running.values()) {
      if (other.pod.poolId === pod.poolId) this.#judgeOverlap(spell, other);
    }
    this.#noteGap(spell);
    this.#running.set(pod, spell);
    this.spells.push(spell);
    const last = this.#lastSlot.get(pod.poolId) ?? -1;
    if (!world.isTame || origin !== "signalled" || slot > last) return;
    const before = this.spells.findLast((one) => one !== spell && one.origin === "signalled");
    const why = before === undefined
      ? undefined
      : apartClass(world, { newcomer: spell, other: before, meeting: "in_one_slot" });
    if (why === undefined) world.violate("slot_twice", `${pod.label} forges slot ${slot} again`);
    else world.setApart(why);
  }

  spellEnds(pod: Pod, slot: number): void {
    const spell = this.#running.get(pod);
    if (spell === undefined) return;
    this.#world.note(pod.label, "able no more");
    if (this.#world.isMild && spell.origin === "signalled") {
      this.#world.violate("needless_move", `${pod.label} forges no more`);
    }
    spell.to = this.#world.agenda.now;
    this.#noteMargin(spell);
    this.#running.delete(pod);
    this.#unpermittedSince.delete(pod);
    if (spell.origin !== "signalled") return;
    this.#lastSlot.set(pod.poolId, Math.max(slot, this.#lastSlot.get(pod.poolId) ?? -1));
  }

  #noteGap({ pod, from, origin }: Spell): void {
    const last = this.spells.at(-1);
    const by = last?.pod === pod ? "same replica" : this.#claimedBy;
    this.#claimedBy = undefined;
    if (last?.to === undefined || by === undefined || origin !== "signalled") return;
    this.gaps.push({ ms: from - last.to, by });
  }

  /** How long before the first moment at which others could have claimed by waiting it stopped. */
  #noteMargin({ pod, origin, wasSuspended }: Spell): void {
    const { agenda } = this.#world;
    const isWithin = origin === "signalled" && !wasSuspended && this.#world.marginsMean &&
      !diedWhileFailing(this.#world, pod, "at_once") && pod.lastRenewalAt > -Infinity;
    if (!isWithin) return;
    this.marginsMs.push(pod.lastRenewalAt + 0.99 * pod.timings.durationMs - agenda.now);
  }

  #judgeOverlap(newcomer: Spell, other: Spell): void {
    const why = apartClass(this.#world, { newcomer, other, meeting: "at_once" });
    const what = `${newcomer.pod.label} and ${other.pod.label} are able to forge`;
    if (why === undefined) this.#world.violate("two_forgers", what);
    else this.#world.setApart(why);
  }

  permitted(pod: Pod): void {
    for (const other of this.#world.pods) {
      if (other === pod || other.poolId !== pod.poolId || !other.permitRuns()) continue;
      // What a disk did not let go is worth nothing: it starts no node, and none was forging.
      if (isLeftOver(pod) || isLeftOver(other)) continue;
      if (claimsUnseenPast(this.#world, pod) || claimsUnseenPast(this.#world, other)) {
        return this.#world.setApart("restored_and_fresh");
      }
      this.#world.violate("two_permits", `${pod.label} and ${other.label} hold permits`);
    }
  }

  /** Without a permit files are only for the start of a node that does not begin to forge by itself. */
  installed(pod: Pod): void {
    const { permit, node } = pod.sidecar?.guard.state ?? {};
    if (permit !== undefined || node?.startsNonProducing !== false) return;
    this.#world.violate(
      "exposed_files",
      `${pod.label} gives files to a node that starts producing`,
    );
  }

  signalled(pod: Pod, reason: SighupReason): void {
    const starts = reason === "enable_forging" || reason === "credentials_changed";
    for (const told of this.onSignal) told(pod, starts);
    if (starts && pod.sidecar?.guard.state.permit?.carried) {
      this.#world.violate("carried_start", `${pod.label} starts by a permit from a file`);
    }
  }

  /** A node that does what it is told, beside a guard that can tell it, has to be asked, not killed. */
  killed(pod: Pod): void {
    const { now } = this.#world.agenda;
    // With the shortest FENCE_TIMEOUT there is no time for a signal to settle and another to follow.
    const hasTime = pod.timings.fenceTimeoutMs >= 4_000;
    const calm = hasTime && !pod.isTroubled && now - pod.untroubledSince > 10_000 &&
      now - (pod.sidecar?.guard.lateAt ?? 0) > 3_000;
    if (calm) this.#world.violate("needless_kill", `${pod.label} kills an obedient node`);
  }

  /** Its lease was given to a stranger by hand: it learns that by its next renewal, and fences. */
  mustStopSoon(pod: Pod, before: LeaseObject | undefined): void {
    const { agenda } = this.#world;
    // What was put in by hand already it renews no more, and its permit ends by time.
    const { uid = "", resourceVersion } = before?.metadata ?? {};
    if (this.#writtenLast.get(uid)?.resourceVersion !== resourceVersion) return;
    const at = agenda.now;
    const { renewIntervalMs } = pod.timings;
    const { manager } = pod.sidecar ?? {};
    // While it doubts a restored record it renews nothing, and its permit ends by time.
    if (at - (this.#world.restored?.at ?? -Infinity) < 40_000) return;
    agenda.after(renewIntervalMs + 2_500, () => {
      const calm = pod.untroubledSince < at - 10_000 && !pod.isTroubled &&
        pod.sidecar?.manager === manager && manager?.isPaused === false && manager.resumedAt < at;
      if (!calm || !this.isAble(pod) || !pod.link.isFair) return;
      if (this.#running.get(pod)!.from >= at || pod.lastRenewalAt > at) return;
      const lease = this.#world.store.get(pod.leaseName);
      if (lease?.spec?.holderIdentity !== "stranger") return;
      if (lease.metadata.annotations?.[ANNOTATION.poolId] !== pod.poolId) return;
      this.#world.violate("edit_ignored", `${pod.label} forges on though its lease was given away`);
    });
  }

  reported(pod: Pod, view: GuardView): void {
    const fenced = view.fencedSecond !== undefined && !view.fencing && !pod.permitRuns();
    if (
      fenced && this.#world.agenda.now > pod.diskRefusedAt + 30_000 &&
      pod.permitFile.permits(pod)
    ) {
      this.#world.violate("file_outlives_fence", `${pod.label} is fenced, its permit file is not`);
    }
  }

  written(pod: Pod, before: LeaseObject | undefined, after: LeaseObject): void {
    const { annotations } = after.metadata;
    const isRelease = annotations?.[ANNOTATION.receipt] !== undefined &&
      after.spec?.holderIdentity === "";
    if (isRelease) this.#released(pod);
    const [was, is] = [before, after].map((lease) =>
      lease?.metadata.annotations?.[ANNOTATION.poolId]
    );
    this.#judgeEpoch(pod, before, after);
    if (was === undefined || was === is) return;
    this.#world.violate("other_pool", `${pod.label} takes another pool's lease`);
  }

  /**
   * Each claim has a number of its own above the last one, and nothing that replicas write lowers it.
   * Judged from one write of theirs to the next: what was put in by hand between them begins anew.
   */
  #judgeEpoch(pod: Pod, before: LeaseObject | undefined, after: LeaseObject): void {
    const { uid = "", resourceVersion = "" } = after.metadata;
    const is = after.spec?.holderIdentity ?? "";
    const epoch = after.spec?.leaseTransitions ?? 0;
    const last = this.#writtenLast.get(uid);
    if (last !== undefined && last.resourceVersion === before?.metadata.resourceVersion) {
      // A forge lease under a new uid of the same local Lease has not changed hands.
      const changesHands = is !== "" && clusterOf(last.holder) !== clusterOf(is);
      if (epoch < last.epoch || changesHands && epoch === last.epoch) {
        this.#world.violate("epoch_fell", `${pod.label} writes ${after.metadata.name}`);
      }
    }
    const holder = is === "" ? last?.holder ?? "" : is;
    this.#writtenLast.set(uid, { holder, epoch, resourceVersion });
    const was = before?.spec?.holderIdentity ?? "";
    if (is === "" || clusterOf(was) === clusterOf(is)) return;
    const isReleased = was === "" && before?.metadata.annotations?.[ANNOTATION.receipt];
    this.#claimedBy = isReleased && this.#claimedBy !== "take-over" ? "hand-over" : "take-over";
  }

  /** A release says that the stop is confirmed: nothing that was told to forge may be under way. */
  #released(pod: Pod): void {
    const { state } = pod.sidecar?.guard ?? {};
    if (
      state === undefined || pod.isTroubled || pod.untroubledSince > this.#world.agenda.now - 5_000
    ) {
      return;
    }
    const { node, permit, fence } = state;
    const open = fence !== undefined && node.toldToForge && node.suspicion === "likely";
    if (permit !== undefined || open) {
      this.#world.violate("released_early", `${pod.label} releases before its stop is confirmed`);
    }
  }

  readonly #check = (): void => {
    const { agenda, pods } = this.#world;
    agenda.after(CHECK_MS, this.#check);
    for (const pod of pods) {
      const exposed = pod.files.inPlace !== "absent" && pod.node?.accepts === true;
      const isAble = this.#running.has(pod);
      const unpermitted = (isAble || exposed) && !pod.permitRuns();
      if (!unpermitted) {
        if (this.#unpermittedSince.size > 0) this.#unpermittedSince.delete(pod);
        if (this.#filesSince.size > 0) this.#filesSince.delete(pod);
        continue;
      }
      this.#clockOf(this.#unpermittedSince, pod, isAble && unpermitted);
      this.#clockOf(this.#filesSince, pod, exposed && unpermitted);
      const budgetMs = pod.timings.fenceTimeoutMs + FENCE_SLACK_MS;
      const spell = this.#running.get(pod);
      const extraMs = spell?.origin === "signalled" ? 0 : WATCH_MS;
      // What begins by itself and shows it nowhere is beyond any guard.
      if (spell?.origin === "unbidden" && pod.manners.metrics !== "true") {
        this.#unpermittedSince.delete(pod);
      }
      this.#mustEnd(this.#unpermittedSince, pod, { budgetMs: budgetMs + extraMs, what: "forging" });
      this.#mustEnd(this.#filesSince, pod, { budgetMs: budgetMs + extraMs, what: "files" });
    }
  };

  #clockOf(since: Map<Pod, number>, pod: Pod, holds: boolean): void {
    if (!holds) since.delete(pod);
    else if (!since.has(pod)) since.set(pod, this.#world.agenda.now);
  }

  #mustEnd(
    since: Map<Pod, number>,
    pod: Pod,
    { budgetMs, what }: { budgetMs: number; what: "forging" | "files" },
  ): void {
    const begun = since.get(pod);
    if (begun === undefined) return;
    const { sidecar } = pod;
    // A guard that is away is the kubelet's matter; one that came back has its whole time anew.
    const away = !sidecar?.isAlive || sidecar.guard.isPaused || pod.host.isSuspended;
    if (away || pod.diskRefuses && what === "files") return void since.delete(pod);
    const lastOutage = pod.outages.at(-1)?.to ?? 0;
    // The node of a deleted pod may close in order, but no longer than its permit would have run.
    const { renewDeadlineMs } = pod.timings;
    const patientTo = pod.isDeletionKnown && what === "forging"
      ? pod.lastRenewalAt + 1.01 * renewDeadlineMs
      : 0;
    if (this.#world.agenda.now - Math.max(begun, lastOutage, patientTo) <= budgetMs) return;
    this.#world.violate(
      what === "forging" ? "unpermitted_forging" : "exposed_files",
      `${pod.label}: ${what} without a permit beyond the fence's time`,
    );
  }
}
