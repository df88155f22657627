// Owns what a figure of the benchmark is, and how figures become a table.
// Never judges: the target stands beside what was found.

export interface Figure {
  readonly what: string;
  readonly found: string;
  /** Empty where there is none. */
  readonly target: string;
}

export function figure(what: string, found: string, target = ""): Figure {
  return { what, found, target };
}

/** Nearest rank: a value that really occurred. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = Math.ceil(percent / 100 * sorted.length) - 1;
  return sorted[Math.max(0, rank)] ?? NaN;
}

/** `median 0.61 s, p90 0.97 s, most 1.02 s`. */
export function spread(values: readonly number[], unit: "s" | "ms"): string {
  if (values.length === 0) return "nothing measured";
  const digits = unit === "s" ? 2 : 2;
  const show = (value: number) => `${value.toFixed(digits)} ${unit}`;
  const [median, p90, most] = [50, 90, 100].map((percent) => show(percentile(values, percent)));
  return values.length < 5
    ? `${values.map(show).join(", ")}`
    : `median ${median}, p90 ${p90}, most ${most}`;
}

export function table(figures: readonly Figure[]): string {
  const rows = [{ what: "", found: "found", target: "target" }, ...figures];
  const width = (key: keyof Figure) => Math.max(...rows.map((row) => row[key].length));
  const [what, found] = [width("what"), width("found")];
  return rows.map((row) =>
    `${row.what.padEnd(what)}  ${row.found.padEnd(found)}  ${row.target}`.trimEnd()
  ).join("\n");
}
