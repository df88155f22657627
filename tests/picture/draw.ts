// Owns drawing a panel as SVG or HTML.
// Never asks for data.

import { type Cell, type Line, type Panel, shown, unitText, type Window } from "./dashboard.ts";

export interface Size {
  readonly width: number;
  readonly height: number;
}

const PALETTE = ["#73bf69", "#f2cc0c", "#5794f2", "#ff9830", "#f2495c", "#b877d9", "#8ab8ff"];
/** Two scrapes and a bit. */
const GAP_S = 12;
const MARGIN = { left: 46, right: 46, bottom: 20, top: 6 };

export function drawValues(lines: readonly Line[], panel: Panel): string {
  const { noValue = "" } = panel.fieldConfig.defaults;
  if (lines.length === 0) {
    return `<div class="values"><b style="color:#f2495c">${noValue}</b></div>`;
  }
  const values = lines.map((line) => {
    const { text, color } = shown(line.values.at(-1)?.[1] ?? NaN, panel);
    return `<div><b style="color:${color}">${text}</b><span>${escaped(line.name)}</span></div>`;
  });
  return `<div class="values">${values.join("")}</div>`;
}

export function drawGauge(lines: readonly Line[], panel: Panel): string {
  const { max = 1 } = panel.fieldConfig.defaults;
  const gauges = lines.map((line) => {
    const value = line.values.at(-1)?.[1] ?? 0;
    const { text, color } = shown(value, panel);
    const arc = (share: number) => {
      const angle = Math.PI * (1 - Math.min(1, Math.max(0, share)));
      return `M 20 90 A 70 70 0 0 1 ${90 + 70 * Math.cos(angle)} ${90 - 70 * Math.sin(angle)}`;
    };
    return `<svg viewBox="0 0 180 118" height="118"><g fill="none" stroke-width="16">` +
      `<path d="${arc(1)}" stroke="#2c3036"/><path d="${
        arc(value / max)
      }" stroke="${color}"/></g>` +
      `<text x="90" y="86" text-anchor="middle" font-size="26" fill="${color}">${text}</text>` +
      `<text x="90" y="112" text-anchor="middle">${escaped(line.name)}</text></svg>`;
  });
  return `<div class="values">${gauges.join("")}</div>`;
}

export function drawTable(rows: readonly (readonly Cell[])[]): string {
  const [first] = rows;
  if (first === undefined) return `<p class="none">nothing</p>`;
  const head = first.map(({ column }) => `<th>${escaped(column)}</th>`).join("");
  const body = rows.map((row) =>
    `<tr>${
      row.map(({ text, color }) => `<td style="color:${color}">${escaped(text)}</td>`).join("")
    }</tr>`
  );
  return `<table><tr>${head}</tr>${body.join("")}</table>`;
}

export function drawStates(
  lines: readonly Line[],
  { panel, window, size }: { panel: Panel; window: Window; size: Size },
): string {
  const names = [...new Set(lines.map(({ name }) => name))].toSorted();
  const left = 12 + 7 * Math.max(0, ...names.map((name) => name.length));
  const x = scale([window.fromS, window.toS], [left, size.width - 8]);
  const height = (size.height - MARGIN.bottom) / Math.max(1, names.length);
  const bars = names.flatMap((name, index) => {
    const y = index * height;
    const label = `<text x="4" y="${y + height / 2 + 4}">${escaped(name)}</text>`;
    const samples = lines.filter((line) => line.name === name).flatMap(({ values }) => values);
    const stretches = runs(samples).map(({ value, fromS, toS }) => {
      const { color, text } = shown(value, panel);
      const width = Math.max(1, x(toS) - x(fromS));
      const rect = `<rect x="${x(fromS)}" y="${y + height * 0.1}" width="${width}" ` +
        `height="${height * 0.8}" fill="${color}" fill-opacity="0.8"/>`;
      const fits = width > 8 * text.length;
      const at = `x="${x(fromS) + 5}" y="${y + height / 2 + 4}"`;
      return rect + (fits ? `<text ${at} fill="#111217">${text}</text>` : "");
    });
    return [label, ...stretches];
  });
  return svg(size, [...bars, ...timeAxis(window, { x, size })]);
}

export function drawLines(
  lines: readonly Line[],
  { panel, window, size }: { panel: Panel; window: Window; size: Size },
): string {
  if (lines.length === 0) return `<p class="none">nothing</p>`;
  const overrides = panel.fieldConfig.overrides;
  const right = overrides.find(({ matcher }) => matcher.id === "byFrameRefID");
  const dashed = overrides.find(({ properties }) =>
    properties.some(({ id }) => id === "custom.lineStyle")
  )?.matcher.options;
  const isRight = (line: Line) => line.refId === right?.matcher.options;
  const { unit, max } = panel.fieldConfig.defaults;
  const rightUnit = right?.properties.find(({ id }) => id === "unit")?.value;
  const x = scale([window.fromS, window.toS], [MARGIN.left, size.width - MARGIN.right]);
  const rows = [size.height - MARGIN.bottom, MARGIN.top] as const;
  const isStacked = panel.fieldConfig.defaults.custom.drawStyle === "bars";
  const tops = [lines.filter((one) => !isRight(one)), lines.filter(isRight)]
    .map((some) => niceTop(highest(some, { isStacked })));
  const y = [scale([0, max ?? tops[0] ?? 1], rows), scale([0, tops[1] ?? 1], rows)] as const;
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const at = rows[0] + (rows[1] - rows[0]) * share;
    const grid = `<path d="M ${MARGIN.left} ${at} H ${
      size.width - MARGIN.right
    }" stroke="#2c3036"/>`;
    const label = unitText((max ?? tops[0] ?? 1) * share, { unit });
    const other = right ? unitText((tops[1] ?? 1) * share, { unit: rightUnit }) : "";
    return grid + `<text x="${MARGIN.left - 5}" y="${at + 4}" text-anchor="end">${label}</text>` +
      `<text x="${size.width - MARGIN.right + 5}" y="${at + 4}">${other}</text>`;
  });
  const drawn = isStacked ? bars(lines, { x, y: y[0] }) : lines.map((line, index) => {
    const dash = line.name === dashed ? ' stroke-dasharray="8 6"' : "";
    const d = path(line.values, { x, y: y[isRight(line) ? 1 : 0] });
    return `<path d="${d}" fill="none" stroke="${color(index)}" stroke-width="1.5"${dash}/>`;
  });
  const names = lines.map(({ name }, index) =>
    `<span><i style="background:${color(index)}"></i>${escaped(name)}</span>`
  );
  return svg(size, [...ticks, ...drawn, ...timeAxis(window, { x, size })]) +
    `<div class="legend">${names.join("")}</div>`;
}

function path(values: Line["values"], { x, y }: { x: Scale; y: Scale }): string {
  return values.map(([seconds, value], index) => {
    const before = values[index - 1];
    const begins = before === undefined || seconds - before[0] > GAP_S;
    return `${begins ? "M" : "L"} ${x(seconds).toFixed(1)} ${y(value).toFixed(1)}`;
  }).join(" ");
}

/** One upon the other. */
function bars(lines: readonly Line[], { x, y }: { x: Scale; y: Scale }): string[] {
  const sums = new Map<number, number>();
  return lines.flatMap(({ values }, index) =>
    values.map(([seconds, value]) => {
      const below = sums.get(seconds) ?? 0;
      sums.set(seconds, below + value);
      const place = `x="${x(seconds)}" y="${y(below + value)}" width="${x(5) - x(0)}"`;
      return `<rect ${place} height="${y(0) - y(value)}" fill="${color(index)}"/>`;
    })
  );
}

/** The highest stack, or the highest value. */
function highest(lines: readonly Line[], { isStacked }: { isStacked: boolean }): number {
  const values = lines.flatMap((line) => line.values);
  const tops = isStacked
    ? [...Map.groupBy(values, ([seconds]) => seconds).values()].map((some) =>
      some.reduce((sum, [, value]) => sum + value, 0)
    )
    : values.map(([, value]) => value);
  return Math.max(1e-3, ...tops);
}

type Scale = (value: number) => number;

function scale([from, to]: readonly [number, number], [a, b]: readonly [number, number]): Scale {
  return (value) => a + (b - a) * (value - from) / (to - from);
}

/** Stretches of equal values without a gap. */
function runs(samples: Line["values"]) {
  const found: { value: number; fromS: number; toS: number }[] = [];
  for (const [seconds, value] of samples.toSorted(([a], [b]) => a - b)) {
    const last = found.at(-1);
    const joins = last !== undefined && seconds - last.toS <= GAP_S;
    if (joins) last.toS = seconds;
    if (!joins || last.value !== value) found.push({ value, fromS: seconds, toS: seconds });
  }
  return found;
}

function timeAxis({ fromS, toS }: Window, { x, size }: { x: Scale; size: Size }): string[] {
  const minutes = Math.floor((toS - fromS) / 60);
  return Array.from({ length: minutes }, (_, index) => fromS + 60 * (index + 1)).map((seconds) => {
    const label = new Date(seconds * 1_000).toISOString().slice(11, 16);
    return `<text x="${x(seconds)}" y="${size.height - 4}" text-anchor="middle">${label}</text>`;
  }).filter((_, index) => index % 2 === 0);
}

function niceTop(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 4, 5, 8, 10].find((one) => one * power >= value) ?? 10) * power;
}

function color(index: number): string {
  return PALETTE[index % PALETTE.length] ?? "";
}

function svg({ width, height }: Size, parts: readonly string[]): string {
  return `<svg width="${width}" height="${height}">${parts.join("")}</svg>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
