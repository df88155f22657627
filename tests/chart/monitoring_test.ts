// Owns the check that the chart ships alerts and dashboard as they are in files/, with what values change.
// Never judges an alert's expression: alerts_test.ts does.

import { assert, assertEquals } from "@std/assert";
import { load } from "js-yaml";
import type { Json } from "../support/api_request.ts";
import { helmTest, NODE_CHART, oneOf, render } from "../support/helm.ts";

const RULES = "monitoring.prometheusRule";

function read(file: string): string {
  return Deno.readTextFileSync(`${NODE_CHART}/files/${file}`);
}

async function ruleGroups(...sets: string[]): Promise<Json[]> {
  const args = [`${RULES}.enabled=true`, ...sets].flatMap((set) => ["--set", set]);
  return oneOf(await render(NODE_CHART, args), "PrometheusRule").spec.groups;
}

helmTest("the PrometheusRule is files/alerts.yaml, unless values change it", async () => {
  const { groups } = load(read("alerts.yaml")) as Json;
  assertEquals(await ruleGroups(), groups);

  const changed = await ruleGroups(
    `${RULES}.runbookBaseUrl=https://wiki.example.com/books/`,
    `${RULES}.additionalRuleLabels.team=spo`,
    `${RULES}.excludeRules={KesExpiring}`,
  );
  const rules = changed.flatMap((group: Json) => group.rules);
  const kept = groups.flatMap((group: Json) => group.rules)
    .filter(({ alert }: Json) => alert !== "KesExpiring");
  assertEquals(rules.map(({ expr }: Json) => expr), kept.map(({ expr }: Json) => expr));
  for (const [index, { alert, labels, annotations }] of rules.entries()) {
    assertEquals(labels, { ...kept[index].labels, team: "spo" });
    const books = `https://wiki.example.com/books/${alert}.md`;
    assertEquals(annotations, { ...kept[index].annotations, runbook_url: books });
  }
});

helmTest(
  "the dashboard's ConfigMap holds files/dashboard.json, and Grafana's sidecar finds it",
  async () => {
    const objects = await render(NODE_CHART, ["--set", "monitoring.grafanaDashboard.enabled=true"]);
    const { metadata, data } = oneOf(objects, "ConfigMap", "pool-cardano-node-dashboard");
    assertEquals(metadata.labels.grafana_dashboard, "1");
    assertEquals(Object.keys(data), ["cardano-forge-manager.json"]);
    const dashboard = JSON.parse(data["cardano-forge-manager.json"]);
    assertEquals(dashboard, JSON.parse(read("dashboard.json")));
    assert(dashboard.uid === "cardano-forge-manager");
  },
);
