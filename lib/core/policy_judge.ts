// Owns what is said of one cluster by itself: its wish, its penalties, whether it can forge.
// Never compares clusters: policy_order.ts does.

import type { ClusterReport, ClusterResource, UnusableCluster } from "./cluster.ts";
import { FAILING_PENALTY, healthPenalty, type HealthScore } from "./health.ts";
import { isoSeconds } from "./iso_time.ts";
import { type HeartbeatStanding, heartbeatStanding } from "./policy_heartbeat.ts";
import {
  type Exclusion,
  FAR_BEHIND_PENALTY,
  type JudgedCluster,
  type OwnCluster,
  type Penalty,
  type PolicyInput,
} from "./policy_verdict.ts";
import { wishOf } from "./policy_wish.ts";

/** One entry for each name, by name. */
export function judgeEach(input: PolicyInput): JudgedCluster[] {
  const { resources, unusable } = input;
  const names = new Set([...resources, ...unusable].map(({ name }) => name));
  return [...names].toSorted(byCodeUnit).map((name) => {
    const usable = resources.filter((one) => one.name === name);
    const broken = unusable.filter((one) => one.name === name);
    const [resource] = usable;
    if (usable.length > 1) return judgeDuplicate(name);
    if (broken.length > 0 || resource === undefined) return judgeUnusable(name, broken);
    return judge(resource, input);
  });
}

/** The same everywhere, whatever the language of the machine. */
export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function judgeDuplicate(name: string): JudgedCluster {
  const hindrance = `${name} is the name of two clusters: give each a CLUSTER_REGION of its own`;
  return judgeUnknown(name, { excluded: "duplicate_name", hindrance });
}

/**
 * An override that cannot be read excludes its cluster like any other field: applying half of it
 * could forge against the operator's will, and dropping it silently would be just that.
 */
function judgeUnusable(name: string, problems: readonly UnusableCluster[]): JudgedCluster {
  const found = problems.map(({ field, problem }) => `${field} ${problem}`).toSorted(byCodeUnit);
  const hindrance = `${name} cannot be used: ${found.join("; ")}`;
  return judgeUnknown(name, { excluded: "unusable", hindrance });
}

function judgeUnknown(
  name: string,
  { excluded, hindrance }: { excluded: Exclusion; hindrance: string },
): JudgedCluster {
  return {
    name,
    label: name,
    excluded,
    wish: undefined,
    effectiveState: undefined,
    effectivePriority: undefined,
    penalties: [],
    canForge: false,
    hindrance,
    heartbeat: "none",
    forgeEpoch: undefined,
    forges: false,
  };
}

function judge(resource: ClusterResource, input: PolicyInput): JudgedCluster {
  const { name, spec, report } = resource;
  const own = input.own?.name === name ? input.own : undefined;
  const wish = wishOf(spec, input.now.wall);
  const label = labelOf(resource, input.resources);
  const penalties = penaltiesOf(own ?? lastKnown(report));
  const heartbeat = own === undefined
    ? heartbeatStanding(input.heartbeats.get(name), {
      now: input.now.monotonic,
      staleAfterMs: input.staleAfterMs,
    })
    : "fresh";
  const unable = own === undefined
    ? unableByReport(report, { heartbeat, staleAfterMs: input.staleAfterMs })
    : unableByOwnState(own);
  const disabled = wish.state === "Disabled";
  return {
    name,
    label,
    excluded: disabled ? "disabled" : undefined,
    wish,
    effectiveState: wish.state,
    effectivePriority: penalties.reduce((sum, { points }) => sum + points, wish.priority),
    penalties,
    canForge: !disabled && unable === undefined,
    hindrance: disabled
      ? `${label} is disabled ${disabledBy(resource, wish.override)}`
      : unable === undefined
      ? ""
      : `${label} ${unable}`,
    heartbeat,
    forgeEpoch: (own ?? report)?.forgeEpoch,
    forges: report !== undefined && report.activeLeader !== "",
  };
}

function labelOf(
  { name, spec }: ClusterResource,
  resources: readonly ClusterResource[],
): string {
  const { region } = spec;
  const isOnly = resources.every((one) => one.name === name || one.spec.region !== region);
  return isOnly && region !== "" ? region : name;
}

function lastKnown(
  report: ClusterReport | undefined,
): { readonly health: HealthScore; readonly farBehind: boolean } {
  if (report === undefined) {
    return { health: { healthy: true, consecutiveFailures: 0 }, farBehind: false };
  }
  return { health: report, farBehind: report.farBehind };
}

function penaltiesOf(
  { health, farBehind }: { readonly health: HealthScore; readonly farBehind: boolean },
): Penalty[] {
  const penalties: Penalty[] = [];
  const points = healthPenalty(health);
  if (points > 0) {
    penalties.push({ kind: points === FAILING_PENALTY ? "failing" : "unhealthy", points });
  }
  if (farBehind) penalties.push({ kind: "far_behind", points: FAR_BEHIND_PENALTY });
  return penalties;
}

function unableByReport(
  report: ClusterReport | undefined,
  { heartbeat, staleAfterMs }: {
    readonly heartbeat: HeartbeatStanding;
    readonly staleAfterMs: number;
  },
): string | undefined {
  if (report === undefined || heartbeat === "none") return "has never reported";
  // Not for how long: a reason stands in a status, where each second would be a write.
  if (heartbeat === "stale") return `has not reported for more than ${staleAfterMs / 1000} s`;
  return report.ready ? undefined : "reports that its node, keys or leader are not in order";
}

function unableByOwnState({ ready }: OwnCluster): string | undefined {
  return ready ? undefined : "cannot forge now: its node, keys or leader are not in order";
}

function disabledBy(
  { spec: { forgeState, override } }: ClusterResource,
  standing: "none" | "active" | "expired",
): string {
  const { reason, expiresAt } = override;
  const why = reason === "" ? "" : `: ${reason}`;
  const end = expiresAt === undefined ? undefined : isoSeconds(expiresAt) ?? "after all time";
  if (standing === "active" && override.forceState === "Disabled") {
    return end === undefined
      ? `by override until it is removed${why}`
      : `by override until ${end}${why}`;
  }
  if (forgeState !== "Disabled" || standing === "none") return "by forgeState";
  if (standing === "active") return `by forgeState${why}`;
  return `by forgeState; its override ended at ${end}, which does not enable it`;
}
