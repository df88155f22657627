// Owns the dashboard's row of clusters: what each reports, and which one forges.
// Never a cluster's word about another.

import { BAD, FORGES, OK, WELL } from "./colours.ts";
import { type PanelSource, query, table } from "./panel.ts";
import { CLUSTER, POOLS_CLUSTER } from "./series.ts";

/** A row of the grid each; widths add up to 24. */
export const CLUSTER_PANELS: readonly (readonly PanelSource[])[] = [
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
];
