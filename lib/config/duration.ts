// Owns durations as texts, in settings and in resources alike: 30s, 2m, 1h.
// Never takes two units in one, nor fractions.

const MS_BY_UNIT: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

/** Undefined for anything else. Six digits at most, as the resource's definition has it. */
export function parseDurationMs(text: string): number | undefined {
  const [, digits, unit] = /^([0-9]{1,6})([smh])$/.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits) * MS_BY_UNIT[unit!]!;
}

/** In the largest unit that leaves a whole number; whole seconds are expected. */
export function formatDuration(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds === 0 || seconds % 60 !== 0) return `${seconds}s`;
  return seconds % 3_600 === 0 ? `${seconds / 3_600}h` : `${seconds / 60}m`;
}
