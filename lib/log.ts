// Owns one line an event: a constant message with fields, as JSON or as text for people.
// Never throws, whatever a field holds, and never writes bytes: binary values become their length.

import type { LogLevel } from "./config.ts";
import type { WallTime } from "./core/time.ts";

export type LogFields = Readonly<Record<string, unknown>>;

export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warning(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** The same log with these fields on every line. */
  with(fields: LogFields): Log;
}

export interface LogOptions {
  readonly level: LogLevel;
  readonly format: "json" | "text";
  /** Gets one line without its line end. */
  readonly sink: (line: string) => void;
  readonly now: () => WallTime;
  readonly fields?: LogFields;
}

const RANK: Readonly<Record<LogLevel, number>> = { DEBUG: 0, INFO: 1, WARNING: 2, ERROR: 3 };
const TEXT_LENGTH_MAX = 2_000;
const DEPTH_MAX = 4;
const ITEMS_MAX = 50;
const CAUSES_MAX = 5;

export function createLog(options: LogOptions): Log {
  const { level, format, sink, now, fields: common = {} } = options;
  function write(lineLevel: LogLevel, message: string, fields: LogFields = {}): void {
    if (RANK[lineLevel] < RANK[level]) return;
    try {
      const line = {
        level: lineLevel,
        message,
        fields: tidy({ ...common, ...fields }) as LogFields,
      };
      const timestamp = new Date(now()).toISOString();
      sink(format === "json" ? jsonLine(timestamp, line) : textLine(timestamp, line));
    } catch {
      // A log that cannot be written must not stop a fence; there is nobody left to tell.
    }
  }
  return {
    debug: (message, fields) => write("DEBUG", message, fields),
    info: (message, fields) => write("INFO", message, fields),
    warning: (message, fields) => write("WARNING", message, fields),
    error: (message, fields) => write("ERROR", message, fields),
    with: (fields) => createLog({ ...options, fields: { ...common, ...fields } }),
  };
}

interface Line {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

/** Our three keys come first and win; a field of the same name is kept under `name_`. */
function jsonLine(timestamp: string, { level, message, fields }: Line): string {
  const line: Record<string, unknown> = { timestamp, level, message };
  for (const [name, value] of Object.entries(fields)) {
    line[Object.hasOwn(line, name) ? `${name}_` : name] = value;
  }
  return JSON.stringify(line);
}

function textLine(timestamp: string, { level, message, fields }: Line): string {
  const pairs = Object.entries(fields).filter(([, value]) => value !== undefined).map((pair) => {
    const text = typeof pair[1] === "string" ? pair[1] : JSON.stringify(pair[1]);
    return `  ${pair[0]}=${/[\s"=]/.test(text) ? JSON.stringify(text) : text}`;
  });
  return `${timestamp} ${level.padEnd(7)} ${message}${pairs.join("")}`;
}

/** An error and its causes in one short line: `Cannot read x: connection refused`. */
export function errorText(error: unknown): string {
  const parts: string[] = [];
  let cause = error;
  for (let depth = 0; depth < CAUSES_MAX && cause !== undefined && cause !== null; depth++) {
    const text = oneLine(cause instanceof Error ? (cause.message || cause.name) : cause);
    if (parts.at(-1)?.includes(text) !== true) parts.push(text);
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return short(parts.length === 0 ? String(error) : parts.join(": "));
}

function oneLine(value: unknown): string {
  let text: string;
  try {
    text = typeof value === "string"
      ? value
      : value instanceof Object
      ? JSON.stringify(value)
      : String(value);
  } catch {
    text = "[unprintable]"; // a circular object, or one whose toJSON throws
  }
  return (text ?? "[unprintable]").replaceAll(/\s*\n\s*/g, " ").trim();
}

/** A copy that JSON.stringify takes: bounded in depth, breadth and length, without cycles. */
function tidy(value: unknown, depth = 0): unknown {
  try {
    switch (typeof value) {
      case "string":
        return short(value);
      case "bigint":
        return String(value);
      case "function":
      case "symbol":
        return `[${typeof value}]`;
      case "object":
        return value === null ? null : tidyObject(value, depth);
      default:
        return value;
    }
  } catch {
    return "[unprintable]"; // a getter or a proxy that throws
  }
}

function tidyObject(value: object, depth: number): unknown {
  if (value instanceof Error) return errorText(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    return `[${value.byteLength} bytes]`;
  }
  if (depth >= DEPTH_MAX) return "[…]";
  if (Array.isArray(value)) return value.slice(0, ITEMS_MAX).map((item) => tidy(item, depth + 1));
  const entries = Object.keys(value).slice(0, ITEMS_MAX).map((name) =>
    [name, tidy((value as Record<string, unknown>)[name], depth + 1)] as const
  );
  return Object.fromEntries(entries);
}

function short(text: string): string {
  return text.length <= TEXT_LENGTH_MAX ? text : `${text.slice(0, TEXT_LENGTH_MAX)}…`;
}

/** Standard output, for both isolates. A reader that went away or a full pipe costs the line. */
export function writeToStdout(line: string): void {
  try {
    let bytes = new TextEncoder().encode(`${line}\n`);
    while (bytes.length > 0) bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
  } catch {
    // Nobody reads our output any more: forging and fencing go on without it.
  }
}
