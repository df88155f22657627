// Owns what the kubelet does for one pod: it restarts containers, and asks whether the node may live.
// Never knows more than exit, silence and the answers of the dead-man endpoint.

import type { Pod } from "./pod.ts";
import { SimulatedNode } from "./node.ts";
import { Sidecar } from "./sidecar.ts";

const PROBE_MS = 2_000;
const PROBE_TIMEOUT_MS = 1_000;
const THRESHOLD = 2;
const BACKOFF_MS_MAX = 40_000;

export class Kubelet {
  readonly #pod: Pod;
  #failures = 0;
  /** When the next probe is due; while nothing can fail it, none is made. */
  #probeAt: number;
  #rests = false;
  #nodeBackoffMs = 1_000;
  #nodeStartedAt = 0;
  /** How long the next restart of the sidecar takes. */
  sidecarRestartMs = 1_000;
  /** The pod is away: nothing is started until it is made anew. */
  isAway = false;

  get #probeMs(): number {
    return this.#pod.world.bug === "is_probed_too_seldom" ? 5 * PROBE_MS : PROBE_MS;
  }

  constructor(pod: Pod) {
    this.#pod = pod;
    const { agenda, random } = pod.world;
    this.#probeAt = agenda.now + random.between(0, PROBE_MS);
    agenda.book(this.#probeAt, () => this.#probe());
  }

  startPod(): void {
    this.isAway = false;
    this.#pod.world.note(this.#pod.label, `pod starts, uid ${this.#pod.uid}`);
    this.#startSidecar();
    this.#pod.world.agenda.after(
      this.#pod.world.random.between(500, 5_000),
      () => this.#startNode(),
    );
  }

  sidecarEnded(): void {
    if (this.isAway) return;
    this.#pod.world.agenda.after(this.sidecarRestartMs, () => this.#startSidecar());
  }

  #startSidecar(): void {
    const pod = this.#pod;
    if (this.isAway || pod.sidecar?.isAlive) return;
    pod.host.whenRunning(() => {
      if (this.isAway || pod.sidecar?.isAlive) return;
      pod.world.note(pod.label, "sidecar starts");
      pod.outageEnds();
      pod.sidecar = new Sidecar(pod);
    });
  }

  nodeEnded(): void {
    const { agenda } = this.#pod.world;
    if (agenda.now - this.#nodeStartedAt > 60_000) this.#nodeBackoffMs = 1_000;
    agenda.after(this.#nodeBackoffMs, () => this.#startNode());
    this.#nodeBackoffMs = Math.min(this.#nodeBackoffMs * 2, BACKOFF_MS_MAX);
  }

  #startNode(): void {
    const pod = this.#pod;
    if (this.isAway || pod.node?.isAlive) return;
    pod.host.whenRunning(() => {
      if (this.isAway || pod.node?.isAlive) return;
      this.#nodeStartedAt = pod.world.agenda.now;
      // With its credential flags given the node exits when a file is missing.
      if (pod.files.inPlace !== "installed") return this.nodeEnded();
      const identity = {
        pid: pod.world.nextSerial(),
        startTicks: Math.floor(pod.host.bootMs() / 10),
      };
      pod.node = new SimulatedNode(pod, identity, pod.nodeHasFlag);
      pod.world.note(pod.label, `node starts, pid ${identity.pid}`);
      pod.nodeChanged();
    });
  }

  #probe(): void {
    const pod = this.#pod;
    const { agenda } = pod.world;
    this.#probeAt = agenda.now + this.#probeMs;
    this.#rests = this.#failures === 0 && this.#cannotFail();
    if (this.#rests) return;
    agenda.book(this.#probeAt, () => this.#probe());
    if (!pod.node?.isAlive || !pod.node.wasReady || pod.host.isSuspended) {
      this.#failures = 0;
      return;
    }
    if (pod.sidecar?.isAlive && pod.sidecar.guard.isPaused) {
      agenda.after(PROBE_TIMEOUT_MS, () => this.#judge(this.#isLive()));
    } else this.#judge(this.#isLive());
  }

  /** Something happened by which a probe may fail: they go on in their old rhythm. */
  probeAgain(): void {
    if (!this.#rests) return;
    this.#rests = false;
    const { agenda } = this.#pod.world;
    while (this.#probeAt < agenda.now) this.#probeAt += this.#probeMs;
    agenda.book(this.#probeAt, () => this.#probe());
  }

  /** Till the guard tells otherwise: only one that is away, or has a fence open, fails a probe. */
  #cannotFail(): boolean {
    const { node, sidecar } = this.#pod;
    if (!node?.isAlive || !node.wasReady) return true;
    if (sidecar === undefined || !sidecar.isAlive || sidecar.guard.isPaused) return false;
    return !sidecar.guard.mayFailProbes && this.#isLive();
  }

  #isLive(): boolean {
    const { sidecar, world } = this.#pod;
    if (sidecar === undefined || !sidecar.isAlive || sidecar.guard.isPaused) return false;
    return world.core.deadManVerdict(sidecar.guard.state, sidecar.guard.seenInstant()).live;
  }

  #judge(live: boolean): void {
    if (live) {
      this.#failures = 0;
      return;
    }
    if (++this.#failures < THRESHOLD) return;
    this.#failures = 0;
    const pod = this.#pod;
    const { node } = pod;
    pod.world.note(pod.label, "kubelet decides to restart the node");
    // The pod worker's turn, then the grace period.
    pod.world.agenda.after(pod.world.random.between(0, 3_000), () => {
      if (node !== undefined && pod.node === node) pod.endNode("killed by the kubelet");
    });
  }
}
