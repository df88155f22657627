// Owns the judgement of moves between clusters: each needs a cause that can be seen from outside.
// Never judges overlaps: oracle.ts does, over all nodes of the pool.

import { ANNOTATION } from "../../lib/core/lease_record.ts";
import { clusterOf } from "../../lib/core/lease.ts";
import { healthPenalty } from "../../lib/core/health.ts";
import type { ManagerEffect } from "../../lib/core/manager_state.ts";
import { wishOf } from "../../lib/core/policy_wish.ts";
import { wallTime } from "../../lib/core/time.ts";
import type { StoredCluster } from "./cluster_store.ts";
import { type ClusterWorld, FORGE_LEASE } from "./cluster_world.ts";
import { EPOCH_MS } from "./host.ts";
import type { SimulatedCluster } from "./simulated_cluster.ts";
import type { Change } from "./store.ts";

type Yielding = Extract<ManagerEffect, { kind: "yielding" }>;

/** An edit may be seen so much later, by a watch that lags behind a cut. */
const EDIT_SEEN_MS = 60_000;
/** An override may end so much sooner by a clock that runs ahead: where they are tame, 300 ms and a drift. */
const CLOCK_AHEAD_MS = 500;
/** A heartbeat may be seen so much later by a holder that kept its hold. */
const HEARTBEAT_SEEN_MS = 35_000;
/** Of a cluster that should have claimed before another: nothing befell it for so long. */
const CALM_MS = 60_000;

/** Each of three replicas tries for 12 s and waits 30 s for the local lease, where each release was lost. */
const IDLE_MS_MAX = 200_000;

export class ClusterOracle {
  readonly #world: ClusterWorld;
  #claimedAt = 0;
  /** As the claim says: it may land late. */
  #heldSince = 0;
  #editedAt = 0;
  /** By name: when it last stood in the forge lease. */
  readonly #heldAt = new Map<string, number>();
  /** By name: when its status was last written. */
  readonly #reportedAt = new Map<string, number>();
  /** How often in a row a yield to each was not taken up, as the worst of all memories has it. */
  readonly untaken = new Map<string, number>();
  #offeredTo: string | undefined;
  /** Who claimed last and has not released since. */
  #holder = "";
  readonly #ableAt = new Map<string, number>();
  moves = 0;
  yieldCount = 0;
  /** When a link, a watch or a role last changed. */
  troubledAt = 0;

  constructor(world: ClusterWorld) {
    this.#world = world;
    world.hub.onChange.push((change) => {
      this.#leaseChanged(change);
      if (change.name === FORGE_LEASE) this.#judgeRenewal(change);
    });
    world.agenda.after(1_000, () => this.#look());
    world.clusterStore.onChange.push(({ name, before, after }) => {
      const { now } = world.agenda;
      if (after?.resource.report !== before?.resource.report) this.#reportedAt.set(name, now);
      if (after?.resource.spec === before?.resource.spec) return;
      this.#editedAt = now;
      this.troubledAt = now;
      const { expiresAt } = after?.resource.spec.override ?? {};
      if (expiresAt === undefined) return;
      const endsInMs = expiresAt - EPOCH_MS - now;
      world.agenda.after(Math.max(0, endsInMs - CLOCK_AHEAD_MS), () => {
        this.#editedAt = this.troubledAt = world.agenda.now;
      });
    });
  }

  /** Clusters whose turn it is by spec and health; several where they tie. */
  winners(): SimulatedCluster[] {
    const able = this.#world.clusters.filter((one) => !one.isBarren && !one.isForbidden);
    const ranked = able.flatMap((cluster) => {
      const stored = this.#world.clusterStore.get(cluster.name);
      const rank = stored === undefined ? undefined : this.#rankOf(stored);
      return rank === undefined ? [] : [{ cluster, rank }];
    });
    const best = Math.min(...ranked.map(({ rank }) => rank));
    return ranked.filter(({ rank }) => rank === best).map(({ cluster }) => cluster);
  }

  /** The smaller the better; undefined: disabled. */
  #rankOf({ resource: { spec, report } }: StoredCluster): number | undefined {
    const wish = wishOf(spec, wallTime(EPOCH_MS + this.#world.agenda.now));
    if (wish.state === "Disabled") return undefined;
    const penalty = report === undefined ? 0 : healthPenalty(report) + (report.farBehind ? 50 : 0);
    return (wish.state === "Enabled" ? 0 : 100_000) + wish.priority + penalty;
  }

  yields({ name, label, plan }: SimulatedCluster, { to, reason }: Yielding): void {
    const world = this.#world;
    // A machine that was suspended may yield what others hold by now: it moves nothing.
    const holder = world.hub.get(FORGE_LEASE)?.spec?.holderIdentity ?? "";
    if (holder !== "" && clusterOf(holder) !== name) return;
    this.yieldCount++;
    const { now } = world.agenda;
    this.#offeredTo = to;
    if (to !== undefined) {
      const silentMs = now - (this.#reportedAt.get(to) ?? -Infinity);
      if (silentMs > 1.02 * plan.staleAfterMs + HEARTBEAT_SEEN_MS) {
        world.violate(
          "needless_move",
          `${label} yields to ${to}, silent for ${Math.round(silentMs)} ms`,
        );
      }
    }
    // Without an edit a move is for the sake of health, and as rare as the delay says.
    const editedFrom = reason === "edit" ? this.#lastHeldByOthers(name) : this.#claimedAt;
    const edited = this.#editedAt > editedFrom - EDIT_SEEN_MS;
    const forHealth = reason !== "unable" && reason !== "disabled" && reason !== "unusable";
    const heldMs = now - this.#heldSince;
    if (!edited && forHealth && world.isTame && heldMs < 0.98 * plan.failbackDelayMs - 1_500) {
      world.violate(
        "needless_move",
        `${label} yields to ${to} (${reason}) after ${Math.round(heldMs)} ms`,
      );
    }
  }

  /** Since then an edit may wait for what it prefers, through claims of the same cluster, too. */
  #lastHeldByOthers(name: string): number {
    return Math.max(0, ...[...this.#heldAt].map(([other, at]) => other === name ? 0 : at));
  }

  #look(): void {
    const { agenda, oracle } = this.#world;
    agenda.after(1_000, () => this.#look());
    for (const pod of this.#world.clusterPods()) {
      if (oracle.isAble(pod)) this.#ableAt.set(pod.cluster.name, agenda.now);
    }
  }

  /** Who does not forge lets the lease go, where another could. */
  #judgeRenewal({ before, after }: Change): void {
    const world = this.#world;
    const holder = after?.spec?.holderIdentity ?? "";
    const same = holder === before?.spec?.holderIdentity && holder !== "" &&
      after?.spec?.renewTime !== before?.spec?.renewTime &&
      after?.spec?.leaseTransitions === before?.spec?.leaseTransitions;
    if (!same) return;
    const name = clusterOf(holder);
    const since = Math.max(this.#claimedAt, this.#ableAt.get(name) ?? 0);
    const idleMs = world.agenda.now - since;
    if (idleMs < IDLE_MS_MAX || this.winners().every((one) => one.name === name)) return;
    world.violate(
      "nobody_forges",
      `${name} renews and does not forge for ${Math.round(idleMs)} ms`,
    );
  }

  #leaseChanged({ name, before, after }: Change): void {
    if (name !== FORGE_LEASE || after === undefined) return;
    const [was, is] = [before?.spec?.holderIdentity ?? "", after.spec?.holderIdentity ?? ""];
    const isRelease = is === "" && after.metadata.annotations?.[ANNOTATION.receipt] !== undefined;
    if (isRelease) this.#holder = "";
    // Vacant by hand: it is waited for from when each saw it, and a leader elected since saw it late.
    else if (is === "") this.troubledAt = this.#world.agenda.now;
    if (is !== "") this.#heldAt.set(clusterOf(is), this.#world.agenda.now);
    // A claim of what bore our name by hand already shows in the epoch alone.
    const rose = (after.spec?.leaseTransitions ?? 0) > (before?.spec?.leaseTransitions ?? 0);
    if (is !== "" && rose) this.#claimedAt = this.#world.agenda.now;
    if (is !== "" && rose && was === is) this.#holder = is;
    if (was === is || is === "") return;
    // Written back by who holds it, also under the uid of a local Lease made anew.
    if (this.#holder !== "" && clusterOf(is) === clusterOf(this.#holder)) return;
    if (after.spec?.leaseTransitions === before?.spec?.leaseTransitions) {
      // By hand: who held it learns so at its next renewal, and begins to wait later than the others.
      this.troubledAt = this.#world.agenda.now;
      return;
    }
    this.#holder = is;
    this.moves++;
    this.#claimedAt = this.#world.agenda.now;
    const saidAt = Date.parse(after.spec?.acquireTime ?? "") - EPOCH_MS;
    this.#heldSince = Math.min(this.#claimedAt, saidAt);
    const claimant = clusterOf(is);
    if (this.#offeredTo !== undefined) {
      const to = this.#offeredTo;
      this.#offeredTo = undefined;
      if (to === claimant) this.untaken.delete(to);
      else this.untaken.set(to, (this.untaken.get(to) ?? 0) + 1);
    }
    this.#judgeClaim(claimant, before);
  }

  /** Who claims a lease that all waited for is the best of those nothing befell lately. */
  #judgeClaim(claimant: string, before: Change["before"]): void {
    const world = this.#world;
    const calm = world.agenda.now - this.troubledAt > CALM_MS && world.watchLagMs <= 20;
    // Where wall clocks are hours apart, an override ends here and not there.
    if (!calm || !world.isTame || world.isUnequal || before === undefined) return;
    if (world.hasTwins) return; // who share a resource report by turns
    const annotations = before.metadata.annotations ?? {};
    if (annotations[ANNOTATION.preferredCluster] === claimant) return;
    const lapsedBy = annotations[ANNOTATION.lapsedBy] ??
      before.spec?.holderIdentity?.replace(/@[^@]*$/, "");
    const stored = world.clusterStore.get(claimant);
    const rank = stored === undefined ? undefined : this.#rankOf(stored);
    if (rank === undefined) return;
    for (const other of world.clusters) {
      const theirs = world.clusterStore.get(other.name);
      if (other.name === claimant || other.name === lapsedBy || theirs === undefined) continue;
      const otherRank = this.#rankOf(theirs);
      if (otherRank === undefined || otherRank >= rank || !this.#isCalm(other)) continue;
      const { report } = theirs.resource;
      if (!report?.ready || report.forgeEpoch !== before.spec?.leaseTransitions) continue;
      world.violate("wrong_winner", `${claimant} claims before ${other.name}, which is better`);
    }
  }

  #isCalm(cluster: SimulatedCluster): boolean {
    const { agenda } = this.#world;
    if (agenda.now - (this.#reportedAt.get(cluster.name) ?? -Infinity) > 30_000) return false;
    const leader = cluster.pods.find((pod) => pod.sidecar?.manager?.state.leads === true);
    const lock = leader && cluster.store.get(leader.leaseName);
    // A leader elected since then waits from when it first saw the forge lease.
    const leadsSince = Date.parse(lock?.spec?.acquireTime ?? "") - EPOCH_MS;
    return agenda.now - leadsSince > CALM_MS && cluster.pods.every((pod) => {
      const { manager } = pod.sidecar ?? {};
      return pod.link.isFair && pod.hubLink.isFair && !pod.isTroubled && manager !== undefined &&
        !manager.isPaused && agenda.now - pod.untroubledSince > CALM_MS;
    });
  }
}
