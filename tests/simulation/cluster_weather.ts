// Owns when which fault strikes whom in a world of several clusters, and that all of them end.
// Never strikes after healing.

import { CLUSTER_FAULTS, type ClusterFault, cut } from "./cluster_faults.ts";
import type { ClusterPod } from "./cluster_pod.ts";
import { type ClusterWorld, FORGE_LEASE } from "./cluster_world.ts";
import { NO_OVERRIDE, type SimulatedCluster } from "./simulated_cluster.ts";
import { FAIR } from "./link.ts";
import { PROCESS_FAULTS } from "./process_faults.ts";
import { Storm } from "./storm.ts";

/** Left out: a node without the flag or one that begins by itself is the one-cluster world's matter. */
const NOT_HERE = new Set(["node_starts_unbidden"]);

export const ALL_CLUSTER_FAULTS: readonly ClusterFault[] = [
  ...CLUSTER_FAULTS,
  ...PROCESS_FAULTS.filter(({ name }) => !NOT_HERE.has(name)),
];

export class ClusterWeather {
  readonly #world: ClusterWorld;
  readonly #storm: Storm<ClusterWorld, ClusterPod>;
  /** Share of delicate moments that are struck. */
  readonly #timely: number;

  constructor(world: ClusterWorld) {
    this.#world = world;
    const storm = this.#storm = new Storm(world, ALL_CLUSTER_FAULTS);
    const { random } = storm;
    const meanGapMs = random.skewed(4_000, 90_000);
    this.#timely = random.pick([0, 0, 0.15, 0.4]);
    world.hub.onChange.push(({ name, before, after }) => {
      const [was, is] = [before?.spec?.holderIdentity, after?.spec?.holderIdentity];
      if (name === FORGE_LEASE && was !== is && after !== undefined) this.#strikeNow("forge lease");
    });
    for (const cluster of world.clusters) {
      cluster.store.onChange.push(({ before, after }) => {
        const moved = before?.spec?.holderIdentity !== after?.spec?.holderIdentity;
        if (moved && after !== undefined && random.chance(0.5)) this.#strikeNow(cluster.label);
        if (moved && after?.spec?.holderIdentity === "") {
          this.#loseAnswer(cluster, before?.spec?.holderIdentity ?? "");
        }
      });
    }
    world.clusterStore.onChange.push(({ before, after }) => {
      if (before?.resource.spec !== after?.resource.spec) this.#suspendForger();
    });
    storm.blow(() => random.exponential(meanGapMs), () => this.#victim());
  }

  /** Within moments of a change of hands: ways cut, processes ended, leases deleted. */
  #strikeNow(stream: string): void {
    const { agenda } = this.#world;
    const { random, isOver } = this.#storm;
    if (isOver || !random.chance(this.#timely)) return;
    agenda.after(random.pick([0, random.skewed(1, 3_000)]), () => {
      if (this.#storm.isOver) return;
      if (random.chance(0.7)) return this.#storm.strikeOne(stream, () => this.#victim());
      const pod = this.#victim();
      const pods = random.chance(0.5) ? pod.cluster.pods : this.#world.clusterPods();
      const ms = random.skewed(200, 60_000);
      const weather = { ...FAIR, down: "hole" as const };
      const act = () => cut(this.#world, { pods, api: "hub", weather, ms });
      this.#storm.strike(stream, { name: "hub_cut_at_a_change_of_hands", pod, act });
    });
  }

  /** Who released its local lease hears nothing of that, nor of what follows, for a while. */
  #loseAnswer(cluster: SimulatedCluster, holder: string): void {
    const { random, isOver } = this.#storm;
    const pod = cluster.pods.find(({ podName }) => podName === holder);
    if (isOver || pod === undefined || !random.chance(this.#timely)) return;
    const ms = random.between(3_000, 9_000);
    const act = () => {
      pod.link.answerDelayMs = pod.timings.apiTimeoutMs;
      this.#world.agenda.after(1, () => pod.link.answerDelayMs = 0);
      cut(this.#world, { pods: [pod], api: "own API", weather: { ...FAIR, down: "hole" }, ms });
    };
    this.#storm.strike(cluster.label, { name: "answer_to_a_release_lost", pod, act });
  }

  /**
   * While an operator moves forging, the forger's machine stands still for longer than its local
   * lease; it goes on with the coordination API in reach, and hears from its own a little later.
   */
  #suspendForger(): void {
    const world = this.#world;
    const { random, isOver } = this.#storm;
    if (isOver || !world.suspends || !random.chance(2 * this.#timely)) return;
    world.agenda.after(random.skewed(1, 300), () => {
      const pod = world.clusterPods().find((one) => world.oracle.isAble(one));
      if (this.#storm.isOver || pod === undefined || pod.host.isSuspended) return;
      const suspendedMs = random.between(1.2, 3) * pod.timings.durationMs;
      const act = () => {
        const ms = suspendedMs + world.random.between(500, 8_000);
        const weather = { ...FAIR, down: "hole" as const };
        cut(world, { pods: [pod], api: "own API", weather, ms });
        world.note(pod.label, `machine suspended for ${Math.round(suspendedMs)} ms`);
        pod.suspend(suspendedMs);
      };
      this.#storm.strike("edit", { name: "forger_suspended_at_an_edit", pod, act });
    });
  }

  /** Who forges, and its cluster, is struck more often than the others. */
  #victim(): ClusterPod {
    const { oracle } = this.#world;
    const { random } = this.#storm;
    const pods = this.#world.clusterPods();
    const forger = pods.find((pod) => oracle.isAble(pod));
    if (forger === undefined || random.chance(0.5)) return random.pick(pods);
    return random.chance(0.6) ? forger : random.pick(forger.cluster.pods);
  }

  heal(): void {
    this.#storm.isOver = true;
    const world = this.#world;
    world.note("weather", "all is healed");
    world.watchLagMs = 20;
    world.clusterOracle.troubledAt = world.agenda.now;
    for (const cluster of world.clusters) {
      cluster.endpointOk = true;
      cluster.farBehind = false;
      cluster.isForbidden = cluster.staysForbidden;
      // Where wall clocks are hours apart, so are the ends of an override.
      const ends = world.clusterStore.get(cluster.name)?.resource.spec.override.expiresAt;
      if (world.isTame || ends === undefined) continue;
      world.clusterStore.edit(cluster.name, (spec) => ({ ...spec, override: NO_OVERRIDE }));
    }
    for (const pod of world.clusterPods()) pod.heal();
    for (const watch of world.everyWatch()) watch.goOn();
  }
}
