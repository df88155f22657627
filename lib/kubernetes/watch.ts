// Owns following one object by a watch of its collection.
// Never tells of any other.

import { assertNever } from "../core/assert_never.ts";
import { type CollectionWatchOptions, watchObjects } from "./collection_watch.ts";
import type { RequestFailure } from "./failure.ts";
import { describePath } from "./resource_path.ts";

export type WatchReport<T> =
  /** How the object is now; undefined when there is none. The same state may come twice. */
  | { readonly kind: "seen"; readonly object: T | undefined }
  /** A watch is open: from here on silence means that nothing changes. */
  | { readonly kind: "connected" }
  | { readonly kind: "failed"; readonly failure: RequestFailure; readonly retryInMs: number };

export interface WatchOptions<T>
  extends Omit<CollectionWatchOptions<T>, "selector" | "subject" | "selects" | "onReport"> {
  readonly name: string;
  readonly onReport: (report: WatchReport<T>) => void;
}

/** Resolves when the signal ends it, and not before. */
export async function watchObject<T>(options: WatchOptions<T>): Promise<void> {
  const { name, onReport, ...rest } = options;
  await watchObjects<T>({
    ...rest,
    selector: { fieldSelector: `metadata.name=${name}` },
    subject: `${describePath(options.path).subject}/${name}`,
    selects: (found) => found === name,
    onReport: (report) => {
      switch (report.kind) {
        case "listed":
          return onReport({ kind: "seen", object: report.objects[0] });
        case "upserted":
          return onReport({ kind: "seen", object: report.object });
        case "deleted":
          return onReport({ kind: "seen", object: undefined });
        case "connected":
        case "failed":
          return onReport(report);
        default:
          return assertNever(report);
      }
    },
  });
}
