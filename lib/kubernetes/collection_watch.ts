// Owns following the objects of one collection: a list, then watches that continue each other.
// Never sends anything while a watch is open, and never keeps the objects.

import type { ApiStream, RequestLimits } from "./api_request.ts";
import { backoffMs, retryInMs } from "./backoff.ts";
import type { ApiClient } from "./client.ts";
import { malformed, type RequestFailure } from "./failure.ts";
import { isNonEmptyString, isObject } from "./json_shape.ts";
import { describePath } from "./resource_path.ts";
import { failureOfEnd, parseWatchLine, readLines } from "./watch_stream.ts";

/** Between bookmarks of an API server lies about a minute: two missing ones mean a dead connection. */
const SILENCE_MS = 150_000;
const MIN_TIMEOUT_SECONDS = 240;
const MAX_TIMEOUT_SECONDS = 480;
/** A watch that opens ends an outage: from there on waits are short again, but not nothing. */
const MAX_ATTEMPT_ONCE_OPEN = 2;

export type CollectionReport<T> =
  /** All that there are: whatever was seen before and is not among them is gone. */
  | { readonly kind: "listed"; readonly objects: readonly T[] }
  /** How one is now. The same state may come twice. */
  | { readonly kind: "upserted"; readonly object: T }
  /** Gone, or not selected any more. */
  | { readonly kind: "deleted"; readonly name: string }
  /** A watch is open: from here on silence means that nothing changes. */
  | { readonly kind: "connected" }
  | { readonly kind: "failed"; readonly failure: RequestFailure; readonly retryInMs: number };

/** Which objects of the collection are meant; the server leaves the others out. */
export interface Selector {
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
}

export interface CollectionWatchOptions<T> {
  readonly client: ApiClient;
  /** Of the collection. */
  readonly path: string;
  readonly selector: Selector;
  /** What is followed, for messages; by default the collection. */
  readonly subject?: string;
  /** Whether an object of this name is wanted at all, where the selector may be taken lightly. */
  readonly selects?: (name: string) => boolean;
  /** Undefined when it is not the object it should be: then all is listed anew. */
  readonly parse: (value: unknown) => T | undefined;
  readonly onReport: (report: CollectionReport<T>) => void;
  /** For a list, and for the beginning of a watch. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly silenceMs?: number;
  /** In [0, 1). */
  readonly random: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Resolves when the signal ends it, and not before. */
export async function watchObjects<T>(options: CollectionWatchOptions<T>): Promise<void> {
  await new CollectionWatch(options).run();
}

/** "listed" and "ended" are no failures: go on with a watch from where that left off. */
type Round = { readonly kind: "listed" | "ended" } | RequestFailure;

class CollectionWatch<T> {
  readonly #options: CollectionWatchOptions<T>;
  readonly #what: string;
  /** Where the next watch begins; undefined when only a list can tell. */
  #resourceVersion: string | undefined;
  /** Tries since a watch last brought something. */
  #attempt = 0;

  constructor(options: CollectionWatchOptions<T>) {
    this.#options = options;
    this.#what = `watch ${options.subject ?? describePath(options.path).subject}`;
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
    const { client, path, selector, parse, onReport } = this.#options;
    const query = { ...selector };
    const answer = await client.request({ verb: "list", path, query, ...this.#limits() });
    if (answer.kind !== "ok") return answer;
    const { body } = answer;
    const version = isObject(body) && isObject(body.metadata) && body.metadata.resourceVersion;
    if (!isObject(body) || !Array.isArray(body.items) || !isNonEmptyString(version)) {
      return malformed(this.#what, "not a list");
    }
    const objects: T[] = [];
    for (const item of body.items) {
      if (!this.#isWanted(item)) continue;
      const object = parse(item);
      if (object === undefined) return malformed(this.#what, "not that object");
      objects.push(object);
    }
    this.#resourceVersion = version;
    onReport({ kind: "listed", objects });
    return { kind: "listed" };
  }

  async #watch(resourceVersion: string): Promise<Round> {
    const { client, path, selector, random, signal, onReport } = this.#options;
    const spread = MAX_TIMEOUT_SECONDS - MIN_TIMEOUT_SECONDS + 1;
    const opened = await client.stream({
      verb: "watch",
      path,
      query: {
        watch: "true",
        allowWatchBookmarks: "true",
        ...selector,
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
    return failure ?? failureOfEnd(this.#what, end) ?? { kind: "ended" };
  }

  /** Handles one line; answers what is wrong with it. */
  #take(line: string): RequestFailure | undefined {
    const { onReport } = this.#options;
    const event = parseWatchLine(this.#what, line);
    if (event.kind !== "object" && event.kind !== "bookmark") return event;
    if (event.kind === "object" && this.#isWanted(event.object)) {
      const report = event.isDeleted ? deletion(event.object) : this.#upsert(event.object);
      if (report === undefined) return malformed(this.#what, "not that object");
      onReport(report);
    }
    this.#resourceVersion = event.resourceVersion;
    this.#attempt = 0;
    return undefined;
  }

  #upsert(value: unknown): CollectionReport<T> | undefined {
    const object = this.#options.parse(value);
    return object === undefined ? undefined : { kind: "upserted", object };
  }

  #isWanted(value: unknown): boolean {
    const name = nameOf(value);
    // One without a name goes to `parse`, which refuses it.
    return name === undefined || (this.#options.selects?.(name) ?? true);
  }

  #limits(): RequestLimits {
    return { timeoutMs: this.#options.timeoutMs, signal: this.#options.signal };
  }
}

/** Whatever was deleted need not be well formed, but for its name. */
function deletion(value: unknown): CollectionReport<never> | undefined {
  const name = nameOf(value);
  return name === undefined ? undefined : { kind: "deleted", name };
}

function nameOf(value: unknown): string | undefined {
  const name = isObject(value) && isObject(value.metadata) ? value.metadata.name : undefined;
  return isNonEmptyString(name) ? name : undefined;
}
