// Owns the classes of overlap that lie outside the stated assumptions, which are counted apart.
// Never excuses one that a single fault brought about.

import type { Spell } from "./oracle.ts";
import type { Pod } from "./pod.ts";
import { FORGOTTEN_FOR_MS, type World } from "./world.ts";

export type ApartClass =
  /** Node and guard were suspended together beyond the permit's end. */
  | "joint_suspend"
  /** A node started without the flag, before its first fence. */
  | "started_producing"
  /** A node that began by itself, before the guard could see it. */
  | "began_unbidden"
  /** The guard died or froze while its renewals were failing already. */
  | "double_fault"
  /** The store was restored to a state that a replica fresh since then cannot doubt. */
  | "restored_and_fresh";

/** A guard that is away for less than this loses nothing that matters. */
const OUTAGE_MS_MIN = 300;

export function apartClass(world: World, newcomer: Spell, other: Spell): ApartClass | undefined {
  for (const { origin } of [newcomer, other]) {
    if (origin === "unflagged") return "started_producing";
    if (origin === "unbidden") return "began_unbidden";
  }
  if (claimsUnseenPast(world, newcomer.pod) || claimsUnseenPast(world, other.pod)) {
    return "restored_and_fresh";
  }
  for (const spell of [newcomer, other]) {
    if (spell.pod.permitRuns()) continue;
    if (spell.wasSuspended) return "joint_suspend";
    if (diedWhileFailing(world, spell.pod)) return "double_fault";
  }
  return undefined;
}

/** The kubelet's time is reckoned from a guard whose last renewal was due to be fresh. */
export function diedWhileFailing(world: World, pod: Pod): boolean {
  const { renewIntervalMs, apiTimeoutMs } = pod.timings;
  const staleFrom = pod.lastRenewalAt + 1.02 * (renewIntervalMs + apiTimeoutMs);
  return pod.outages.some(({ from, to = world.agenda.now }) =>
    from > staleFrom && to - from > OUTAGE_MS_MIN
  );
}

/** It may act on a record of the past, since it never saw the later ones. */
export function claimsUnseenPast(world: World, pod: Pod): boolean {
  const { restored } = world;
  if (restored === undefined || world.agenda.now - restored.at > FORGOTTEN_FOR_MS) return false;
  const manager = pod.sidecar?.manager;
  return manager !== undefined && !restored.knowing.has(manager);
}
