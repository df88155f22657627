// Owns following one object: a list, then watches that continue each other, for as long as asked.
// Never sends anything while a watch is open.

import { assertNever } from "../core/assert_never.ts";
import type { ApiStream, RequestLimits } from "./api_request.ts";
import { backoffMs, retryInMs } from "./backoff.ts";
import type { ApiClient } from "./client.ts";
import { malformed, type RequestFailure } from "./failure.ts";
import { isNonEmptyString, isObject } from "./json_shape.ts";
import { describePath } from "./resource_path.ts";
import { parseWatchLine, readLines, type StreamEnd } from "./watch_stream.ts";

/** Between bookmarks of an API server lies about a minute: two missing ones mean a dead connection. */
const SILENCE_MS = 150_000;
const MIN_TIMEOUT_SECONDS = 240;
const MAX_TIMEOUT_SECONDS = 480;
/** A watch that opens ends an outage: from there on waits are short again, but not nothing. */
const MAX_ATTEMPT_ONCE_OPEN = 2;

export type WatchReport<T> =
  /** How the object is now; undefined when there is none. The same state may come twice. */
  | { readonly kind: "seen"; readonly object: T | undefined }
  /** A watch is open: from here on silence means that nothing changes. */
  | { readonly kind: "connected" }
  | { readonly kind: "failed"; readonly failure: RequestFailure; readonly retryInMs: number };

export interface WatchOptions<T> {
  readonly client: ApiClient;
  /** Of the collection. */
  readonly path: string;
  readonly name: string;
  /** Undefined when it is not the object it should be. */
  readonly parse: (value: unknown) => T | undefined;
  readonly onReport: (report: WatchReport<T>) => void;
  /** For a list, and for the beginning of a watch. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly silenceMs?: number;
  /** In [0, 1). */
  readonly random: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Resolves when the signal ends it, and not before. */
export async function watchObject<T>(options: WatchOptions<T>): Promise<void> {
  await new ObjectWatch(options).run();
}

/** "listed" and "ended" are no failures: go on with a watch from where that left off. */
type Round = { readonly kind: "listed" | "ended" } | RequestFailure;

class ObjectWatch<T> {
  readonly #options: WatchOptions<T>;
  readonly #what: string;
  /** Where the next watch begins; undefined when only a list can tell. */
  #resourceVersion: string | undefined;
  /** Tries since a watch last brought something. */
  #attempt = 0;

  constructor(options: WatchOptions<T>) {
    this.#options = options;
    this.#what = `watch ${describePath(options.path).subject}/${options.name}`;
  }

  async run(): Promise<void> {
    const { signal, sleep } = this.#options;
    while (!signal.aborted) {
      const round = this.#resourceVersion === undefined
        ? await this.#list()
        : await this.#watch(this.#resourceVersion);
      if (signal.aborted) return;
      const waitMs = this.#conclude(round);
      if (waitMs > 0) await sleep(waitMs, signal);
    }
  }

  /** Answers how long to wait before the next round. */
  #conclude(round: Round): number {
    const { random, onReport } = this.#options;
    switch (round.kind) {
      case "listed":
        return 0;
      case "ended": // at once, unless it brought nothing: a server may end every watch as it begins
        return this.#attempt++ === 0 ? 0 : backoffMs(this.#attempt - 2, random());
      default: {
        // Whatever it was: a list costs little and finds what was missed, also after a restored
        // store, whose resourceVersions begin lower than the one we have.
        this.#resourceVersion = undefined;
        const isRoutine = round.kind === "gone" && this.#attempt === 0;
        const retry = { attempt: this.#attempt++, random: random() };
        const waitMs = isRoutine ? 0 : retryInMs(round, retry);
        onReport({ kind: "failed", failure: round, retryInMs: waitMs });
        return waitMs;
      }
    }
  }

  async #list(): Promise<Round> {
    const { client, path, name, parse, onReport } = this.#options;
    const query = { fieldSelector: `metadata.name=${name}` };
    const answer = await client.request({ verb: "list", path, query, ...this.#limits() });
    if (answer.kind !== "ok") return answer;
    const { body } = answer;
    const version = isObject(body) && isObject(body.metadata) && body.metadata.resourceVersion;
    if (!isObject(body) || !Array.isArray(body.items) || !isNonEmptyString(version)) {
      return malformed(this.#what, "not a list");
    }
    const item = body.items.find((value) => nameOf(value) === name);
    const object = item === undefined ? undefined : parse(item);
    if (item !== undefined && object === undefined) return malformed(this.#what, "not that object");
    this.#resourceVersion = version;
    onReport({ kind: "seen", object });
    return { kind: "listed" };
  }

  async #watch(resourceVersion: string): Promise<Round> {
    const { client, path, name, random, signal, onReport } = this.#options;
    const spread = MAX_TIMEOUT_SECONDS - MIN_TIMEOUT_SECONDS + 1;
    const opened = await client.stream({
      verb: "watch",
      path,
      query: {
        watch: "true",
        allowWatchBookmarks: "true",
        fieldSelector: `metadata.name=${name}`,
        resourceVersion,
        // Random, so that replicas which began together do not reconnect together.
        timeoutSeconds: String(MIN_TIMEOUT_SECONDS + Math.floor(random() * spread)),
      },
      ...this.#limits(),
    });
    if (opened.kind !== "stream") return opened;
    signal.addEventListener("abort", opened.cancel);
    try {
      this.#attempt = Math.min(this.#attempt, MAX_ATTEMPT_ONCE_OPEN);
      onReport({ kind: "connected" });
      return await this.#follow(opened);
    } finally {
      signal.removeEventListener("abort", opened.cancel);
      opened.cancel();
    }
  }

  async #follow(stream: ApiStream): Promise<Round> {
    let failure: RequestFailure | undefined;
    const end = await readLines(stream.body, {
      silenceMs: this.#options.silenceMs ?? SILENCE_MS,
      onLine: (line) => {
        failure = this.#take(line);
        return failure === undefined && !this.#options.signal.aborted;
      },
    });
    return failure ?? this.#judgeEnd(end);
  }

  /** Handles one line; answers what is wrong with it. */
  #take(line: string): RequestFailure | undefined {
    const { name, parse, onReport } = this.#options;
    const event = parseWatchLine(this.#what, line);
    if (event.kind !== "object" && event.kind !== "bookmark") return event;
    if (event.kind === "object" && nameOf(event.object) === name) {
      const object = event.isDeleted ? undefined : parse(event.object);
      if (!event.isDeleted && object === undefined) return malformed(this.#what, "not that object");
      onReport({ kind: "seen", object });
    }
    this.#resourceVersion = event.resourceVersion;
    this.#attempt = 0;
    return undefined;
  }

  #judgeEnd(end: StreamEnd): Round {
    switch (end.kind) {
      case "ended":
        return { kind: "ended" };
      case "silent":
        return { kind: "timed_out", message: `Cannot ${this.#what}: the stream fell silent` };
      case "broken":
        return { kind: "unreachable", message: `Cannot ${this.#what}: ${end.message}` };
      case "half_written":
        return malformed(this.#what, "broken off inside an event");
      default:
        return assertNever(end);
    }
  }

  #limits(): RequestLimits {
    return { timeoutMs: this.#options.timeoutMs, signal: this.#options.signal };
  }
}

function nameOf(value: unknown): unknown {
  return isObject(value) && isObject(value.metadata) ? value.metadata.name : undefined;
}
