// Owns the Grafana dashboard: `deno task dashboard` writes chart/cardano-node/files/dashboard.json from this.
// Never a metric that the program lacks, nor a panel that Grafana's own types refuse: tests compare.

import { FILE, HEAD, layOut, type PanelSource, query, table } from "./dashboard_json.ts";

/** Of series that name the pool themselves. */
const POOL = 'network=~"$network", pool_id=~"$pool_id", namespace=~"$namespace"';
const CLUSTER = 'cluster=~"$cluster"';
const POOLS_CLUSTER = `network=~"$network", pool_id=~"$pool_id", ${CLUSTER}`;
const FORGING = `cardano_forging_enabled{${POOL}}`;

/** A replica's own series, with the pod and the pool of the same target. */
function own(series: string): string {
  return `cardano_forge_manager_${series} * on (cluster, job, instance) ` +
    `group_left (pod_name, network, pool_id) cardano_forge_manager_info{${POOL}}`;
}

/** Picks the targets of the pool, and adds nothing. */
const OF_POOL = `* on (cluster, job, instance) group_left () cardano_forge_manager_info{${POOL}}`;

const OK = "green";
const BAD = "red";
const COUNT_OF_ONE = [[null, BAD], [1, OK], [2, BAD]] as const;
const FORGES = { 0: ["stands by", "blue"], 1: ["forges", OK] } as const;
const WELL = { 0: ["no", BAD], 1: ["yes", OK] } as const;
const LEADS = { 0: ["follows", "text"], 1: ["leads", OK] } as const;

/** A row of the grid each; widths add up to 24. */
const PANELS: readonly (readonly PanelSource[])[] = [
  [
    {
      title: "Nodes that forge",
      says: "One for each pool. 0: blocks are being missed. 2: slot battles against ourselves.",
      type: "stat",
      width: 4,
      height: 5,
      steps: COUNT_OF_ONE,
      targets: [query(`sum by (network, pool_id) (${FORGING})`, "{{network}}")],
    },
    {
      title: "Who forges, since when",
      says: "The node that forges and for how long; at most a day is looked back.",
      type: "stat",
      width: 5,
      height: 5,
      unit: "s",
      shows: "value_and_name",
      steps: [[null, OK]],
      targets: [
        query(
          `(time() - max_over_time(timestamp(${FORGING} == 0)[1d:1m])) and ${FORGING} == 1 ` +
            `or (${FORGING} == 1) * 86400 unless max_over_time(timestamp(${FORGING} == 0)[1d:1m])`,
          "{{pod}}",
        ),
      ],
    },
    {
      title: "Permit left",
      says:
        "Of what a renewal gives. It saws between full and two thirds; at 0 the node is stopped.",
      type: "gauge",
      width: 4,
      height: 5,
      unit: "percentunit",
      max: 1,
      steps: [[null, BAD], [1 / 3, "orange"], [0.5, OK]],
      targets: [
        query(
          `(${own("permit_left_seconds")}) / on (cluster, job, instance) ` +
            `cardano_forge_manager_renew_deadline_seconds and on (cluster, job, instance) ${FORGING} == 1`,
          "{{pod_name}}",
        ),
      ],
    },
    {
      title: "KES days left",
      says: "Until the operational certificate ends and nobody can forge.",
      type: "stat",
      width: 3,
      height: 5,
      unit: "none",
      decimals: 1,
      steps: [[null, BAD], [3, "orange"], [14, OK]],
      targets: [
        query(
          `min by (network, pool_id) (cardano_forge_manager_kes_expiry_timestamp_seconds{${POOL}} ` +
            "- time()) / 86400",
          "{{network}}",
        ),
      ],
    },
    {
      title: "Alerts",
      says: "What fires now, of the chart's rules; each has a runbook.",
      type: "table",
      width: 8,
      height: 5,
      columns: { alertname: "alert", severity: "severity", about: "about" },
      targets: [
        table(
          'max by (alertname, severity, about) (label_join(ALERTS{alertstate="firing", alertname=~"$alert"}, ' +
            '"about", " ", "pod_name", "pod", "cluster", "pool_id"))',
        ),
      ],
    },
  ],
  [
    {
      title: "Replicas",
      says: "Each pod: whether it leads, forges, could lead, and which certificate it has.",
      type: "table",
      width: 14,
      height: 6,
      columns: {
        pod_name: "pod",
        "Value #A": "lease",
        "Value #B": "node",
        phase: "node is",
        reason: "unfit",
        "Value #E": "credentials",
        "Value #F": "counter",
        version: "version",
      },
      joinBy: "pod_name",
      mapped: { lease: LEADS, node: FORGES, credentials: WELL },
      targets: [
        table(named(`cardano_leader_status{${POOL}}`)),
        table(named(FORGING)),
        table(`max by (pod_name, phase) (${own("node_phase")} == 1)`),
        table(`max by (pod_name, reason) (${own("fit_to_lead")})`),
        table(`max by (pod_name) (${own("credentials_valid")})`),
        table(named(`cardano_forge_manager_operational_certificate_counter{${POOL}}`)),
        table(`max by (pod_name, version) (cardano_forge_manager_info{${POOL}})`),
      ],
    },
    {
      title: "Which node forges",
      says: "Confirmed by the node's own metrics.",
      type: "state-timeline",
      width: 10,
      height: 6,
      mapping: FORGES,
      targets: [query(`max by (pod) (${FORGING})`, "{{pod}}")],
    },
  ],
  [
    {
      title: "Cluster status",
      says:
        "From each cluster's local leader. forgeState and override: cardano-forge-manager status.",
      type: "table",
      width: 14,
      height: 5,
      columns: {
        cluster: "cluster",
        region: "region",
        "Value #A": "state",
        "Value #B": "priority",
        pod: "active leader",
        "Value #C": "healthy",
        "Value #D": "coordination",
      },
      joinBy: "cluster",
      mapped: {
        state: FORGES,
        healthy: WELL,
        coordination: { 0: ["unreachable", BAD], 1: ["reached", OK] },
      },
      targets: [
        table(`max by (cluster, region, pod) (cardano_cluster_forge_enabled{${POOLS_CLUSTER}})`),
        table(`max by (cluster) (cardano_cluster_forge_priority{${POOLS_CLUSTER}})`),
        table(`max by (cluster) (cardano_cluster_health_status{${CLUSTER}})`),
        table(`max by (cluster) (cardano_forge_manager_coordination_reachable{${CLUSTER}})`),
      ],
    },
    {
      title: "Active forger",
      says: "Which cluster forges, over time.",
      type: "state-timeline",
      width: 10,
      height: 5,
      mapping: FORGES,
      targets: [
        query(`max by (cluster) (cardano_cluster_forge_enabled{${POOLS_CLUSTER}})`, "{{cluster}}"),
      ],
    },
  ],
  [
    {
      title: "Health checks: success and time",
      says: "Share of the last five minutes' scrapes that saw a good answer, and how long it took.",
      type: "timeseries",
      width: 8,
      height: 7,
      unit: "percentunit",
      max: 1,
      right: { unit: "s", of: "B" },
      targets: [
        query(
          `max by (cluster) (avg_over_time(cardano_cluster_health_check_success{${CLUSTER}}[5m]))`,
          "{{cluster}} success",
        ),
        query(
          `max by (cluster) (cardano_cluster_health_check_duration_seconds{${CLUSTER}})`,
          "{{cluster}} time",
        ),
      ],
    },
    {
      title: "Leadership transitions, by reason",
      says:
        "Signals that start or stop a node, moves of the forge lease, changes of the local lease.",
      type: "timeseries",
      width: 8,
      height: 7,
      bars: true,
      decimals: 0,
      targets: [
        query(happened("cardano_sighup_signals_total"), "{{reason}}"),
        // A reason's series begins with its first move, which increase() does not see.
        query(begun("cardano_forge_manager_cluster_moves_total"), "move: {{reason}}"),
        query(happened("cardano_leadership_changes_total"), "local lease"),
      ],
    },
    {
      title: "Permit: left and full",
      says: "Of the nodes that forge; the dashed line is what a renewal gives.",
      type: "timeseries",
      width: 8,
      height: 7,
      unit: "s",
      targets: [
        query(
          `(${own("permit_left_seconds")}) and on (cluster, job, instance) ${FORGING} == 1`,
          "{{pod_name}}",
        ),
        query(`max (${own("renew_deadline_seconds")})`, "full"),
      ],
      dashed: "full",
    },
  ],
  [
    {
      title: "Fences",
      says:
        "Stops that were confirmed; the least time left before another could have claimed; stops not confirmed now.",
      type: "stat",
      width: 8,
      height: 6,
      shows: "value_and_name",
      steps: [[null, "text"]],
      targets: [
        query(`sum (${own("fence_margin_seconds_count")})`, "confirmed"),
        query(
          `histogram_quantile(0.001, sum by (le) (${own("fence_margin_seconds_bucket")}))`,
          "least margin, s",
        ),
        query(`sum (${own("fence_unconfirmed")})`, "unconfirmed now"),
      ],
    },
    {
      title: "API requests that failed",
      says:
        "Each second, by code: HTTP status or kind of failure. A 409 now and then is another replica's write.",
      type: "timeseries",
      width: 8,
      height: 6,
      unit: "reqps",
      targets: [
        query(
          `sum by (code) (rate(cardano_forge_manager_api_requests_total{code!~"2.."}[$__rate_interval]) ` +
            `* on (cluster, job, instance) group_left () cardano_forge_manager_info{${POOL}}) > 0`,
          "{{code}}",
        ),
      ],
    },
    {
      title: "API request time, 99 of 100",
      says: "A renewal is given up after API_TIMEOUT, 2 s.",
      type: "timeseries",
      width: 8,
      height: 6,
      unit: "s",
      targets: [
        query(
          "histogram_quantile(0.99, sum by (le, verb) (" +
            "rate(cardano_forge_manager_api_request_duration_seconds_bucket[$__rate_interval]) " +
            `* on (cluster, job, instance) group_left () cardano_forge_manager_info{${POOL}}))`,
          "{{verb}}",
        ),
      ],
    },
  ],
];

/** How often a counter rose, by reason; nothing where it did not. */
function happened(counter: string): string {
  return `sum by (reason) (round(increase(${counter}[$__rate_interval])) ${OF_POOL}) > 0`;
}

function begun(counter: string): string {
  const before = `(${counter} offset $__rate_interval or ${counter} * 0)`;
  return `sum by (reason) ((${counter} - ${before}) ${OF_POOL}) > 0`;
}

/** A series with `pod`, by the name that the others are joined by. */
function named(series: string): string {
  return `max by (pod_name) (label_replace(${series}, "pod_name", "$1", "pod", "(.*)"))`;
}

export function dashboardText(): string {
  return `${JSON.stringify({ ...HEAD, panels: layOut(PANELS) }, undefined, 2)}\n`;
}

if (import.meta.main) Deno.writeTextFileSync(FILE, dashboardText());
