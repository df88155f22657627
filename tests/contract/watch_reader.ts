// Owns reading a watch in tests, one event at a time.
// Never waits without an end: a watch is opened with a time-out of its own.

import type { Json } from "../support/api_request.ts";
import type { Target } from "./target.ts";

export interface WatchReader extends AsyncDisposable {
  readonly status: number;
  readonly contentType: string | null;
  /** The next event, or undefined once the watch has ended. */
  next(): Promise<Json>;
}

const WATCH_SECONDS = 20;

export async function openWatch(
  target: Target,
  path: string,
  parameters: Readonly<Record<string, string>> = {},
): Promise<WatchReader> {
  const query = new URLSearchParams({
    watch: "1",
    timeoutSeconds: String(WATCH_SECONDS),
    ...parameters,
  });
  const response = await target.fetch(`${path}?${query}`);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = "";
  return {
    status: response.status,
    contentType: response.headers.get("content-type"),
    async next() {
      while (!buffer.includes("\n")) {
        const { value, done } = await reader.read();
        if (done) return undefined;
        buffer += value;
      }
      const end = buffer.indexOf("\n");
      const line = buffer.slice(0, end);
      buffer = buffer.slice(end + 1);
      return JSON.parse(line);
    },
    [Symbol.asyncDispose]: () => reader.cancel(),
  };
}
