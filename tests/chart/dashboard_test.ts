// Owns the proof that the dashboard is what its source says, what Grafana takes, and what Prometheus can answer.
// Never starts a Grafana: its published types stand in for the import.

import { assert, assertEquals } from "@std/assert";
import { dashboardText } from "../../tools/dashboard.ts";
import { FILE } from "../../tools/dashboard/frame.ts";
import { PROMTOOL, promtool, withFile } from "../support/promtool.ts";
import { grafanaTypeErrors } from "./grafana_types.ts";
import { metricNames, namedMetrics } from "./metric_names.ts";

interface PanelJson {
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly targets: readonly { readonly expr: string }[];
}

const text = Deno.readTextFileSync(FILE);
const dashboard = JSON.parse(text);
const panels: readonly PanelJson[] = dashboard.panels;
const expressions = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

Deno.test("dashboard.json is what its source says", () => {
  assertEquals(text, dashboardText(), "run `deno task dashboard`");
});

Deno.test("dashboard.json is a dashboard by Grafana's own types", async () => {
  assertEquals(await grafanaTypeErrors(dashboard), "");
});

Deno.test("Grafana's types refuse what they should, so that the test above means something", async () => {
  const [first, ...others] = dashboard.panels;
  const wrong = { ...first, options: { ...first.options, textMode: "loud" } };
  const said = await grafanaTypeErrors({
    ...dashboard,
    schemaVersion: "42",
    panels: [wrong, ...others],
  });
  assert(said.includes("textMode") || said.includes("loud"), said);
  assert(said.includes("schemaVersion") || said.includes('"42"'), said);
});

Deno.test("the dashboard asks only for metrics that the program has", () => {
  const known = metricNames();
  const asked = expressions.flatMap(namedMetrics);
  assert(asked.length > 0);
  assertEquals(asked.filter((name) => !known.has(name)), []);
});

Deno.test("the dashboard's variables are those that its queries use", () => {
  const names: string[] = dashboard.templating.list.map((one: { name: string }) => one.name);
  const queries = JSON.stringify([panels, dashboard.templating.list]);
  for (const name of names) assert(new RegExp(`\\$\\{?${name}\\b`).test(queries), name);
  const used = [...queries.matchAll(/\$\{?([a-z]\w+)/g)].map(([, name]) => name ?? "");
  assertEquals(used.filter((name) => !names.includes(name)), []);
});

Deno.test("every panel says what it shows, and the panels are those of an operator's first minute", () => {
  for (const { title, description } of panels) assert(description.length > 10, title);
  const titles = panels.map(({ title }) => title);
  for (
    const wanted of [
      "Who forges, since when",
      "Permit left",
      "KES days left",
      "Alerts",
      "Cluster status",
      "Active forger",
      "Health checks: success and time",
      "Leadership transitions, by reason",
    ]
  ) assert(titles.includes(wanted), wanted);
});

const PARSED = "Prometheus can read every query of the dashboard";
if (PROMTOOL === undefined) console.log(`skipped, promtool is not installed: ${PARSED}`);
Deno.test({
  name: PARSED,
  ignore: PROMTOOL === undefined,
  fn: async () => {
    const rules = expressions.map((expr, index) => ({
      record: `panel:query:${index}`,
      expr: expr.replaceAll("$__rate_interval", "1m").replaceAll(/\$[a-z]\w*/g, ".*"),
    }));
    const file = JSON.stringify({ groups: [{ name: "panels", rules }] });
    await withFile(file, (path) => promtool(["check", "rules", path]));
  },
});
