// Owns one plain HTTP GET to a server of this pod, by a connection of its own.
// Never follows redirects, uses a proxy from the environment, or keeps a connection: not `fetch`.

export type HttpAnswer =
  | { readonly kind: "answered"; readonly status: number; readonly body: string }
  | { readonly kind: "failed"; readonly message: string };

export interface GetOptions {
  readonly timeoutMs: number;
  /** Larger answers, headers included, fail. */
  readonly maxBytes: number;
}

/** By hand, since `fetch` obeys HTTP_PROXY also for 127.0.0.1. Never throws; ends within `timeoutMs`. */
export async function httpGet(url: string, options: GetOptions): Promise<HttpAnswer> {
  const target = URL.parse(url);
  if (target === null || target.protocol !== "http:") {
    return failed(url, "only http:// addresses can be read");
  }
  const deadline = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => deadline.resolve(undefined), options.timeoutMs);
  const abort = new AbortController();
  try {
    const exchange = exchangeOnce(target, { ...options, signal: abort.signal });
    const bytes = await Promise.race([exchange, deadline.promise]);
    abort.abort();
    if (bytes === undefined) {
      await exchange.catch(() => {}); // its connection is closed now, which is all it can say
      return failed(url, `no complete answer within ${options.timeoutMs} ms`);
    }
    return parseHttpAnswer(bytes) ?? failed(url, "the answer is not HTTP");
  } catch (error) {
    return failed(url, error instanceof Error ? error.message : String(error));
  } finally {
    clearTimeout(timer);
  }
}

async function exchangeOnce(
  target: URL,
  { maxBytes, signal }: { readonly maxBytes: number; readonly signal: AbortSignal },
): Promise<Uint8Array> {
  const connection = await Deno.connect({
    hostname: target.hostname.replace(/^\[|\]$/g, ""),
    port: Number(target.port || "80"),
    signal,
  });
  const close = () => {
    try {
      connection.close();
    } catch {
      // Closed already: reading ended and the deadline passed at the same time.
    }
  };
  try {
    signal.throwIfAborted();
    signal.addEventListener("abort", close, { once: true });
    const request = `GET ${target.pathname}${target.search} HTTP/1.1\r\nHost: ${target.host}\r\n` +
      "Accept: text/plain, */*\r\nUser-Agent: cardano-forge-manager\r\nConnection: close\r\n\r\n";
    await writeAll(connection, new TextEncoder().encode(request));
    return await readAnswer(connection, maxBytes);
  } finally {
    signal.removeEventListener("abort", close);
    close();
  }
}

async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
}

/** Reads to the end of the stream, or of the announced length where the server stays connected. */
async function readAnswer(connection: Deno.Conn, maxBytes: number): Promise<Uint8Array> {
  const chunk = new Uint8Array(16 * 1024);
  let all = new Uint8Array(0);
  let expected = Infinity;
  while (all.length < expected) {
    const count = await connection.read(chunk);
    if (count === null) break;
    if (all.length + count > maxBytes) {
      throw new Error(`the answer is longer than ${maxBytes} bytes`);
    }
    const grown = new Uint8Array(all.length + count);
    grown.set(all);
    grown.set(chunk.subarray(0, count), all.length);
    all = grown;
    if (expected === Infinity) expected = announcedLength(all) ?? Infinity;
  }
  if (expected !== Infinity && all.length < expected) throw new Error("the answer was cut short");
  return all;
}

function announcedLength(bytes: Uint8Array): number | undefined {
  const head = splitHead(bytes);
  const length = /\r\ncontent-length:[ \t]*(\d{1,9})[ \t]*\r\n/i.exec((head?.head ?? "") + "\r\n");
  return head === undefined || length === null ? undefined : head.bodyAt + Number(length[1]);
}

function splitHead(bytes: Uint8Array): { head: string; bodyAt: number } | undefined {
  for (let i = 0; i + 3 < bytes.length; i++) {
    if (bytes[i] === 13 && bytes[i + 1] === 10 && bytes[i + 2] === 13 && bytes[i + 3] === 10) {
      return { head: new TextDecoder().decode(bytes.subarray(0, i)), bodyAt: i + 4 };
    }
  }
  return undefined;
}

/** Status and body of a complete answer; undefined when it is not HTTP/1 or breaks its chunks. */
export function parseHttpAnswer(bytes: Uint8Array): HttpAnswer | undefined {
  const split = splitHead(bytes);
  const status = /^HTTP\/1\.[01] (\d{3})\b/.exec(split?.head ?? "");
  if (split === undefined || status === null) return undefined;
  const raw = bytes.subarray(split.bodyAt);
  const body = /\r\ntransfer-encoding:[ \t]*chunked/i.test(split.head) ? joinChunks(raw) : raw;
  if (body === undefined) return undefined;
  return { kind: "answered", status: Number(status[1]), body: new TextDecoder().decode(body) };
}

function joinChunks(raw: Uint8Array): Uint8Array | undefined {
  const parts: number[] = [];
  for (let at = 0;;) {
    const lineEnd = raw.indexOf(10, at);
    if (lineEnd < 0) return undefined;
    const size = /^([0-9a-fA-F]{1,7})\s*(;.*)?$/.exec(
      new TextDecoder().decode(raw.subarray(at, lineEnd)).trimEnd(),
    );
    if (size === null) return undefined;
    const length = Number.parseInt(size[1] ?? "", 16);
    if (length === 0) return Uint8Array.from(parts);
    const start = lineEnd + 1;
    if (start + length + 2 > raw.length) return undefined;
    for (let i = start; i < start + length; i++) parts.push(raw[i] ?? 0);
    at = start + length + 2;
  }
}

function failed(url: string, found: string): HttpAnswer {
  return { kind: "failed", message: `Cannot read ${url}: ${found}` };
}
