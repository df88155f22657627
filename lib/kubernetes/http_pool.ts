// Owns the TCP connections to one API server.
// Never lets a request use a connection that a failed one may have left behind.

import type { TlsMaterial } from "./access.ts";

/** Renewals come every few seconds; a connection idle for longer is worth less than a new one. */
const IDLE_TIMEOUT_MS = 90_000;

/**
 * HTTP/1.1 only: with HTTP/2 all requests share one connection, and giving one up does not close it.
 * A connection whose packets vanish would then swallow every later request too. With HTTP/1.1 a
 * request that is given up takes its connection with it.
 */
export function createHttpClient(tls: TlsMaterial): Deno.HttpClient {
  const { clientCertificate, proxyUrl } = tls;
  return Deno.createHttpClient({
    http2: false,
    caCerts: [...tls.caCerts],
    poolMaxIdlePerHost: 2,
    poolIdleTimeout: IDLE_TIMEOUT_MS,
    ...(clientCertificate === undefined ? {} : clientCertificate),
    ...(proxyUrl === undefined ? {} : { proxy: { url: proxyUrl } }),
  });
}

/** Connections for short requests. Watches have a client each, since they end at their own times. */
export class HttpPool {
  #client: Deno.HttpClient | undefined;
  #tls: TlsMaterial | undefined;

  /** Requests in flight on an older client go on until they end: closing ends only the idle ones. */
  use(tls: TlsMaterial): Deno.HttpClient {
    if (this.#tls !== tls) this.abandon();
    this.#tls = tls;
    this.#client ??= createHttpClient(tls);
    return this.#client;
  }

  /** After a request without an answer: its idle neighbours may be as dead as its own connection. */
  abandon(): void {
    this.#client?.close();
    this.#client = undefined;
  }
}
