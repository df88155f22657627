// Owns the tables in docs/reference.md that repeat what the code says: settings and metrics.
// Never lets them differ: `deno task tables` writes them, a test compares them.

import { SETTINGS } from "../lib/config/settings.ts";
import { ApiMetrics } from "../lib/http/api_metrics.ts";
import { Metrics } from "../lib/http/metrics.ts";
import { replaceBetween } from "./between.ts";

const REFERENCE = new URL("../docs/reference.md", import.meta.url);

/** docs/reference.md as it should be. */
export function withTables(reference: string): string {
  const settings = replaceBetween(reference, {
    begin: "<!-- settings: written by `deno task tables` -->\n",
    end: "<!-- end of settings -->",
    content: settingsTable(),
  });
  return replaceBetween(settings, {
    begin: "<!-- metrics: written by `deno task tables` -->\n",
    end: "<!-- end of metrics -->",
    content: metricsTable(),
  });
}

function settingsTable(): string {
  const sections = [...new Set(SETTINGS.map(({ section }) => section))];
  return sections.map((section) => {
    const rows = SETTINGS.filter((one) => one.section === section)
      .map(({ name, defaultText, meaning }) => `| ${name} | ${defaultText} | ${meaning} |`);
    return [
      `### ${section}`,
      "",
      "| name | default | meaning |",
      "| --- | --- | --- |",
      ...rows,
      "",
    ]
      .join("\n");
  }).join("\n");
}

function metricsTable(): string {
  const rows = new Metrics(new ApiMetrics()).describe().map(({ name, kind, labels, meaning }) =>
    `| ${name} | ${kind} | ${labels.join(", ") || "–"} | ${meaning} |`
  );
  const head = ["| name | type | labels | meaning |", "| --- | --- | --- | --- |"];
  return [...head, ...rows, ""].join("\n");
}

if (import.meta.main) {
  Deno.writeTextFileSync(REFERENCE, withTables(Deno.readTextFileSync(REFERENCE)));
}
