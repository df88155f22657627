// Owns one replica: its pod's name and UID, its machine, volume, node and sidecar, and what may befall them.
// Never knows of another replica.

import type { FilesInPlace, ForgingSettings } from "../../lib/core/forging_state.ts";
import type { ManagerSettings } from "../../lib/core/manager_state.ts";
import type { NodeIdentity, NodeSighting } from "../../lib/core/node_life.ts";
import type { Timings } from "../../lib/config/timings.ts";
import type { GuardIsolate } from "./guard_isolate.ts";
import { Host } from "./host.ts";
import { Kubelet } from "./kubelet.ts";
import { FAIR, Link } from "./link.ts";
import { ManagerIsolate } from "./manager_isolate.ts";
import { DEAF_MANNERS, GOOD_MANNERS, type NodeManners, type SimulatedNode } from "./node.ts";
import { SimulatedPermitFile } from "./permit_file.ts";
import type { Sidecar } from "./sidecar.ts";
import type { World } from "./world.ts";

export interface PodPlan {
  /** As the story calls it. */
  readonly label: string;
  readonly name: string;
  readonly poolId: string;
  readonly timings: Timings;
  readonly leaseName: string;
  readonly previousNames: readonly string[];
  readonly nodeHasFlag: boolean;
  readonly tameWithinMs: number | undefined;
}

interface FilesResult {
  readonly inPlace: FilesInPlace;
  readonly generation: number | undefined;
  readonly problem: string | undefined;
}

export class Pod {
  readonly world: World;
  readonly label: string;
  /** The pod's name, which two may share. */
  readonly podName: string;
  readonly poolId: string;
  readonly host: Host;
  readonly link: Link;
  readonly kubelet: Kubelet;
  readonly permitFile = new SimulatedPermitFile();
  readonly timings: Timings;
  readonly nodeHasFlag: boolean;
  uid: string;
  /** Its manager can see that it is being deleted. */
  isDeletionKnown = false;
  leaseName: string;
  previousNames: readonly string[];
  node: SimulatedNode | undefined;
  sidecar: Sidecar | undefined;
  files: { inPlace: FilesInPlace; generation: number | undefined } = {
    inPlace: "absent",
    generation: undefined,
  };
  /** There and empty, which is an error to the node and no reason to stop. */
  areTruncated = false;
  #credentials = { usable: false, generation: 0 };
  #manners: NodeManners = GOOD_MANNERS;
  /** Read-only: nothing changes. Full: nothing is written. Torn: each act breaks off half-way. */
  disk: "well" | "read_only" | "full" | "torn" = "well";
  /** When something was last refused by the disk. */
  diskRefusedAt = -Infinity;
  /** True time of the send of the last renewal that bought a permit. */
  lastRenewalAt = -Infinity;
  mannersSince = 0;
  /** The guard's latest outages; a running one has no end. */
  readonly outages: { from: number; to: number | undefined }[] = [];
  /** The guard beside a node that hangs, when it began to. */
  #besideHung: GuardIsolate | undefined;
  /** Since when nothing extraordinary befell guard, node, disk and link. */
  untroubledSince = 0;

  constructor(world: World, plan: PodPlan) {
    this.world = world;
    this.label = plan.label;
    this.podName = plan.name;
    this.poolId = plan.poolId;
    this.timings = plan.timings;
    this.leaseName = plan.leaseName;
    this.previousNames = plan.previousNames;
    this.nodeHasFlag = plan.nodeHasFlag;
    this.host = new Host(world, plan.tameWithinMs);
    this.host.onJump.push(() => this.sidecar?.guard.nudge(250));
    this.link = new Link(world);
    this.uid = `pod-${world.nextSerial()}`;
    this.kubelet = new Kubelet(this);
  }

  get forgingSettings(): ForgingSettings {
    const { fenceTimeoutMs, renewDeadlineMs, durationMs } = this.timings;
    return {
      fenceTimeoutMs,
      renewDeadlineMs,
      leaseDurationMs: durationMs,
      socketWaitTimeoutMs: 600_000,
      nodeRequired: true,
      metricsConfigured: true,
    };
  }

  managerSettings(): Omit<ManagerSettings, "nonceBase"> {
    const { durationMs, renewDeadlineMs, renewIntervalMs } = this.timings;
    return {
      podName: this.podName,
      podUid: this.uid,
      lease: {
        name: this.leaseName,
        namespace: "cardano",
        durationMs,
        holdMs: renewDeadlineMs,
        renewIntervalMs,
      },
      previousNames: this.previousNames,
    };
  }

  newManager(sidecar: Sidecar): ManagerIsolate {
    return new ManagerIsolate(sidecar, sidecar.guard.state.nonces);
  }

  /** The guard reads the source folder: what it then holds is what it puts in place. */
  readCredentials(): { usable: boolean; generation: number } {
    return this.#credentials = this.world.credentials;
  }

  permitRuns(): boolean {
    return this.sidecar?.guard.permitRuns() ?? false;
  }

  get isTroubled(): boolean {
    const paused = this.sidecar?.guard.isPaused === true || this.host.isSuspended;
    return paused || !this.sidecar?.isAlive || this.diskRefuses ||
      this.manners !== GOOD_MANNERS || this.node?.isHung === true;
  }

  get diskRefuses(): boolean {
    return this.disk !== "well";
  }

  setDisk(disk: Pod["disk"]): void {
    this.trouble();
    this.disk = disk;
    this.world.note(this.label, `disk ${disk}`);
  }

  get goodManners(): NodeManners {
    return GOOD_MANNERS;
  }

  heal(): void {
    this.trouble();
    this.link.set(FAIR);
    this.manners = this.goodManners;
    this.disk = "well";
    this.endHang();
  }

  hangNode(): void {
    this.trouble();
    this.#besideHung = this.sidecar?.guard;
    this.node?.hang();
  }

  /** Beside a guard that has never seen it at work, what it would do next is beyond any guard. */
  endHang(): void {
    if (!this.node?.isHung) return;
    this.trouble();
    if (this.sidecar?.guard === this.#besideHung) this.node.goOn();
    else this.endNode("ends, as it hangs");
  }

  /** What its machines hold for true just now, beside what is. */
  knowledge(): string {
    const { sidecar, node } = this;
    const { guard, manager } = sidecar ?? {};
    manager?.takeUnread();
    const view = manager?.state.local.view;
    const seen = typeof view?.seen === "object"
      ? `"${view.seen.holder}" in epoch ${view.seen.transitions}`
      : view?.seen ?? "nothing";
    const stillMs = view?.stillSince === undefined ? 0 : this.host.monotonicMs() - view.stillSince;
    return [
      `knows: lease of ${seen}, still for ${stillMs.toFixed(0)} ms`,
      manager === undefined ? "no manager" : manager.state.leads ? "leads" : "follows",
      guard === undefined ? "no guard" : this.permitRuns() ? "permit runs" : "no permit",
      guard?.state.fence === undefined ? "" : `fencing for ${guard.state.fence.reason}`,
      `its guard takes the node for ${guard?.state.node.suspicion ?? "unknown"}`,
      `which ${node?.isHung ? "hangs" : node?.isAble ? "IS ABLE to forge" : "does not forge"}`,
      `files ${this.files.inPlace}`,
      ...this.host.isSuspended ? ["machine suspended"] : [],
      ...guard?.isPaused ? ["guard paused"] : [],
    ].filter((part) => part !== "").join(", ");
  }

  trouble(): void {
    this.untroubledSince = this.world.agenda.now;
  }

  outageBegins(): void {
    this.trouble();
    if (this.outages.at(-1)?.to === undefined && this.outages.length > 0) return;
    this.outages.push({ from: this.world.agenda.now, to: undefined });
    if (this.outages.length > 12) this.outages.shift();
  }

  outageEnds(): void {
    this.trouble();
    const last = this.outages.at(-1);
    if (last !== undefined) last.to ??= this.world.agenda.now;
  }

  get manners(): NodeManners {
    return this.#manners;
  }

  set manners(manners: NodeManners) {
    this.#manners = manners;
    this.mannersSince = this.world.agenda.now;
    this.metricsChanged();
  }

  metricsChanged(): void {
    this.sidecar?.guard.metricsChanged();
  }

  nodeChanged(): void {
    this.sidecar?.guard.nodeChanged();
    this.kubelet.probeAgain();
  }

  sight(): NodeSighting {
    const { node } = this;
    if (node === undefined || !node.isAlive) return { kind: "not_found", note: "no cardano-node" };
    return {
      kind: "running",
      identity: node.identity,
      startsNonProducing: node.hasFlag,
      accepts: node.accepts,
      cpuTicks: node.cpuTicks,
    };
  }

  signal(identity: NodeIdentity, signal: "SIGHUP" | "SIGKILL"): "signalled" | "absent" {
    const { node } = this;
    if (!node?.isAlive || node.identity.pid !== identity.pid) return "absent";
    if (signal === "SIGHUP") node.hangUp();
    else this.endNode("killed by the guard");
    return "signalled";
  }

  endNode(how: string): void {
    if (!this.node?.isAlive) return;
    this.world.note(this.label, `node ${how}`);
    this.node.end();
    this.nodeChanged();
    this.kubelet.nodeEnded();
  }

  installFiles(): FilesResult {
    if (this.disk !== "well") return this.#refused();
    this.areTruncated = false;
    this.files = { inPlace: "installed", generation: this.#credentials.generation };
    return { ...this.files, problem: undefined };
  }

  removeFiles(): FilesResult {
    if (this.disk === "read_only" || this.disk === "torn") return this.#refused();
    this.areTruncated = this.world.bug === "truncates_for_unlinking";
    this.files = { inPlace: "absent", generation: undefined };
    return { ...this.files, problem: undefined };
  }

  suspend(ms: number): void {
    this.trouble();
    this.node?.suspend();
    const { agenda } = this.world;
    // Known before anything acts on what it finds when it runs again.
    agenda.after(ms, () => this.trouble());
    this.host.suspend(ms);
    agenda.after(ms, () => this.node?.resume());
  }

  #refused(): FilesResult {
    this.diskRefusedAt = this.world.agenda.now;
    const problem = { read_only: "EROFS", full: "ENOSPC", torn: "EIO", well: "" }[this.disk];
    if (this.disk === "torn") this.files = { inPlace: "partial", generation: undefined };
    return { ...this.files, problem };
  }

  /** Ends gracefully: both containers are told at once, and the pod is gone with the last of them. */
  delete(awayMs: number, changed?: () => void): void {
    if (this.kubelet.isAway) return;
    this.kubelet.isAway = true;
    this.trouble();
    this.sidecar?.shutDown();
    const { agenda, random } = this.world;
    agenda.after(random.skewed(300, 8_000), () => this.endNode("ends by SIGTERM"));
    this.#remakeOnceEnded(agenda.now + 10_000, { awayMs, changed });
  }

  #remakeOnceEnded(
    goesAt: number,
    { awayMs, changed }: { awayMs: number; changed?: (() => void) | undefined },
  ): void {
    const { agenda } = this.world;
    const wait = () => {
      if (agenda.now < goesAt && (this.sidecar?.isAlive || this.node?.isAlive)) {
        return void agenda.after(100, wait);
      }
      this.#remake(awayMs, changed);
    };
    wait();
  }

  /**
   * Deleted as with a native sidecar, whose SIGTERM comes only when the node has ended: until then
   * the manager knows by its watch of the pod, or where that is broken not at all. A node that is
   * deaf closes its database all that time: it hears no signal and shows nothing.
   */
  deleteSlowly(
    { graceMs, awayMs, isWatched, isDeaf = false }: {
      graceMs: number;
      awayMs: number;
      isWatched: boolean;
      isDeaf?: boolean;
    },
  ): boolean | void {
    if (this.kubelet.isAway) return false;
    this.kubelet.isAway = true;
    this.trouble();
    const { agenda, random } = this.world;
    this.world.note(this.label, `pod is deleted, grace ${Math.round(graceMs)} ms`);
    this.isDeletionKnown = isWatched;
    const manners = this.manners;
    if (isDeaf) this.manners = DEAF_MANNERS;
    agenda.after(random.skewed(5, 3_000), () => this.tellOfDeletion());
    agenda.after(graceMs, () => {
      this.endNode("ends by SIGTERM");
      if (this.manners === DEAF_MANNERS) this.manners = manners;
      this.sidecar?.shutDown();
      this.#remakeOnceEnded(agenda.now + 10_000, { awayMs });
    });
  }

  /** What its watch of its own pod tells a manager that is there, and each that follows it. */
  tellOfDeletion(): void {
    if (this.isDeletionKnown) this.sidecar?.toManager({ kind: "pod_deleting" });
  }

  /** The pod is lost with everything in it; another of its name comes. */
  replace(awayMs: number): void {
    if (this.kubelet.isAway) return;
    this.kubelet.isAway = true;
    this.#remake(awayMs);
  }

  #remake(awayMs: number, changed?: () => void): void {
    this.isDeletionKnown = false;
    this.sidecar?.end("ends with its pod");
    this.endNode("ends with its pod");
    this.world.agenda.after(awayMs, () => {
      changed?.();
      this.uid = `pod-${this.world.nextSerial()}`;
      this.files = { inPlace: "absent", generation: undefined };
      this.permitFile.lose();
      this.kubelet.startPod();
    });
  }
}
