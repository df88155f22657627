// Owns what befalls the ways between replicas and their API servers: silent, half-open, slow, cut.
// Never looks at what is sent.

import type { NetworkMode } from "../../lib/demo/emulator/listener.ts";
import { claim, type Fault, type Heal, type Strike } from "./fault.ts";
import type { ChaosLink } from "./world.ts";

const FLAP_MS = [100, 2_000] as const;

/** Of the pod's ways one: to its own API server, or to the one where clusters meet. */
function linkOf({ pod, chance }: Strike): ChaosLink {
  const { links } = pod;
  const link = links[Math.floor(chance * links.length)];
  if (link === undefined) throw new RangeError(`${pod.label} has no link`);
  return link;
}

/** From `chance`, but not by the same digits that chose the link. */
function fraction({ chance }: Strike): number {
  return (chance * 1_000) % 1;
}

const claims = (strike: Strike) => [claim.link(linkOf(strike).name)];

function set(modeOf: (strike: Strike) => NetworkMode) {
  return (strike: Strike): Heal => {
    const { network } = linkOf(strike);
    network.setMode(modeOf(strike));
    return () => {
      // What was held back is lost, or comes late: both happen.
      if (fraction(strike) < 0.5) network.cut();
      network.setMode("ok");
    };
  };
}

export const LINK_FAULTS: readonly Fault[] = [
  { name: "black_hole", weight: 4, lastsMs: [500, 45_000], claims, inject: set(() => "hang") },
  { name: "half_open", weight: 4, lastsMs: [500, 45_000], claims, inject: set(() => "half-open") },
  { name: "refused", weight: 2, lastsMs: [500, 45_000], claims, inject: set(() => "refuse") },
  {
    name: "slow",
    weight: 3,
    lastsMs: [2_000, 45_000],
    claims,
    inject: set((strike) => ({ slowMs: Math.round(50 * 80 ** fraction(strike)) })),
  },
  { name: "reset", weight: 2, claims, inject: (strike) => linkOf(strike).network.cut() },
  {
    name: "resets",
    weight: 2,
    lastsMs: [2_000, 30_000],
    claims,
    inject: (strike) => {
      const [min, max] = FLAP_MS;
      const everyMs = min * (max / min) ** fraction(strike);
      const timer = setInterval(() => linkOf(strike).network.cut(), everyMs);
      return () => clearInterval(timer);
    },
  },
];
