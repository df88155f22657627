// Owns a pool as an operator's command sees it: once, from outside, by the wall clock.
// Never knows the forge lease: what clusters report of it stands in for it.

import type { ClusterResource } from "../../core/cluster.ts";
import { judgeClusters } from "../../core/policy.ts";
import type { Heartbeat } from "../../core/policy_heartbeat.ts";
import type { PolicyInput, Verdict } from "../../core/policy_verdict.ts";
import { addMs, elapsedMs, monotonic, type WallTime } from "../../core/time.ts";
import type { UsableForgeCluster } from "../../kubernetes/forge_cluster_parse.ts";
import { parseRfc3339 } from "../../config/rfc3339.ts";
import { type ClusterEdit, edited } from "./edit.ts";
import type { FailoverMark } from "./mark.ts";
import type { Pool } from "./pools.ts";

export interface PoolView extends PolicyInput {
  /** By name; only of those whose override is still the failover's. */
  readonly marks: ReadonlyMap<string, FailoverMark>;
}

export interface ViewOptions {
  readonly now: WallTime;
  readonly staleAfterMs: number;
}

/** Whoever looks once cannot see a heartbeat change: its age is what its own text says, about. */
export function viewOf({ clusters }: Pool, { now, staleAfterMs }: ViewOptions): PoolView {
  const usable = clusters.map(({ cluster }) => cluster).filter((one) => one.kind === "usable");
  // The instant of the look itself; a cluster's since lies before it, by its age.
  const origin = monotonic(0);
  const heartbeats = new Map<string, Heartbeat>();
  for (const { resource: { name, report } } of usable) {
    const ageMs = heartbeatAgeMs(report?.lastHeartbeatTime, now);
    if (report === undefined || ageMs === undefined) continue;
    const since = addMs(origin, -ageMs);
    heartbeats.set(name, { text: report.lastHeartbeatTime, since, seenToChange: false });
  }
  const epochs = usable.map(({ resource: { report } }) => report?.forgeEpoch ?? 0);
  return {
    resources: usable.map(({ resource }) => resource),
    unusable: clusters.map(({ cluster }) => cluster).filter((one) => one.kind === "unusable")
      .map(({ problem }) => problem),
    heartbeats,
    lease: {
      holder: forgersOf(usable, { now, staleAfterMs })[0],
      transitions: Math.max(0, ...epochs),
      lapsedBy: undefined,
      yieldedTo: undefined,
    },
    own: undefined,
    staleAfterMs,
    now: { monotonic: origin, wall: now },
    marks: new Map(
      clusters.flatMap(({ cluster: { name }, mark }) => mark === undefined ? [] : [[name, mark]]),
    ),
  };
}

/** Names of those that report that they forge, whoever reported last first. */
export function forgersOf(
  clusters: readonly UsableForgeCluster[],
  { now, staleAfterMs }: ViewOptions,
): string[] {
  const age = ({ resource: { report } }: UsableForgeCluster) =>
    heartbeatAgeMs(report?.lastHeartbeatTime, now) ?? Infinity;
  return clusters.filter((one) => isForging(one) && age(one) < staleAfterMs)
    .toSorted((a, b) => age(a) - age(b)).map(({ name }) => name);
}

export function isForging({ resource, status }: UsableForgeCluster): boolean {
  return status?.forgingEnabled ?? (resource.report?.activeLeader ?? "") !== "";
}

/** At least 0, since two wall clocks differ; undefined: never reported, or no time. */
export function heartbeatAgeMs(text: string | undefined, now: WallTime): number | undefined {
  const at = text === undefined ? undefined : parseRfc3339(text);
  return at === undefined ? undefined : Math.max(0, elapsedMs(at, now));
}

/** The verdict once these edits are written; without any, that of now. */
export function verdictAfter(view: PoolView, edits: readonly ClusterEdit[] = []): Verdict {
  return judgeClusters({ ...view, resources: resourcesAfter(view, edits) });
}

export function resourcesAfter(
  { resources }: Pick<PoolView, "resources">,
  edits: readonly ClusterEdit[],
): ClusterResource[] {
  return resources.map((one) => edited(one, edits.find(({ name }) => name === one.name)));
}
