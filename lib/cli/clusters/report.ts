// Owns what `status` tells of every pool and cluster, as plain data.
// Never formats it: status_text.ts and JSON do.

import type { ClusterVerdict } from "../../core/policy_verdict.ts";
import { isoSeconds } from "../../core/iso_time.ts";
import { counterDifference } from "../../credentials/certificate_counters.ts";
import { lifeStage, lifeWarning } from "../../credentials/certificate_life.ts";
import { reportedCounter, reportedExpiry } from "../../kubernetes/forge_cluster_status.ts";
import type { UsableForgeCluster } from "../../kubernetes/forge_cluster_parse.ts";
import type { PlainValue } from "../../kubernetes/yaml.ts";
import type { Pool, Pools } from "./pools.ts";
import {
  forgersOf,
  heartbeatAgeMs,
  isForging,
  verdictAfter,
  viewOf,
  type ViewOptions,
} from "./view.ts";

/** What is not known is left out, so that JSON and YAML say the same. */
export interface ClusterRow {
  readonly [field: string]: PlainValue;
  readonly name: string;
  /** The region, or the name where the region tells too little. */
  readonly label: string;
  readonly healthy: boolean;
  readonly consecutiveFailures: number;
  /** Empty unless it forges. */
  readonly activeLeader: string;
  readonly forgingEnabled: boolean;
  readonly reason: string;
}

export interface PoolReport {
  readonly [field: string]: PlainValue;
  readonly network: string;
  readonly pool: string;
  readonly summary: string;
  readonly clusters: readonly ClusterRow[];
  readonly warnings: readonly string[];
}

export interface StatusReport {
  readonly [field: string]: PlainValue;
  readonly at: string;
  readonly namespace: string;
  readonly pools: readonly PoolReport[];
  readonly warnings: readonly string[];
}

export interface Reported {
  readonly report: StatusReport;
  /** When to look again though nothing is written; undefined: not before something is. */
  readonly changesInMs: number | undefined;
}

export function reportOf(
  { pools, unlabelled }: Pools,
  { namespace, ...options }: ViewOptions & { readonly namespace: string },
): Reported {
  const reports = pools.map((pool) => reportPool(pool, options));
  const changes = reports.map(({ changesInMs }) => changesInMs).filter((ms) => ms !== undefined);
  return {
    report: {
      at: isoSeconds(options.now) ?? "",
      namespace,
      pools: reports.map(({ report }) => report),
      warnings: unlabelled.map((name) =>
        `${name} has no label cardano.io/network: no cluster looks at it`
      ),
    },
    changesInMs: changes.length === 0 ? undefined : Math.min(...changes),
  };
}

function reportPool(
  pool: Pool,
  options: ViewOptions,
): { readonly report: PoolReport; readonly changesInMs: number | undefined } {
  const verdict = verdictAfter(viewOf(pool, options));
  const usable = new Map(
    pool.clusters.map(({ cluster }) => cluster).filter((one) => one.kind === "usable")
      .map((one) => [one.name, one]),
  );
  const forgers = forgersOf([...usable.values()], options);
  return {
    report: {
      network: pool.network,
      pool: pool.title,
      ...(pool.poolId === undefined ? {} : { poolId: pool.poolId }),
      ...(verdict.best === undefined ? {} : { best: verdict.best }),
      summary: verdict.summary,
      clusters: verdict.clusters.map((one) => rowOf(one, usable.get(one.name), options)),
      warnings: [
        ...forgers.length < 2 ? [] : [
          `${forgers.join(" and ")} report that they forge: one of them must be about to be ` +
          "corrected, look again in a few seconds",
        ],
        ...certificateWarnings([...usable.values()], options),
      ],
    },
    changesInMs: verdict.changesInMs,
  };
}

/** Of what clusters report: a certificate that ends soon, and counters that differ. */
function certificateWarnings(
  clusters: readonly UsableForgeCluster[],
  { now }: ViewOptions,
): string[] {
  const counters = clusters.map(({ name, status }) => [name, reportedCounter(status)] as const)
    .filter((entry): entry is [string, number] => entry[1] !== undefined);
  const difference = counterDifference(Object.fromEntries(counters));
  return [
    ...clusters.flatMap(({ name, status }) => {
      const end = reportedExpiry(status);
      const warning = end && lifeWarning(lifeStage(end, now));
      return warning === undefined ? [] : [`the certificate of ${name} ${warning}`];
    }),
    ...difference === undefined
      ? []
      : [`certificate counters differ, the chain takes no lower one: ${difference}`],
  ];
}

function rowOf(
  verdict: ClusterVerdict,
  cluster: UsableForgeCluster | undefined,
  { now }: ViewOptions,
): ClusterRow {
  const { name, label, rank, wish, effectiveState, effectivePriority, reason } = verdict;
  const report = cluster?.resource.report;
  const spec = cluster?.resource.spec;
  const certificate = certificateRow(cluster?.status);
  const ageMs = heartbeatAgeMs(report?.lastHeartbeatTime, now);
  return {
    name,
    label,
    ...(spec === undefined ? {} : { region: spec.region, forgeState: spec.forgeState }),
    ...(effectiveState === undefined ? {} : { effectiveState }),
    ...(spec === undefined ? {} : { priority: spec.priority }),
    ...(effectivePriority === undefined ? {} : { effectivePriority }),
    ...(wish?.override === "active" && spec !== undefined
      ? { override: overrideRow(spec.override) }
      : {}),
    ...(rank === undefined ? {} : { rank }),
    canForge: verdict.canForge,
    healthy: report?.healthy ?? false,
    consecutiveFailures: report?.consecutiveFailures ?? 0,
    activeLeader: report?.activeLeader ?? "",
    forgingEnabled: cluster !== undefined && isForging(cluster),
    ...certificate,
    ...(report === undefined ? {} : { lastHeartbeatTime: report.lastHeartbeatTime }),
    ...(ageMs === undefined ? {} : { heartbeatAgeSeconds: Math.floor(ageMs / 1_000) }),
    reason,
  };
}

function certificateRow(status: UsableForgeCluster["status"]): { [field: string]: PlainValue } {
  const counter = reportedCounter(status);
  const end = reportedExpiry(status);
  return {
    ...(counter === undefined ? {} : { certificateCounter: counter }),
    ...(end === undefined ? {} : { certificateExpiresAt: isoSeconds(end) ?? "" }),
  };
}

function overrideRow(
  { reason, expiresAt, forcePriority, forceState }: UsableForgeCluster["resource"]["spec"][
    "override"
  ],
): PlainValue {
  const end = expiresAt === undefined ? undefined : isoSeconds(expiresAt);
  return {
    reason,
    ...(end === undefined ? {} : { expiresAt: end }),
    ...(forcePriority === undefined ? {} : { forcePriority }),
    ...(forceState === undefined ? {} : { forceState }),
  };
}
