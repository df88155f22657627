// Owns since when each cluster's heartbeat stands still, as seen from here.
// Never compares a time written by another machine: a heartbeat is a text that changes or does not.

import type { ClusterResource } from "./cluster.ts";
import { addMs, isBefore, type Monotonic } from "./time.ts";

export interface Heartbeat {
  /** As the cluster wrote it. */
  readonly text: string;
  /** When it was first seen to be this. */
  readonly since: Monotonic;
  /** It was seen to change, and not only found: whoever died long ago leaves a heartbeat too. */
  readonly seenToChange: boolean;
}

export type Heartbeats = ReadonlyMap<string, Heartbeat>;

/**
 * `fresh`: seen to change lately. `found`: looked at for too short a time to tell, which is enough
 * to rank it, but not to yield to it.
 */
export type HeartbeatStanding = "fresh" | "found" | "stale" | "none";

/** The heartbeats after an observation, by whatever means. Whoever is gone is forgotten. */
export function observeHeartbeats(
  before: Heartbeats,
  { resources, at }: { readonly resources: readonly ClusterResource[]; readonly at: Monotonic },
): Heartbeats {
  const after = new Map<string, Heartbeat>();
  for (const { name, report } of resources) {
    if (report === undefined) continue;
    const text = report.lastHeartbeatTime;
    const last = before.get(name);
    after.set(
      name,
      last?.text === text ? last : { text, since: at, seenToChange: last !== undefined },
    );
  }
  return after;
}

export function heartbeatStanding(
  heartbeat: Heartbeat | undefined,
  { now, staleAfterMs }: { readonly now: Monotonic; readonly staleAfterMs: number },
): HeartbeatStanding {
  if (heartbeat === undefined) return "none";
  if (!isBefore(now, addMs(heartbeat.since, staleAfterMs))) return "stale";
  return heartbeat.seenToChange ? "fresh" : "found";
}
