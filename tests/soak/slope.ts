// Owns the straight line through a series of samples, and how far its slope can be trusted.
// Never takes samples for independent: memory falls at a collection and rises between two.

export interface Point {
  readonly minute: number;
  readonly value: number;
}

export interface Slope {
  /** Per hour, by least squares. */
  readonly perHour: number;
  /** Half the width of the 95 % interval around it, per hour; infinite for fewer than 8 points. */
  readonly uncertaintyPerHour: number;
  /** Standard deviation of the samples around the line. */
  readonly noise: number;
  readonly count: number;
}

const POINTS_MIN = 8;
/** Of the normal distribution, two-sided. */
const Z_95 = 1.96;
/** Correlation from which on even many samples say next to nothing. */
const CORRELATION_MAX = 0.95;

/**
 * Least squares. The standard error is widened by sqrt((1 + r) / (1 - r)), r being the correlation of
 * one residual with the next: samples that hang together count as fewer independent ones.
 */
export function slopeOf(points: readonly Point[]): Slope {
  const count = points.length;
  if (count < POINTS_MIN) {
    return { perHour: NaN, uncertaintyPerHour: Infinity, noise: NaN, count };
  }
  const meanMinute = mean(points.map(({ minute }) => minute));
  const meanValue = mean(points.map(({ value }) => value));
  const spread = sum(points.map(({ minute }) => (minute - meanMinute) ** 2));
  const perMinute =
    sum(points.map(({ minute, value }) => (minute - meanMinute) * (value - meanValue))) / spread;
  const residuals = points.map(({ minute, value }) =>
    value - meanValue - perMinute * (minute - meanMinute)
  );
  const variance = sum(residuals.map((one) => one ** 2)) / (count - 2);
  const correlation = Math.min(CORRELATION_MAX, Math.max(0, correlationOf(residuals)));
  const error = Math.sqrt(variance / spread * (1 + correlation) / (1 - correlation));
  return {
    perHour: perMinute * 60,
    uncertaintyPerHour: error * Z_95 * 60,
    noise: Math.sqrt(variance),
    count,
  };
}

/** Of each residual with the one after it. */
function correlationOf(residuals: readonly number[]): number {
  const squares = sum(residuals.map((one) => one ** 2));
  if (squares === 0) return 0;
  return sum(residuals.slice(1).map((one, i) => one * residuals[i]!)) / squares;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length === 0) return NaN;
  return Number.isInteger(middle)
    ? (sorted[middle - 1]! + sorted[middle]!) / 2
    : sorted[Math.floor(middle)]!;
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
