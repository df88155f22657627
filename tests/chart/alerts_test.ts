// Owns the proof that each alert fires, stays quiet and clears as told, by promtool on the file that users get.
// Never a rule in words of its own: the chart's file is read as it is.

import { assert, assertEquals } from "@std/assert";
import { load } from "js-yaml";
import { PROMTOOL, promtool, withFile } from "../support/promtool.ts";
import { CLUSTER_STORIES } from "./alerts/cluster_stories.ts";
import { type AlertRule, promtoolTests } from "./alerts/promtool_tests.ts";
import { REPLICA_STORIES } from "./alerts/replica_stories.ts";
import { metricNames, namedMetrics } from "./metric_names.ts";

/** With their severities. */
const ALERTS: Readonly<Record<string, readonly string[]>> = {
  MultipleLocalForgers: ["critical"],
  MultipleClusterForgers: ["critical"],
  NoActiveForger: ["critical", "warning"],
  ClusterHealthDegraded: ["warning"],
  CardanoClusterUnhealthy: ["warning"],
  CardanoClusterHealthCheckDown: ["critical"],
  CardanoClusterHealthCheckSlow: ["warning"],
  CardanoClusterFailover: ["info"],
  CardanoSecondaryClusterForging: ["warning"],
  FenceUnconfirmed: ["critical"],
  PermitMarginLow: ["warning"],
  CredentialsInvalid: ["critical", "warning"],
  KesExpiring: ["critical", "warning"],
  CoordinationUnreachable: ["warning"],
  ForgingNotConfirmed: ["warning"],
  ForgeManagerMissing: ["warning"],
  OpCertCounterMismatch: ["warning"],
};
const STORIES = [...REPLICA_STORIES, ...CLUSTER_STORIES];
const RUNBOOKS = "https://github.com/mochipool/cardano-forge-manager/blob/main/docs/runbooks/";
const root = new URL("../../", import.meta.url);
const ruleFile = new URL("chart/cardano-node/files/alerts.yaml", root).pathname;
const file = load(Deno.readTextFileSync(ruleFile)) as { groups: { rules: AlertRule[] }[] };
const rules = file.groups.flatMap((group) => group.rules);

const BY_PROMTOOL: Readonly<Record<string, () => Promise<unknown>>> = {
  "promtool check rules is clean": () => promtool(["check", "rules", "--lint-fatal", ruleFile]),
  "each alert's stories come true in promtool test rules": () => {
    const tests = promtoolTests(STORIES, { rules, ruleFile });
    return withFile(tests, (path) => promtool(["test", "rules", path]));
  },
};
for (const [name, fn] of Object.entries(BY_PROMTOOL)) {
  const ignore = PROMTOOL === undefined;
  if (ignore) console.log(`skipped, promtool is not installed: ${name}`);
  Deno.test({ name, ignore, fn: async () => void await fn() });
}

Deno.test("the alerts are those that are promised, each severity once", () => {
  const found = Map.groupBy(rules, ({ alert }) => alert);
  const severities = [...found].map(([alert, ones]) =>
    [alert, ones.map(({ labels }) => labels.severity ?? "").toSorted()] as const
  );
  assertEquals(Object.fromEntries(severities), ALERTS);
});

for (const alert of Object.keys(ALERTS)) {
  Deno.test(`${alert} has stories in which it fires, stays quiet and clears`, () => {
    const timelines = STORIES.filter((story) => story.alert === alert)
      .map(({ at }) => Object.values(at).map((firings) => firings.length));
    assert(timelines.some((counts) => counts.every((count) => count === 0)), "never quiet");
    const clears = timelines.filter((counts) => counts.some((count) => count > 0))
      .map((counts) => counts.at(-1) ?? 0);
    assert(clears.length > 0, "never fires");
    assert(clears.includes(0), "never clears");
    const told = STORIES.filter((story) => story.alert === alert)
      .flatMap(({ at }) => Object.values(at).flat()).map(({ severity }) => severity as string);
    assertEquals([...new Set(told)].toSorted(), ALERTS[alert], "severities in its stories");
  });

  Deno.test(`${alert} has a summary, a description with a first step, and a runbook`, () => {
    for (const { annotations } of rules.filter((rule) => rule.alert === alert)) {
      assert((annotations.summary ?? "") !== "", "summary");
      assert(/\bfirst\b/i.test(annotations.description ?? ""), "first step");
      assertEquals(annotations.runbook_url, `${RUNBOOKS}${alert}.md`);
    }
    const runbook = Deno.readTextFileSync(new URL(`docs/runbooks/${alert}.md`, root));
    assert(runbook.includes(alert), "the runbook names its alert");
  });
}

Deno.test("alerts ask only for metrics that the program has", () => {
  const known = metricNames();
  for (const { alert, expr } of rules) {
    const asked = namedMetrics(expr);
    assert(asked.length > 0, alert);
    assertEquals(asked.filter((name) => !known.has(name)), [], alert);
  }
});
