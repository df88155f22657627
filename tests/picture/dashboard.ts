// Owns reading dashboard.json as far as the picture needs it: queries asked, values named and coloured.
// Never a panel's own idea of its data: everything comes from the file and from Prometheus.

import type { Prometheus, Series } from "./prometheus.ts";

const FILE = new URL("../../chart/cardano-node/files/dashboard.json", import.meta.url);
const COLORS: Readonly<Record<string, string>> = {
  green: "#73bf69",
  red: "#f2495c",
  orange: "#ff9830",
  blue: "#5794f2",
  text: "#d5d6dd",
};

export interface Mapped {
  readonly text: string;
  readonly color: string;
}

interface Mapping {
  readonly options: Readonly<Record<string, Mapped>>;
}

export interface Panel {
  readonly type: "stat" | "gauge" | "table" | "state-timeline" | "timeseries";
  readonly title: string;
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly targets: readonly { refId: string; expr: string; legendFormat?: string }[];
  readonly fieldConfig: {
    readonly defaults: {
      readonly unit?: string;
      readonly decimals?: number;
      readonly max?: number;
      readonly noValue?: string;
      readonly mappings: readonly Mapping[];
      readonly thresholds: { steps: readonly { value: number | null; color: string }[] };
      readonly custom: { readonly drawStyle?: string };
    };
    readonly overrides: readonly {
      matcher: { id: string; options: string };
      // deno-lint-ignore no-explicit-any -- by the property
      properties: readonly { id: string; value: any }[];
    }[];
  };
  readonly transformations?: readonly {
    id: string;
    options: { byField?: string; renameByName?: Record<string, string> };
  }[];
}

export interface Line extends Series {
  readonly name: string;
  readonly refId: string;
}

export interface Cell extends Mapped {
  readonly column: string;
}

export interface Window {
  readonly fromS: number;
  readonly toS: number;
}

export class Dashboard {
  readonly panels: readonly Panel[];
  readonly #variables: Readonly<Record<string, string>>;
  readonly #prometheus: Prometheus;

  constructor(prometheus: Prometheus) {
    const json = JSON.parse(Deno.readTextFileSync(FILE));
    this.panels = json.panels;
    this.#prometheus = prometheus;
    // As at first: all of everything; a constant is itself.
    this.#variables = Object.fromEntries(
      json.templating.list.map((one: { name: string; type: string; query: string }) =>
        [one.name, one.type === "constant" ? one.query : ".*"] as const
      ),
    );
  }

  async lines({ targets }: Panel, window: Window): Promise<readonly Line[]> {
    const answers = await Promise.all(targets.map(async ({ refId, expr, legendFormat = "" }) => {
      const found = await this.#prometheus.range(this.#filled(expr), window);
      return found.map((one) => ({ ...one, refId, name: legend(legendFormat, one.metric) }));
    }));
    return answers.flat();
  }

  async latest({ targets }: Panel, { toS }: Window): Promise<readonly Line[]> {
    const answers = await Promise.all(targets.map(async ({ refId, expr, legendFormat = "" }) => {
      const found = await this.#prometheus.instant(this.#filled(expr), toS);
      return found.map((one) => ({ ...one, refId, name: legend(legendFormat, one.metric) }));
    }));
    return answers.flat();
  }

  /** Joined, filtered and named as the panel's transformations say. */
  async rows(panel: Panel, window: Window): Promise<readonly (readonly Cell[])[]> {
    const options = (id: string) => panel.transformations?.find((one) => one.id === id)?.options;
    const joinBy = options("joinByField")?.byField;
    const columns = Object.entries(options("organize")?.renameByName ?? {});
    const rows = new Map<string, Record<string, string>>();
    for (const { refId, metric, values } of await this.latest(panel, window)) {
      const key = joinBy === undefined ? JSON.stringify(metric) : metric[joinBy] ?? "";
      const value = { [`Value #${refId}`]: String(values[0]?.[1]) };
      rows.set(key, { ...rows.get(key), ...metric, ...value });
    }
    const sorted = [...rows].toSorted(([a], [b]) => a.localeCompare(b)).map(([, row]) => row);
    return sorted.map((row) =>
      columns.map(([field, column]) => {
        const value = row[field] ?? "";
        const override = panel.fieldConfig.overrides.find((one) => one.matcher.options === column);
        const mappings = override?.properties.find(({ id }) => id === "mappings")?.value ?? [];
        return { column, ...mapped(value, { mappings, color: "text" }) };
      })
    );
  }

  #filled(expression: string): string {
    return expression.replaceAll("$__rate_interval", "30s")
      .replaceAll(/\$(\w+)/g, (whole, name: string) => this.#variables[name] ?? whole);
  }
}

/** A value as the panel shows it. */
export function shown(value: number, panel: Panel): Mapped {
  const { unit, decimals, mappings, thresholds } = panel.fieldConfig.defaults;
  const step = thresholds.steps.findLast((one) => one.value === null || value >= one.value);
  const text = unitText(value, { unit, decimals });
  const found = mapped(String(value), { mappings, color: step?.color ?? "text" });
  return found.text === String(value) ? { ...found, text } : found;
}

export function unitText(
  value: number,
  { unit, decimals }: { unit?: string | undefined; decimals?: number | undefined },
): string {
  const rounded = (count: number) => value.toFixed(decimals ?? count).replace(/\.0+$/, "");
  if (unit === "percentunit") return `${Math.round(value * 100)}%`;
  if (unit === "reqps") return `${rounded(2)}/s`;
  if (unit !== "s") return rounded(2);
  if (value >= 60) return `${(value / 60).toFixed(1)} min`;
  return value > 0 && value < 1 ? `${Math.round(value * 1_000)} ms` : `${rounded(1)} s`;
}

function mapped(
  value: string,
  { mappings, color }: { mappings: readonly Mapping[]; color: string },
): Mapped {
  const found = mappings.map(({ options }) => options[value]).find((one) => one !== undefined);
  const name = found?.color ?? color;
  return { text: found?.text ?? value, color: COLORS[name] ?? name };
}

function legend(format: string, metric: Readonly<Record<string, string>>): string {
  return format.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => metric[label] ?? "");
}
