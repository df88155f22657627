// Owns what a request to the API is made of and what its answers are.
// Never sends one.

/** Verbs as RBAC and the metrics name them. Each implies its HTTP method. */
export type ApiVerb = "get" | "list" | "watch" | "create" | "update" | "patch" | "delete";

export const METHODS: Readonly<Record<ApiVerb, string>> = {
  get: "GET",
  list: "GET",
  watch: "GET",
  create: "POST",
  update: "PUT",
  patch: "PATCH",
  delete: "DELETE",
};

/** How long a request may take, and who may end it earlier. */
export interface RequestLimits {
  /** For everything together: credentials, a second try after a 401, and reading the answer. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface ApiRequest extends RequestLimits {
  readonly verb: ApiVerb;
  /** Path below the server, without a query. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** application/json where there is a body and nothing is said. */
  readonly contentType?: string;
}

export interface ApiAnswer {
  readonly kind: "ok";
  readonly status: number;
  readonly body: unknown;
}

/** An answer that goes on. The caller calls `cancel` when it is done with it, also after its end. */
export interface ApiStream {
  readonly kind: "stream";
  readonly body: ReadableStream<Uint8Array>;
  cancel(): void;
}

/** One HTTP exchange, for metrics. `code` is the HTTP status, or the kind of failure without one. */
export interface RequestRecord {
  readonly verb: ApiVerb;
  /** Plural with subresource, for example cardanoleaders/status. */
  readonly resource: string;
  readonly code: string;
  /** Until the whole answer was there; for a watch, until it began. */
  readonly ms: number;
}
