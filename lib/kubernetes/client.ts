// Owns requests to one API server: deadline, credentials, and the kind of every answer.
// Never retries, but once after a 401 that new credentials may cure.

import type { Clock, ClusterAccess, Credentials } from "./access.ts";
import {
  type ApiAnswer,
  type ApiRequest,
  type ApiStream,
  METHODS,
  type RequestRecord,
} from "./api_request.ts";
import { withDeadline } from "./deadline.ts";
import {
  failureOfAnswer,
  failureOfError,
  malformed,
  noCredentials,
  type RequestFailure,
  timedOut,
} from "./failure.ts";
import { createHttpClient, HttpPool } from "./http_pool.ts";
import { beginTrial, type Trial } from "./request_trial.ts";

export interface ApiClientOptions {
  readonly access: ClusterAccess;
  /** cardano-forge-manager/VERSION */
  readonly userAgent: string;
  readonly clock: Clock;
  readonly onRequest?: (record: RequestRecord) => void;
}

/** What differs between a short request and a stream. */
interface Handling<T> {
  readonly connect: (credentials: Credentials) => Deno.HttpClient;
  readonly read: (response: Response, what: string) => Promise<T | RequestFailure>;
  /** Ends a stream long after the deadline for its beginning. */
  readonly ending?: AbortController;
}

export class ApiClient {
  readonly #options: ApiClientOptions;
  readonly #pool = new HttpPool();

  constructor(options: ApiClientOptions) {
    this.#options = options;
  }

  /** Base URL, for messages. */
  get server(): string {
    return this.#options.access.server;
  }

  request(request: ApiRequest): Promise<ApiAnswer | RequestFailure> {
    return this.#run(request, {
      connect: (credentials) => this.#pool.use(credentials.tls),
      read: readJson,
    });
  }

  /** Opens a stream on a connection of its own. `timeoutMs` and `signal` count until it has begun. */
  async stream(request: ApiRequest): Promise<ApiStream | RequestFailure> {
    const ending = new AbortController();
    const clients: Deno.HttpClient[] = [];
    const cancel = () => {
      ending.abort();
      for (const client of clients.splice(0)) client.close();
    };
    const result = await this.#run<ApiStream>(request, {
      connect: (credentials) => {
        const client = createHttpClient(credentials.tls);
        clients.push(client);
        return client;
      },
      read: ({ body }, what) =>
        Promise.resolve(
          body === null ? malformed(what, "empty") : { kind: "stream", body, cancel },
        ),
      ending,
    });
    if (result.kind !== "stream") cancel();
    return result;
  }

  /** Closes idle connections; requests in flight end by their own deadlines. */
  close(): void {
    this.#pool.abandon();
  }

  async #run<T>(request: ApiRequest, handling: Handling<T>): Promise<T | RequestFailure> {
    const trial = beginTrial(request, this.#options);
    const bounded = await withDeadline(request, (deadline) => {
      const signal = handling.ending === undefined ? deadline : linked(handling.ending, deadline);
      return this.#try(request, { trial, handling, signal });
    });
    if (bounded.kind === "done") return bounded.value;
    trial.ended(bounded.kind);
    if (bounded.kind === "timed_out") {
      this.#pool.abandon();
      return timedOut(trial.what, request.timeoutMs);
    }
    return { kind: "timed_out", message: `Cannot ${trial.what}: given up before an answer came` };
  }

  async #try<T>(
    request: ApiRequest,
    way: { readonly trial: Trial; readonly handling: Handling<T>; readonly signal: AbortSignal },
  ): Promise<T | RequestFailure> {
    const { access } = this.#options;
    let credentials: Credentials;
    try {
      credentials = await access.credentials({ isRejected: false });
    } catch (error) {
      return noCredentials(way.trial.what, error);
    }
    const unsendable = unsendableHeader(credentials);
    if (unsendable !== undefined) return noCredentials(way.trial.what, new Error(unsendable));
    const first = await this.#exchange(request, { ...way, credentials });
    if (!isUnauthorized(first)) return first;
    let renewed: Credentials;
    try {
      renewed = await access.credentials({ isRejected: true });
    } catch {
      return first; // that it was refused says more than that nothing newer was found
    }
    if (isSame(renewed, credentials) || unsendableHeader(renewed) !== undefined) return first;
    return await this.#exchange(request, { ...way, credentials: renewed });
  }

  async #exchange<T>(
    request: ApiRequest,
    way: {
      readonly trial: Trial;
      readonly handling: Handling<T>;
      readonly signal: AbortSignal;
      readonly credentials: Credentials;
    },
  ): Promise<T | RequestFailure> {
    const { trial, handling, signal, credentials } = way;
    signal.throwIfAborted(); // finding credentials may have outlasted the deadline
    trial.sent();
    let response: Response;
    try {
      const client = handling.connect(credentials);
      const init = { ...this.#init(request, credentials), client, signal };
      response = await fetch(this.#url(request), init as RequestInit);
    } catch (error) {
      signal.throwIfAborted();
      trial.ended("unreachable");
      this.#pool.abandon();
      return failureOfError(trial.what, error);
    }
    const { status } = response;
    try {
      const result = response.ok
        ? await handling.read(response, trial.what)
        : failureOfAnswer(trial.what, {
          status,
          text: await response.text(),
          retryAfter: response.headers.get("retry-after"),
          wallMs: this.#options.clock.wallMs(),
        });
      trial.ended(String(status));
      return result;
    } catch (error) {
      signal.throwIfAborted();
      trial.ended("malformed");
      this.#pool.abandon();
      return { ...malformed(trial.what, `broken off: ${(error as Error).message}`), status };
    }
  }

  #url(request: ApiRequest): string {
    const query = new URLSearchParams(request.query).toString();
    return `${this.server}${request.path}${query === "" ? "" : `?${query}`}`;
  }

  #init(request: ApiRequest, credentials: Credentials): RequestInit {
    const headers: Record<string, string> = {
      accept: "application/json",
      "user-agent": this.#options.userAgent,
      ...credentials.headers,
    };
    // An API server does not redirect, and whoever does must not get the token.
    const init: RequestInit = { method: METHODS[request.verb], headers, redirect: "manual" };
    if (request.body === undefined) return init;
    headers["content-type"] = request.contentType ?? "application/json";
    return { ...init, body: JSON.stringify(request.body) };
  }
}

async function readJson(response: Response, what: string): Promise<ApiAnswer | RequestFailure> {
  const text = await response.text();
  try {
    return { kind: "ok", status: response.status, body: JSON.parse(text) };
  } catch {
    return { ...malformed(what, text === "" ? "empty" : "not JSON"), status: response.status };
  }
}

function linked(ending: AbortController, deadline: AbortSignal): AbortSignal {
  deadline.addEventListener("abort", () => ending.abort(), { once: true });
  return ending.signal;
}

/**
 * What is wrong with a header that cannot be sent, such as a token with a line end inside. Asked here,
 * since the error of `fetch` quotes the header: the token would stand in log and status.
 */
function unsendableHeader({ headers }: Credentials): string | undefined {
  for (const [name, value] of Object.entries(headers)) {
    try {
      new Headers([[name, value]]);
    } catch {
      return `the value of the header "${name}" has characters that none may have`;
    }
  }
  return undefined;
}

function isUnauthorized(result: unknown): boolean {
  return (result as RequestFailure).kind === "unauthorized";
}

function isSame(a: Credentials, b: Credentials): boolean {
  return a.tls === b.tls && JSON.stringify(a.headers) === JSON.stringify(b.headers);
}
