// Owns what is kept of one request under way: what it is called, and how long its exchange takes.
// Never looks at what is sent.

import type { Clock } from "./access.ts";
import type { ApiRequest, RequestRecord } from "./api_request.ts";
import { describePath } from "./resource_path.ts";

export interface Trial {
  /** What is tried, for messages. */
  readonly what: string;
  /** An exchange begins. A request has two when the first is answered by 401. */
  sent(): void;
  /** It ended. Does nothing when none is under way. */
  ended(code: string): void;
}

export interface TrialOptions {
  readonly clock: Clock;
  readonly onRequest?: (record: RequestRecord) => void;
}

export function beginTrial(request: ApiRequest, { clock, onRequest }: TrialOptions): Trial {
  const { resource, subject } = describePath(request.path);
  let sentAtMs: number | undefined;
  return {
    what: `${request.verb} ${subject}`,
    sent: () => {
      sentAtMs = clock.monotonicMs();
    },
    ended: (code) => {
      if (sentAtMs === undefined) return;
      onRequest?.({ verb: request.verb, resource, code, ms: clock.monotonicMs() - sentAtMs });
      sentAtMs = undefined;
    },
  };
}
