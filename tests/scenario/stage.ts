// Owns what the commands of a transcript do: a few replicas in a simulated world where chance is mild.
// Never adds a fault that no command asked for.

import type { Timings } from "../../lib/config/timings.ts";
import { PRODUCTION } from "../simulation/core.ts";
import { FAIR } from "../simulation/link.ts";
import { GOOD_MANNERS } from "../simulation/node.ts";
import { Pod } from "../simulation/pod.ts";
import { DEFAULT_LOCK } from "../simulation/rename.ts";
import { World } from "../simulation/world.ts";

const TIMINGS: Timings = {
  durationMs: 15_000,
  renewDeadlineMs: 9_000,
  renewIntervalMs: 3_750,
  fenceTimeoutMs: 4_000,
  apiTimeoutMs: 2_000,
};

export class Stage {
  readonly #world = new World({ core: PRODUCTION, seed: 3, verbose: false });

  run(command: string): void {
    const [verb = "", ...words] = command.split(" ");
    const world = this.#world;
    switch (verb) {
      case "replicas":
        return this.#addReplicas(Number(words[0]));
      case "run":
        return world.agenda.runUntil(world.agenda.now + seconds(words[0]), () => world.isOver);
      case "hole":
        return this.#hole(this.#pod(words[0]), seconds(words[1]));
      case "refuse-stop":
        this.#pod(words[0]).manners = { ...GOOD_MANNERS, refusesStop: true };
        return;
      case "kill-sidecar":
        this.#pod(words[0]).kubelet.sidecarRestartMs = seconds(words[1]);
        return this.#pod(words[0]).sidecar?.end("is killed");
      case "sigterm":
        this.#pod(words[0]).kubelet.sidecarRestartMs = seconds(words[1]);
        return this.#pod(words[0]).sidecar?.shutDown();
      case "delete":
        this.#pod(words[0]).deleteSlowly({
          graceMs: seconds(words[1]),
          awayMs: seconds("5s"),
          isWatched: true,
          isDeaf: words[2] === "deaf",
        });
        return;
      case "rotate":
        world.credentials = { usable: true, generation: world.credentials.generation + 1 };
        for (const pod of world.pods) {
          const { guard } = pod.sidecar ?? {};
          guard?.post({ kind: "credentials", ...pod.readCredentials() });
        }
        return;
      default:
        throw new Error(`No such command: ${command}`);
    }
  }

  /** What happened since it was last asked, to a tenth of a second. */
  news(): string[] {
    return this.#world.story.news().map((line) => {
      const at = (Math.floor(Number(line.slice(0, 10)) * 10) / 10).toFixed(1).padStart(6);
      return `${at}${line.slice(10)}`.replace(/ (tookMs|marginMs|holdMs)=[-.\d]+/g, "")
        .replace(/(slot |Second=)179000(\d+)/g, "$1$2");
    });
  }

  #addReplicas(count: number): void {
    const world = this.#world;
    world.lockNames = [DEFAULT_LOCK];
    for (let index = 0; index < count; index++) {
      const name = `pod-${index}`;
      const pod = new Pod(world, {
        label: name,
        name,
        poolId: "pool",
        timings: TIMINGS,
        leaseName: DEFAULT_LOCK,
        previousNames: [],
        nodeHasFlag: true,
        tameWithinMs: 100,
      });
      pod.manners = GOOD_MANNERS;
      world.pods.push(pod);
      world.agenda.after(index * 1_000, () => pod.kubelet.startPod());
    }
  }

  #hole(pod: Pod, ms: number): void {
    pod.link.set({ ...FAIR, down: "hole" });
    this.#world.agenda.after(ms, () => pod.link.set(FAIR));
  }

  #pod(label = ""): Pod {
    const pod = this.#world.pods.find((one) => one.label === label);
    if (pod === undefined) throw new Error(`No replica ${label}`);
    return pod;
  }
}

function seconds(text = ""): number {
  const ms = Number(text.replace(/s$/, "")) * 1_000;
  if (!(ms > 0)) throw new Error(`Not a time in seconds: ${text}`);
  return ms;
}
