// Owns what is around the dashboard's panels: its name, its links, and what is chosen at its head.
// Never a panel.

import { load } from "js-yaml";
import { DATASOURCE } from "./panel.ts";

export const FILE = new URL("../../chart/cardano-node/files/dashboard.json", import.meta.url);
const ALERTS = new URL("../../chart/cardano-node/files/alerts.yaml", import.meta.url);

export const HEAD = {
  title: "cardano-forge-manager",
  uid: "cardano-forge-manager",
  description: "Who forges, since when, how close the margins are, and what needs a hand.",
  tags: ["cardano"],
  schemaVersion: 42,
  editable: true,
  graphTooltip: 1,
  refresh: "15s",
  time: { from: "now-1h", to: "now" },
  timezone: "browser",
  annotations: { list: [] },
  links: [{
    title: "Runbooks",
    type: "link",
    url: "https://github.com/mochipool/cardano-forge-manager/tree/main/docs/runbooks",
    icon: "doc",
    tooltip: "",
    tags: [],
    asDropdown: false,
    targetBlank: true,
    includeVars: false,
    keepTime: false,
  }],
  templating: {
    list: [
      { name: "datasource", label: "Prometheus", type: "datasource", query: "prometheus" },
      variable("network", "cardano_forge_manager_info"),
      variable("pool_id", 'cardano_forge_manager_info{network=~"$network"}'),
      variable("namespace", 'cardano_forge_manager_info{pool_id=~"$pool_id"}'),
      variable("cluster", 'cardano_cluster_forge_enabled{pool_id=~"$pool_id"}'),
      { name: "alert", type: "constant", hide: 2, query: alertNames().join("|") },
    ],
  },
} as const;

/** All are chosen at first; a series without the label is chosen then, too. */
function variable(name: string, series: string) {
  const definition = `label_values(${series}, ${name})`;
  return {
    name,
    type: "query",
    datasource: DATASOURCE,
    query: { query: definition, refId: name },
    refresh: 2,
    sort: 1,
    multi: true,
    includeAll: true,
    allValue: ".*",
    current: { selected: true, text: ["All"], value: ["$__all"] },
  };
}

function alertNames(): readonly string[] {
  const { groups } = load(Deno.readTextFileSync(ALERTS)) as {
    groups: readonly { rules: readonly { alert: string }[] }[];
  };
  return [...new Set(groups.flatMap(({ rules }) => rules.map(({ alert }) => alert)))].toSorted();
}
