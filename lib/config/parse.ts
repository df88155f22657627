// Owns how the text of one setting becomes a value, or the sentence that says what is allowed.
// Never looks at a second setting: rules between settings have files of their own.

import { assertNever } from "../core/assert_never.ts";
import { parseRfc3339 } from "./rfc3339.ts";
import { formatDuration, parseDurationMs } from "./duration.ts";
import { KUBERNETES_NAME, type SettingType } from "./settings.ts";

/** Durations come out in milliseconds, instants in milliseconds since 1970, other numbers and ports as they are, lists as arrays. */
export type Value = string | number | boolean | readonly string[];

export type Parsed =
  | { readonly kind: "value"; readonly value: Value }
  | { readonly kind: "wrong"; readonly allowed: string };

const TRUE = ["true", "1", "yes", "on"];
const FALSE = ["false", "0", "no", "off"];

/** `text` is trimmed already. Never throws, whatever it holds. */
export function parseValue(type: SettingType, text: string): Parsed {
  switch (type.kind) {
    case "text":
      return type.pattern.test(text) ? value(text) : wrong(type.allowed);
    case "names":
      return parseNames(text);
    case "path":
      return /^[^\0]+$/.test(text) && !text.endsWith("/")
        ? value(text)
        : wrong("a path without a / at its end");
    case "url":
      return parseUrl(text);
    case "boolean":
      return parseBoolean(text);
    case "port":
      return parseNumber(text, { unit: "", min: 1, max: 65_535, whole: true });
    case "choice": {
      const choice = type.choices.find((one) => one.toLowerCase() === text.toLowerCase());
      return choice === undefined ? wrong(type.choices.join(", ")) : value(choice);
    }
    case "number":
      return parseNumber(text, type);
    case "instant":
      return parseInstant(text);
    case "duration":
      return parseDuration(text, type);
    default:
      return assertNever(type);
  }
}

function parseBoolean(text: string): Parsed {
  const lower = text.toLowerCase();
  if (TRUE.includes(lower)) return value(true);
  if (FALSE.includes(lower)) return value(false);
  return wrong("true or false");
}

function parseNames(text: string): Parsed {
  const names = text.split(/[\s,]+/).filter((name) => name !== "");
  return names.every((name) => KUBERNETES_NAME.test(name))
    ? value([...new Set(names)])
    : wrong("names of Leases, separated by commas");
}

/** User and password are refused, since settings are printed and logged. */
function parseUrl(text: string): Parsed {
  const url = URL.parse(text);
  const fits = url !== null && /^https?:$/.test(url.protocol) && url.username === "" &&
    url.password === "";
  return fits ? value(text) : wrong("an http:// or https:// address without user and password");
}

type NumberType = Omit<Extract<SettingType, { kind: "number" }>, "kind">;

function parseNumber(text: string, type: NumberType): Parsed {
  const form = type.whole ? /^[0-9]{1,10}$/ : /^[0-9]{1,10}(\.[0-9]{1,3})?$/;
  const number = Number(text);
  if (!form.test(text) || number < type.min || number > type.max) return wrong(rangeText(type));
  return value(type.unit === "seconds" ? Math.round(number * 1000) : number);
}

function parseDuration(
  text: string,
  { minMs, maxMs }: Extract<SettingType, { kind: "duration" }>,
): Parsed {
  const ms = parseDurationMs(/^[0-9]+$/.test(text) ? `${text}s` : text);
  if (ms !== undefined && ms >= minMs && ms <= maxMs) return value(ms);
  const range = `from ${formatDuration(minMs)} to ${formatDuration(maxMs)}`;
  return wrong(`whole seconds, or 30s, 2m, 1h and the like, ${range}`);
}

/** Ten digits at most: thirteen would be milliseconds, which nobody means. */
function parseInstant(text: string): Parsed {
  const at = /^[0-9]{1,10}$/.test(text) ? Number(text) * 1_000 : parseRfc3339(text);
  return at === undefined
    ? wrong("a time like 2026-01-02T03:04:05Z, or seconds since 1970")
    : value(at);
}

function rangeText({ unit, min, max, whole }: NumberType): string {
  const noun = unit === "seconds" ? (whole ? "whole seconds" : "seconds") : "a whole number";
  return `${noun} from ${min} to ${max}${whole ? "" : ", at most 3 decimals"}`;
}

function value(value: Value): Parsed {
  return { kind: "value", value };
}

function wrong(allowed: string): Parsed {
  return { kind: "wrong", allowed };
}
