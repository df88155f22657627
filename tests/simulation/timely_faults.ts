// Owns faults that strike at delicate moments, which chance alone would seldom meet.
// Never does anything that the other faults could not have done just then.

import { ANNOTATION } from "../../lib/core/lease_record.ts";
import { FAIR } from "./link.ts";
import { GOOD_MANNERS } from "./node.ts";
import { removeLease } from "./operator_faults.ts";
import type { Pod } from "./pod.ts";
import type { Storm } from "./storm.ts";
import type { World } from "./world.ts";

type Moment = "claimed" | "renewed" | "released" | "started" | "cleaned";

/** What a world's delicate moments are struck by, if they are. */
const STRIKES: Readonly<Record<Moment, readonly ((world: World, pod: Pod) => void)[]>> = {
  claimed: [
    (world, pod) => deleteSoon(world, pod),
    (world, pod) => deleteSoon(world, pod),
    // The guard learns that it is unfit while the grant is on its way.
    (world, pod) => refuseSocket(world, pod),
    passOn,
    passOn,
    (world, pod) => refuseDisk(world, pod),
    // It stands still between a check and what follows, and nothing it sent since came through.
    (world, pod) => {
      const hole = { ...FAIR, down: "hole" as const };
      const ms = world.random.between(8_000, 40_000);
      pod.link.set(hole);
      pod.sidecar?.pauseWithin(world.random.below(12), ms);
      world.agenda.after(ms, () => {
        if (pod.link.weather === hole) pod.link.set(FAIR);
      });
    },
    (_world, pod) => pod.endNode("crashes"),
    (world, pod) => pod.sidecar?.crashManager(world.random.skewed(20, 1_000)),
  ],
  // The answer comes late, and after it none.
  renewed: [
    (world, pod) => {
      const { link } = pod;
      if (!link.isFair) return;
      link.answerDelayMs = world.random.between(0.5, 0.98) * pod.timings.apiTimeoutMs;
      world.agenda.after(link.answerDelayMs + 20, () => {
        link.answerDelayMs = 0;
        const hole = { ...FAIR, down: "hole" as const };
        link.set(hole);
        world.agenda.after(40_000, () => {
          if (link.weather === hole) link.set(FAIR);
        });
      });
    },
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
  // Its handler may find the files of the start that follows.
  cleaned: [slowDown],
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
        () => guard?.post({ kind: "revoked", reason: "lease_lost", killFrom: "half_fence" }),
      );
    },
  ],
};

/** It passes the lease on at once, to one that knows only its receipt. */
function passOn(world: World, pod: Pod): void {
  refuseSocket(world, pod);
  for (const other of world.pods) {
    if (other !== pod) other.sidecar?.crashManager(world.random.skewed(20, 300));
  }
}

/** The writes of those who lost are still under way. */
function deleteSoon(world: World, pod: Pod): void {
  world.agenda.after(world.random.between(5, 1_900), () => {
    const lease = world.store.get(pod.leaseName);
    if (lease?.spec?.holderIdentity !== pod.podName) return;
    if (lease.metadata.annotations?.[ANNOTATION.movedTo] !== undefined) return;
    world.watchLagMs = world.random.skewed(20, 4_000);
    world.agenda.after(5_000, () => world.watchLagMs = 20);
    removeLease(world, pod.leaseName);
  });
}

function refuseSocket(world: World, pod: Pod): void {
  const { node } = pod;
  if (!node?.accepts) return;
  node.setAccepts(false);
  pod.sidecar?.guard.nudge(15);
  world.agenda.after(world.random.between(500, 5_000), () => {
    if (node.isAlive) node.setAccepts(true);
  });
}

function refuseDisk(world: World, pod: Pod): void {
  pod.setDisk(world.random.pick(["read_only", "full", "torn"]));
  world.agenda.after(world.random.skewed(50, 5_000), () => pod.setDisk("well"));
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
  readonly #storm: Storm<World, Pod>;
  readonly #share: number;

  constructor(world: World, storm: Storm<World, Pod>, share: number) {
    this.#world = world;
    this.#storm = storm;
    this.#share = share;
    world.store.onChange.push(({ before, after }) => {
      const [was, is] = [before?.spec?.holderIdentity ?? "", after?.spec?.holderIdentity ?? ""];
      if (after === undefined) return;
      const isRenewal = was === is && before?.spec?.renewTime !== after.spec?.renewTime;
      if (isRenewal && is !== "") return this.#meet("renewed", is);
      if (was !== is) this.#meet(is === "" ? "released" : "claimed", is === "" ? was : is);
    });
    world.oracle.onSignal.push((pod, starts) => this.#strike(starts ? "started" : "cleaned", pod));
  }

  #meet(moment: Moment, holder: string): void {
    const pod = this.#world.pods.find(({ podName }) => podName === holder);
    if (pod !== undefined) this.#strike(moment, pod);
  }

  #strike(moment: Moment, pod: Pod): void {
    const world = this.#world;
    const { random, isOver } = this.#storm;
    // Renewals are many, and one of these ends a term.
    const share = moment === "renewed" ? this.#share / 30 : this.#share;
    if (isOver || !random.chance(share)) return;
    const blow = random.pick(STRIKES[moment]);
    const strike = () =>
      this.#storm.strike(moment, {
        name: `when_${moment}`,
        pod,
        act: () => {
          world.note(pod.label, `struck when ${moment}`);
          blow(world, pod);
        },
      });
    // A signal is met on its way; what was written is told to all before anything else happens.
    if (moment === "started" || moment === "cleaned" || moment === "renewed") strike();
    else world.agenda.after(0, strike);
  }
}
