// Owns faults that strike at delicate moments, which chance alone would seldom meet.
// Never does anything that the other faults could not have done just then.

import { FAIR } from "./link.ts";
import { GOOD_MANNERS } from "./node.ts";
import type { Pod } from "./pod.ts";
import type { World } from "./world.ts";

type Moment = "claimed" | "released" | "started";

/** What a world's delicate moments are struck by, if they are. */
const STRIKES: Readonly<Record<Moment, readonly ((world: World, pod: Pod) => void)[]>> = {
  claimed: [
    // The writes of those who lost are still under way.
    (world, pod) =>
      void world.agenda.after(world.random.between(5, 1_900), () => {
        if (world.store.get(pod.leaseName)?.spec?.holderIdentity !== pod.podName) return;
        if (world.isUnequal) world.forget();
        world.watchLagMs = world.random.skewed(20, 4_000);
        world.agenda.after(5_000, () => world.watchLagMs = 20);
        world.store.remove(pod.leaseName);
      }),
    // The guard learns that it is unfit while the grant is on its way.
    (world, pod) => {
      const { node } = pod;
      if (!node?.accepts) return;
      node.setAccepts(false);
      pod.sidecar?.guard.nudge(15);
      world.agenda.after(world.random.between(500, 5_000), () => {
        if (node.isAlive) node.setAccepts(true);
      });
    },
    (world, pod) => refuseDisk(world, pod),
    (_world, pod) => pod.endNode("crashes"),
    (world, pod) => pod.sidecar?.crashManager(world.random.skewed(20, 1_000)),
  ],
  released: [
    // All who claim now are long under way, and meet what happens in the meantime.
    (world) => {
      for (const { link } of world.pods) {
        if (!link.isFair) continue;
        const slow = { ...FAIR, latencyMs: [20, 1_500] as const };
        link.set(slow);
        world.agenda.after(4_000, () => {
          if (link.weather === slow) link.set(FAIR);
        });
      }
    },
    (world, pod) => {
      pod.kubelet.sidecarRestartMs = world.random.skewed(150, 3_000);
      pod.sidecar?.end("is killed");
    },
    (world, pod) => {
      const others = world.pods.filter((one) => one !== pod);
      refuseDisk(world, world.random.pick(others));
    },
  ],
  started: [
    // A quick restart, while the handler of the start has not come to its end.
    (world, pod) => {
      slowDown(world, pod);
      pod.kubelet.sidecarRestartMs = world.random.between(150, 400);
      pod.sidecar?.crashWithin(1);
    },
    // Its stop follows at once.
    (world, pod) => {
      slowDown(world, pod);
      const guard = pod.sidecar?.guard;
      world.agenda.after(
        world.random.between(1, 900),
        () => guard?.post({ kind: "revoked", reason: "lease_lost" }),
      );
    },
  ],
};

function refuseDisk(world: World, pod: Pod): void {
  pod.trouble();
  pod.diskRefuses = true;
  world.agenda.after(world.random.skewed(50, 5_000), () => {
    pod.trouble();
    pod.diskRefuses = false;
  });
}

function slowDown(world: World, pod: Pod): void {
  if (pod.manners !== GOOD_MANNERS) return;
  pod.trouble();
  const slow = pod.manners = { ...GOOD_MANNERS, handlerMsMax: 950 };
  world.agenda.after(3_000, () => {
    pod.trouble();
    if (pod.manners === slow) pod.manners = GOOD_MANNERS;
  });
}

export class TimelyFaults {
  readonly #world: World;
  readonly #share: number;
  isOver = false;

  constructor(world: World, share: number) {
    this.#world = world;
    this.#share = share;
    world.store.onChange.push(({ before, after }) => {
      const [was, is] = [before?.spec?.holderIdentity ?? "", after?.spec?.holderIdentity ?? ""];
      if (was === is || after === undefined) return;
      this.#meet(is === "" ? "released" : "claimed", is === "" ? was : is);
    });
    world.oracle.onStart.push((pod) => this.#strike("started", pod));
  }

  #meet(moment: Moment, holder: string): void {
    const pod = this.#world.pods.find(({ podName }) => podName === holder);
    if (pod !== undefined) this.#strike(moment, pod);
  }

  #strike(moment: Moment, pod: Pod): void {
    const { random, agenda } = this.#world;
    if (this.isOver || !random.chance(this.#share)) return;
    const strike = random.pick(STRIKES[moment]);
    // Not in the midst of what is going on, but before anything that is booked for later.
    agenda.after(0, () => {
      if (this.isOver) return;
      this.#world.note(pod.label, `struck when ${moment}`);
      this.#world.countFault(`when_${moment}`);
      strike(this.#world, pod);
    });
  }
}
