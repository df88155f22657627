// Owns how a panel is written in Grafana's JSON, and where on the grid.
// Never knows what is shown.

export const DATASOURCE = { type: "prometheus", uid: "${datasource}" };

type Mapping = Readonly<Record<number, readonly [text: string, color: string]>>;

export interface PanelSource {
  readonly title: string;
  readonly says: string;
  readonly type: "stat" | "gauge" | "table" | "state-timeline" | "timeseries";
  readonly width: number;
  readonly height: number;
  readonly targets: readonly Target[];
  readonly unit?: string;
  readonly decimals?: number;
  readonly max?: number;
  /** From which value on which colour. */
  readonly steps?: readonly (readonly [from: number | null, color: string])[];
  readonly mapping?: Mapping;
  readonly shows?: "value" | "value_and_name";
  /** Of a table: fields in their order, and what they are called; all others are hidden. */
  readonly columns?: Readonly<Record<string, string>>;
  readonly joinBy?: string;
  /** Of a table's columns. */
  readonly mapped?: Readonly<Record<string, Mapping>>;
  /** A target that is drawn by an axis on the right. */
  readonly right?: { readonly of: string; readonly unit: string };
  /** Stacked bars rather than lines. */
  readonly bars?: boolean;
  /** A series that is drawn dashed. */
  readonly dashed?: string;
}

interface Target {
  readonly expr: string;
  readonly legendFormat?: string;
  readonly format: "time_series" | "table";
  readonly instant?: boolean;
  readonly range?: boolean;
}

export function query(expr: string, legendFormat: string): Target {
  return { expr, legendFormat, format: "time_series", range: true };
}

export function table(expr: string): Target {
  return { expr, format: "table", instant: true };
}

/** Rows of panels, on Grafana's grid of 24 columns. */
export function layOut(rows: readonly (readonly PanelSource[])[]): readonly unknown[] {
  let [id, y] = [0, 0];
  return rows.flatMap((row) => {
    let x = 0;
    const made = row.map((source) => {
      const gridPos = { h: source.height, w: source.width, x, y };
      x += source.width;
      return { id: ++id, gridPos, ...panel(source) };
    });
    if (x !== 24) throw new Error(`A row is ${x} columns wide: ${row.map((one) => one.title)}`);
    y += Math.max(...row.map(({ height }) => height));
    return made;
  });
}

function panel(source: PanelSource) {
  return {
    title: source.title,
    description: source.says,
    type: source.type,
    datasource: DATASOURCE,
    targets: source.targets.map((target, index) => ({
      refId: "ABCDEFGH"[index] ?? "",
      datasource: DATASOURCE,
      editorMode: "code",
      ...target,
    })),
    fieldConfig: { defaults: defaults(source), overrides: overrides(source) },
    options: OPTIONS[source.type](source),
    ...(source.columns === undefined ? {} : { transformations: transformations(source) }),
  };
}

function defaults({ type, unit, decimals, max, steps, mapping, bars = false }: PanelSource) {
  const custom = {
    timeseries: bars
      ? { drawStyle: "bars", fillOpacity: 80, lineWidth: 0, stacking: { mode: "normal" } }
      : { drawStyle: "line", fillOpacity: 5, lineWidth: 1, showPoints: "never", spanNulls: false },
    "state-timeline": { fillOpacity: 80, lineWidth: 0 },
    table: { align: "auto", cellOptions: { type: "auto" }, inspect: false },
  };
  return {
    ...(unit === undefined ? {} : { unit }),
    ...(decimals === undefined ? {} : { decimals }),
    ...(type === "timeseries" || type === "gauge" ? { min: 0 } : {}),
    ...(max === undefined ? {} : { max }),
    ...(type === "stat" ? { noValue: "nobody" } : {}),
    color: { mode: type === "timeseries" ? "palette-classic" : "thresholds" },
    mappings: mapping === undefined ? [] : [valueMapping(mapping)],
    thresholds: {
      mode: "absolute",
      steps: (steps ?? [[null, "text"]]).map(([value, color]) => ({ value, color })),
    },
    custom: type === "stat" || type === "gauge" ? {} : custom[type],
  };
}

function valueMapping(mapping: Mapping) {
  const options = Object.entries(mapping).map(([value, [text, color]], index) =>
    [value, { text, color, index }] as const
  );
  return { type: "value", options: Object.fromEntries(options) };
}

function overrides({ mapped = {}, right, dashed }: PanelSource) {
  const columns = Object.entries(mapped).map(([name, mapping]) => ({
    matcher: { id: "byName", options: name },
    properties: [
      { id: "mappings", value: [valueMapping(mapping)] },
      { id: "custom.cellOptions", value: { type: "color-text" } },
    ],
  }));
  const axis = right && {
    matcher: { id: "byFrameRefID", options: right.of },
    properties: [
      { id: "unit", value: right.unit },
      { id: "custom.axisPlacement", value: "right" },
      { id: "max", value: null },
    ],
  };
  const line = dashed && {
    matcher: { id: "byName", options: dashed },
    properties: [{ id: "custom.lineStyle", value: { fill: "dash", dash: [10, 10] } }],
  };
  return [...columns, ...(axis ? [axis] : []), ...(line ? [line] : [])];
}

const LAST = { calcs: ["lastNotNull"], fields: "", values: false };
const LEGEND = { displayMode: "list", placement: "bottom", showLegend: true, calcs: [] };

const OPTIONS: Readonly<Record<PanelSource["type"], (source: PanelSource) => unknown>> = {
  stat: ({ shows = "value" }) => ({
    reduceOptions: LAST,
    orientation: "auto",
    colorMode: "value",
    graphMode: "none",
    justifyMode: "auto",
    textMode: shows,
    wideLayout: true,
    showPercentChange: false,
    percentChangeColorMode: "standard",
  }),
  gauge: () => ({
    reduceOptions: LAST,
    orientation: "auto",
    showThresholdLabels: false,
    showThresholdMarkers: true,
    sizing: "auto",
    minVizWidth: 75,
    minVizHeight: 75,
  }),
  table: () => ({ frameIndex: 0, showHeader: true, showTypeIcons: false, cellHeight: "sm" }),
  "state-timeline": () => ({
    mergeValues: true,
    alignValue: "left",
    rowHeight: 0.8,
    showValue: "auto",
    legend: { ...LEGEND, showLegend: false },
    tooltip: { mode: "single", sort: "none" },
  }),
  timeseries: () => ({ legend: LEGEND, tooltip: { mode: "multi", sort: "none" } }),
};

/** One row for each of `joinBy`, and only the columns that are named, in their order. */
function transformations({ columns = {}, joinBy }: PanelSource) {
  const names = Object.keys(columns);
  const indexByName = Object.fromEntries(names.map((name, index) => [name, index]));
  const join = { id: "joinByField", options: { byField: joinBy, mode: "outer" } };
  return [
    ...(joinBy === undefined ? [] : [join]),
    { id: "filterFieldsByName", options: { include: { names } } },
    { id: "organize", options: { excludeByName: {}, indexByName, renameByName: columns } },
  ];
}
