// Owns the dashboard's first rows: who forges, for how long yet, and what each replica is.
// Never the course of anything but who forged.

import { BAD, COUNT_OF_ONE, FORGES, LEADS, OK, WELL } from "./colours.ts";
import { type PanelSource, query, table } from "./panel.ts";
import { FORGING, named, own, POOL } from "./series.ts";

/** A row of the grid each; widths add up to 24. */
export const POOL_PANELS: readonly (readonly PanelSource[])[] = [
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
];
