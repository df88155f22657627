// Owns reading a time that a person or another program wrote.
// Never guesses a time zone, nor a day that does not exist.

import { type WallTime, wallTime } from "../core/time.ts";

const RFC_3339 =
  /^(\d{4}-\d{2}-\d{2})T(([01]\d|2[0-3]):[0-5]\d:[0-5]\d)(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** Undefined for anything else. Date.parse alone takes 31 February for a day in March. */
export function parseRfc3339(text: string): WallTime | undefined {
  const [, date, time, , fraction = "", zone] = RFC_3339.exec(text.toUpperCase()) ?? [];
  if (date === undefined) return undefined;
  const day = Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(day) || new Date(day).toISOString().slice(0, 10) !== date) return undefined;
  const ms = Date.parse(`${date}T${time}${fraction.slice(0, 4)}${zone}`);
  return Number.isNaN(ms) ? undefined : wallTime(ms);
}
