// Owns one watch: an answer of JSON lines that follows the store until its time is over.
// Never buffers without a bound: a reader that does not read is cut off.

import { statusBody } from "./failure.ts";
import { apiVersionOf, collectionOf, type Resource } from "./resources.ts";
import type { Selects } from "./selector.ts";
import type { Change, Store, StoredObject } from "./store.ts";

export interface WatchOptions {
  readonly resource: Resource;
  /** Undefined: all namespaces. */
  readonly namespace: string | undefined;
  readonly selects: Selects;
  /** Undefined or 0: begins with all that exists, as ADDED. */
  readonly fromRevision: number | undefined;
  readonly allowBookmarks: boolean;
  readonly timeoutSeconds: number | undefined;
}

const LONGEST_MS = 1_800_000;
const BOOKMARK_EVERY_MS = 60_000;
const BOOKMARK_BEFORE_END_MS = 2_000;
const UNREAD_LINES_LIMIT = 10_000;

export class Watches {
  readonly #store: Store;
  readonly #endings = new Set<() => void>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Ends every watch, as a server does that shuts down. */
  endAll(): void {
    for (const end of [...this.#endings]) end();
  }

  open(options: WatchOptions): ReadableStream<Uint8Array> {
    let end = () => {};
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        end = this.#follow(options, controller);
      },
      cancel: () => end(),
    }, { highWaterMark: UNREAD_LINES_LIMIT });
  }

  #follow(
    options: WatchOptions,
    controller: ReadableStreamDefaultController<Uint8Array>,
  ): () => void {
    const store = this.#store;
    const collection = collectionOf(options.resource);
    const encoder = new TextEncoder();
    const timers: ReturnType<typeof setTimeout>[] = [];
    let unsubscribe = () => {};
    let toldRevision = options.fromRevision ?? store.revision;
    let ended = false;

    const end = () => {
      if (ended) return;
      ended = true;
      unsubscribe();
      this.#endings.delete(end);
      for (const timer of timers) clearTimeout(timer);
      try {
        controller.close();
      } catch {
        // The reader cancelled: the stream is closed already.
      }
    };
    const send = (type: string, object: unknown) => {
      if (ended) return;
      controller.enqueue(encoder.encode(`${JSON.stringify({ type, object })}\n`));
      if ((controller.desiredSize ?? 0) <= 0) end();
    };
    const sendChange = (change: Change) => {
      const { metadata } = change.object;
      const inNamespace = (options.namespace ?? metadata.namespace) === metadata.namespace;
      if (change.collection !== collection || !inNamespace) return;
      if (change.revision <= toldRevision) return;
      const event = eventOf(change, options.selects);
      if (event === undefined) return;
      toldRevision = change.revision;
      send(event.type, event.object);
    };
    const sendBookmark = () => {
      if (store.revision <= toldRevision) return;
      toldRevision = store.revision;
      send("BOOKMARK", {
        kind: options.resource.kind,
        apiVersion: apiVersionOf(options.resource),
        metadata: { resourceVersion: String(toldRevision) },
        ...(options.resource.kind === "Lease" ? { spec: {} } : {}),
      });
    };

    this.#endings.add(end);
    if (options.fromRevision === undefined || options.fromRevision === 0) {
      toldRevision = store.revision;
      for (const object of store.list(collection, options.namespace).filter(options.selects)) {
        send("ADDED", object);
      }
    } else {
      const changes = store.changesAfter(options.fromRevision, collection);
      if (changes === undefined) {
        const message =
          `too old resource version: ${options.fromRevision} (${store.compactedRevision})`;
        send("ERROR", statusBody({ code: 410, reason: "Expired", message }));
        end();
        return end;
      }
      changes.forEach(sendChange);
    }
    unsubscribe = store.subscribe(sendChange);

    const lifeMs = Math.min((options.timeoutSeconds || Infinity) * 1000, LONGEST_MS);
    timers.push(setTimeout(end, lifeMs));
    if (options.allowBookmarks) {
      for (let atMs = BOOKMARK_EVERY_MS; atMs < lifeMs; atMs += BOOKMARK_EVERY_MS) {
        timers.push(setTimeout(sendBookmark, atMs));
      }
      if (lifeMs > BOOKMARK_BEFORE_END_MS) {
        timers.push(setTimeout(sendBookmark, lifeMs - BOOKMARK_BEFORE_END_MS));
      }
    }
    return end;
  }
}

/**
 * What a change is to whoever sees the selected objects only: one that stops matching is gone, told
 * as it was last seen but for its resourceVersion; one that begins to match is new.
 */
function eventOf(
  { type, object, previous }: Change,
  selects: Selects,
): { readonly type: Change["type"]; readonly object: StoredObject } | undefined {
  const isSelected = type !== "DELETED" && selects(object);
  if (previous === undefined || !selects(previous)) {
    return isSelected ? { type: "ADDED", object } : undefined;
  }
  if (isSelected) return { type: "MODIFIED", object };
  const { resourceVersion } = object.metadata;
  return {
    type: "DELETED",
    object: { ...previous, metadata: { ...previous.metadata, resourceVersion } },
  };
}
