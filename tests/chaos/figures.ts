// Owns percentiles and histograms of times.
// Never draws: it gives numbers and lines.

const SHARES = [0.5, 0.9, 0.99, 1];
/** Upper ends of the histogram's classes. */
const BOUNDS_MS = [500, 1_000, 2_000, 5_000, 10_000, 15_000, 20_000, 30_000, 60_000, Infinity];

/** p50, p90, p99 and the largest; undefined of none. */
export function percentiles(values: readonly number[]): readonly number[] | undefined {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  return SHARES.map((share) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!);
}

/** Counts of the values up to each bound, of all bounds up to the last that holds any. */
export function histogram(
  values: readonly number[],
): readonly { readonly upToMs: number; readonly count: number }[] {
  const counts = BOUNDS_MS.map((upToMs, index) => {
    const aboveMs = BOUNDS_MS[index - 1] ?? -Infinity;
    return { upToMs, count: values.filter((ms) => ms > aboveMs && ms <= upToMs).length };
  });
  return counts.slice(0, counts.findLastIndex(({ count }) => count > 0) + 1);
}
