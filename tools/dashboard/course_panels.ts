// Owns the dashboard's last rows: checks, transitions, permits, fences and requests over time.
// Never who forges now.

import { type PanelSource, query } from "./panel.ts";
import { begun, CLUSTER, FORGING, happened, own, POOL } from "./series.ts";

/** A row of the grid each; widths add up to 24. */
export const COURSE_PANELS: readonly (readonly PanelSource[])[] = [
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
