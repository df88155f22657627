// Owns the lines of one watch stream: from bytes to events.
// Never reconnects.

import { assertNever } from "../core/assert_never.ts";
import { failureOfStatusObject, malformed, type RequestFailure } from "./failure.ts";
import { isNonEmptyString, isObject, type JsonObject } from "./json_shape.ts";

/** Far more than any object we watch; a stream that sends more without a line end is broken. */
const MAX_LINE_LENGTH = 4 * 1024 * 1024;
const TYPE_LENGTH_MAX = 40;

export type WatchEvent =
  | {
    readonly kind: "object";
    readonly isDeleted: boolean;
    readonly object: JsonObject;
    readonly resourceVersion: string;
  }
  | { readonly kind: "bookmark"; readonly resourceVersion: string }
  | RequestFailure;

/** How a stream ended, when no event said it. */
export type StreamEnd =
  | { readonly kind: "ended" }
  /** Nothing came for `silenceMs`. */
  | { readonly kind: "silent" }
  | { readonly kind: "broken"; readonly message: string }
  /** Its last line is not whole. */
  | { readonly kind: "half_written" };

/** What one line says. `what` is for messages. */
export function parseWatchLine(what: string, line: string): WatchEvent {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return malformed(what, "not JSON");
  }
  if (!isObject(value) || !isObject(value.object)) return malformed(what, "no watch event");
  const { type, object } = value;
  if (type === "ERROR") return failureOfStatusObject(what, object);
  const resourceVersion = isObject(object.metadata) ? object.metadata.resourceVersion : undefined;
  if (!isNonEmptyString(resourceVersion)) {
    return malformed(what, "an event without resourceVersion");
  }
  switch (type) {
    case "ADDED":
    case "MODIFIED":
      return { kind: "object", isDeleted: false, object, resourceVersion };
    case "DELETED":
      return { kind: "object", isDeleted: true, object, resourceVersion };
    case "BOOKMARK":
      return { kind: "bookmark", resourceVersion };
    default:
      return malformed(what, `an event of unknown type ${named(type)}`);
  }
}

/** Short whatever it is: it goes into a message. */
function named(type: unknown): string {
  return typeof type === "string" ? JSON.stringify(type.slice(0, TYPE_LENGTH_MAX)) : typeof type;
}

/** Undefined for an end as a server makes it, after which the next watch goes on. */
export function failureOfEnd(what: string, end: StreamEnd): RequestFailure | undefined {
  switch (end.kind) {
    case "ended":
      return undefined;
    case "silent":
      return { kind: "timed_out", message: `Cannot ${what}: the stream fell silent` };
    case "broken":
      return { kind: "unreachable", message: `Cannot ${what}: ${end.message}` };
    case "half_written":
      return malformed(what, "broken off inside an event");
    default:
      return assertNever(end);
  }
}

export interface ReadLinesOptions {
  /** Longest time without a byte. */
  readonly silenceMs: number;
  /** Answers false to stop reading. */
  readonly onLine: (line: string) => boolean;
}

/** Reads whole lines until the stream ends, breaks or falls silent, or `onLine` has enough. */
export async function readLines(
  body: ReadableStream<Uint8Array>,
  { silenceMs, onLine }: ReadLinesOptions,
): Promise<StreamEnd> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    while (true) {
      const chunk = await readChunk(reader, silenceMs);
      if (chunk.kind !== "bytes") {
        rest += decoder.decode(); // what a character cut in two has left
        const isWhole = rest.trim() === "" || chunk.kind === "silent";
        return isWhole ? chunk : { kind: "half_written" };
      }
      const lines = (rest + decoder.decode(chunk.bytes, { stream: true })).split("\n");
      rest = lines.pop()!;
      for (const line of lines) {
        if (line.trim() !== "" && !onLine(line)) return { kind: "ended" };
      }
      if (rest.length > MAX_LINE_LENGTH) return { kind: "half_written" };
    }
  } finally {
    reader.cancel().catch(() => {}); // it may be broken already, which the return value says
  }
}

type Chunk =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | Exclude<StreamEnd, { kind: "half_written" }>;

async function readChunk(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  silenceMs: number,
): Promise<Chunk> {
  const reading: Promise<Chunk> = reader.read().then(
    ({ done, value }) => done ? { kind: "ended" } : { kind: "bytes", bytes: value },
    (error) => ({
      kind: "broken",
      message: error instanceof Error ? error.message : String(error),
    }),
  );
  const silence = Promise.withResolvers<Chunk>();
  const timer = setTimeout(() => silence.resolve({ kind: "silent" }), silenceMs);
  try {
    return await Promise.race([reading, silence.promise]);
  } finally {
    clearTimeout(timer);
  }
}
