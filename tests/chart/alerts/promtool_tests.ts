// Owns turning stories into a file for `promtool test rules`, with the annotations that the rules promise.
// Never more of the template language than the rules use: anything else is an error.

import type { Firing, Story } from "./story.ts";

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** JSON is YAML. */
export function promtoolTests(
  stories: readonly Story[],
  { rules, ruleFile }: { readonly rules: readonly AlertRule[]; readonly ruleFile: string },
): string {
  const tests = stories.map(({ alert, tells, series, at }) => ({
    name: `${alert}: ${tells}`,
    interval: "30s",
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    alert_rule_test: Object.entries(at).map(([time, firings]) => ({
      eval_time: time,
      alertname: alert,
      exp_alerts: firings.map((firing) => expected(alert, { firing, rules })),
    })),
  }));
  return JSON.stringify({ rule_files: [ruleFile], evaluation_interval: "15s", tests });
}

function expected(
  alert: string,
  { firing, rules }: { firing: Firing; rules: readonly AlertRule[] },
) {
  const { severity, labels } = firing;
  const rule = rules.find((one) => one.alert === alert && one.labels.severity === severity);
  if (rule === undefined) throw new Error(`There is no rule ${alert} of severity ${severity}`);
  const annotations = Object.entries(rule.annotations).map(([name, template]) =>
    [name, filled(template, firing)] as const
  );
  return {
    exp_labels: { severity, ...labels },
    exp_annotations: Object.fromEntries(annotations),
  };
}

/** `{{ $labels.name }}`, which the alert must have, and `{{ $value }}` in whatever form. */
function filled(template: string, { labels, value }: Firing): string {
  return template.replaceAll(/\{\{ (.*?) \}\}/g, (whole, inner: string) => {
    const label = /^\$labels\.(\w+)$/.exec(inner)?.[1];
    const text = label === undefined
      ? inner.startsWith("$value") ? value : undefined
      : labels[label];
    if (text === undefined) throw new Error(`Nothing to put for ${whole} in: ${template}`);
    return text;
  });
}
