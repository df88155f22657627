// Owns how `status` looks on a terminal: a table, and a line for each thing that is amiss.
// Never looks at a cluster: report.ts did.

import { toYaml } from "../../kubernetes/yaml.ts";
import type { ClusterRow, PoolReport, StatusReport } from "./report.ts";

export type StatusFormat = "table" | "json" | "yaml";

export function statusText(report: StatusReport, format: StatusFormat): string {
  switch (format) {
    case "json":
      return JSON.stringify(report, undefined, 2);
    case "yaml":
      return toYaml(report).trimEnd();
    case "table":
      return tableText(report);
  }
}

/** Of everything but ages, so that one more second is no news. */
export function newsKey(report: StatusReport): string {
  return JSON.stringify(
    { ...report, at: "" },
    (field, value) =>
      ["heartbeatAgeSeconds", "lastHeartbeatTime"].includes(field) ? undefined : value,
  );
}

const COLUMNS: readonly (readonly [
  title: string,
  text: (row: ClusterRow, pool: PoolReport) => string,
])[] = [
  ["NETWORK", (_, { network }) => network],
  ["POOL", (_, { pool }) => pool],
  ["REGION", ({ label }) => label],
  ["STATE", ({ effectiveState, override }) => known(effectiveState) + (override ? "*" : "")],
  ["BASE", ({ priority }) => known(priority)],
  ["PRIORITY", ({ effectivePriority }) => known(effectivePriority)],
  ["HEALTHY", healthText],
  ["LEADER", ({ activeLeader }) => activeLeader || "–"],
  ["FORGING", ({ forgingEnabled }) => forgingEnabled ? "yes" : "no"],
  ["HEARTBEAT", ({ heartbeatAgeSeconds: seconds }) => seconds === undefined ? "–" : `~${seconds}s`],
  ["REASON", ({ reason }) => reason],
];

function tableText({ namespace, pools, warnings }: StatusReport): string {
  const rows = pools.flatMap((pool) =>
    pool.clusters.map((row) => COLUMNS.map(([, text]) => text(row, pool)))
  );
  const lines = rows.length === 0
    ? [`Namespace ${namespace} has no such CardanoForgeCluster: -n names another one`]
    : table([COLUMNS.map(([title]) => title), ...rows]);
  const sections = [
    lines,
    pools.map(({ network, pool, summary }) => `${pool} on ${network}: ${summary}`),
    pools.flatMap(({ clusters }) => clusters.flatMap(overrideLine)),
    [...warnings, ...pools.flatMap((pool) => pool.warnings)].map((line) => `Warning: ${line}`),
    rows.length === 0
      ? []
      : ["Heartbeat: age by this machine's clock and that of the cluster, so about"],
  ];
  return sections.filter((section) => section.length > 0).map((section) => section.join("\n"))
    .join("\n\n");
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd()
  );
}

function healthText({ healthy, consecutiveFailures, lastHeartbeatTime }: ClusterRow): string {
  if (lastHeartbeatTime === undefined) return "–";
  const text = healthy ? "yes" : "no";
  return consecutiveFailures === 0 ? text : `${text} (${consecutiveFailures} failed)`;
}

function overrideLine({ label, override }: ClusterRow): string[] {
  if (typeof override !== "object") return [];
  const { reason, expiresAt, forceState, forcePriority } = override as Readonly<
    Record<string, string | number>
  >;
  const forced = [
    ...forceState === undefined ? [] : [String(forceState)],
    ...forcePriority === undefined ? [] : [`priority ${forcePriority}`],
  ].join(", ") || "nothing";
  const end = expiresAt === undefined ? "until it is removed" : `until ${expiresAt}`;
  return [`* ${label}: override to ${forced} ${end}${reason ? `: ${reason}` : ""}`];
}

function known(value: unknown): string {
  return value === undefined ? "–" : String(value);
}
