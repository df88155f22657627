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
  /** A gauge fell by itself, its node forged on, and was asked to stop before the next scrape. */
  | "gauge_lied_at_stop"
  /** The store was restored to a state that a replica fresh since then cannot doubt. */
  | "restored_and_fresh";

/** Of the 300 ms that every fence has beyond FENCE_TIMEOUT: what a process that comes back may use of them. */
const BEYOND_MS = 200;
/** A permit ends as much earlier in true time as its guard's clock may be fast. */
const SHORTEST = 0.99;
/** From the last scrape of an idle guard to what it makes of the next one. */
const UNSEEN_MS = 6_000;

/** What a spell after another is judged for: that it begins in one's time, or in its last slot. */
type Meeting = "at_once" | "in_one_slot";

export function apartClass(
  world: World,
  { newcomer, other, meeting }: { newcomer: Spell; other: Spell; meeting: Meeting },
): ApartClass | undefined {
  for (const { origin } of [newcomer, other]) {
    if (origin === "unflagged") return "started_producing";
    if (origin === "unbidden") return "began_unbidden";
  }
  if (claimsUnseenPast(world, newcomer.pod) || claimsUnseenPast(world, other.pod)) {
    return "restored_and_fresh";
  }
  if (liedAtItsStop(other)) return "gauge_lied_at_stop";
  for (const spell of [newcomer, other]) {
    if (spell.pod.permitRuns()) continue;
    if (spell.wasSuspended) return "joint_suspend";
    if (diedWhileFailing(world, spell.pod, meeting)) return "double_fault";
  }
  return undefined;
}

function liedAtItsStop({ pod, from, to = pod.world.agenda.now }: Spell): boolean {
  const { manners, mannersSince } = pod;
  return manners.metrics === "stuck_at_0" && from < mannersSince && to - mannersSince < UNSEEN_MS;
}

/**
 * The kubelet's time is reckoned from a guard whose last renewal was due to be fresh. One that is back in
 * time has no need of the kubelet: it asks for a quarter of FENCE_TIMEOUT, and ends its node as late as it
 * may, or before the half by which an undisturbed guard ends it, a second earlier than anybody begins.
 */
export function diedWhileFailing(world: World, pod: Pod, meeting: Meeting): boolean {
  const { renewIntervalMs, apiTimeoutMs, renewDeadlineMs, fenceTimeoutMs } = pod.timings;
  const inTimeMs = meeting === "at_once" ? 0.75 * fenceTimeoutMs + BEYOND_MS : fenceTimeoutMs / 4;
  const harmlessUntil = pod.lastRenewalAt + SHORTEST * renewDeadlineMs + inTimeMs;
  const staleFrom = pod.lastRenewalAt + 1.02 * (renewIntervalMs + apiTimeoutMs);
  return pod.outages.some(({ from, to = world.agenda.now }) =>
    from > staleFrom && to > harmlessUntil
  );
}

/** It may act on a record of the past, since it never saw the later ones. */
export function claimsUnseenPast(world: World, pod: Pod): boolean {
  const { restored } = world;
  if (restored === undefined || world.agenda.now - restored.at > FORGOTTEN_FOR_MS) return false;
  const manager = pod.sidecar?.manager;
  return manager !== undefined && !restored.knowing.has(manager);
}
