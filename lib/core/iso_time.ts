// Owns the writing of instants as ISO 8601 in UTC, where Date does not reach: it reads clocks too.
// Never reads a clock.

import { type WallTime, wallTime } from "./time.ts";

/** `2026-09-21T14:13:20Z`, in whole seconds; undefined outside the years 1 to 9999. */
export function isoSeconds(at: WallTime): string | undefined {
  const seconds = Math.floor(at / 1000);
  const days = Math.floor(seconds / 86_400);
  // Days from 0001-01-01 to 1970-01-01, and from there to 9999-12-31.
  if (!(days >= -719_162 && days <= 2_932_896)) return undefined;
  const { year, month, day } = civilDate(days);
  const ofDay = seconds - days * 86_400;
  const time = `${two(ofDay / 3600)}:${two(ofDay / 60 % 60)}:${two(ofDay % 60)}`;
  return `${digits(year, 4)}-${two(month)}-${two(day)}T${time}Z`;
}

/** `2026-09-21T14:13:20.123000Z`: the form of `renewTime`, whose six digits the API insists on. */
export function isoMicroTime(at: WallTime): string {
  const seconds = isoSeconds(at);
  if (seconds === undefined) throw new RangeError(`No such time: ${at} ms since 1970`);
  const ofSecond = Math.floor(at) - Math.floor(at / 1000) * 1000;
  return `${seconds.slice(0, -1)}.${digits(ofSecond, 3)}000Z`;
}

const ISO_UTC = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?Z$/;

/** The instant of an ISO 8601 text in UTC, as API servers write them; undefined for any other text or day. */
export function parseIsoTime(text: string): WallTime | undefined {
  const match = ISO_UTC.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59) return undefined;
  const days = daysFromCivil({ year, month, day });
  if (civilDate(days).day !== day) return undefined; // no such day in that month
  const seconds = ((days * 24 + hour) * 60 + minute) * 60 + second;
  return wallTime(seconds * 1_000 + Math.floor(Number(`0.${match[7] ?? 0}`) * 1_000));
}

/** The inverse of civilDate(). */
function daysFromCivil(
  { year, month, day }: { year: number; month: number; day: number },
): number {
  const fromMarch = month <= 2 ? year - 1 : year;
  const era = Math.floor(fromMarch / 400);
  const yearOfEra = fromMarch - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) +
    dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/**
 * Gregorian date of a day counted from 1970-01-01. Years are taken to begin in March, so that the
 * leap day is the last of its year; an era is the 400 years after which the calendar repeats.
 */
function civilDate(days: number): { year: number; month: number; day: number } {
  const sinceYearZero = days + 719_468;
  const era = Math.floor(sinceYearZero / 146_097);
  const dayOfEra = sinceYearZero - era * 146_097;
  const leapDays = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) +
    Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
  const dayOfYear = dayOfEra -
    (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1,
  };
}

function two(n: number): string {
  const whole = Math.floor(n);
  return whole < 10 ? `0${whole}` : String(whole);
}

function digits(n: number, width: number): string {
  return String(Math.floor(n)).padStart(width, "0");
}
