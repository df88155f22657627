// Owns scraping /metrics for the benchmark: what it says of requests, and how long one takes.
// Never through `fetch` where time counts: that measures the client.

/** API requests by verb, over all resources and codes. */
export async function requestCounts(url: string): Promise<Readonly<Record<string, number>>> {
  const text = await (await fetch(url)).text();
  const counts: Record<string, number> = {};
  const line = /^cardano_forge_manager_api_requests_total\{verb="(\w+)"[^}]*\} (\d+)$/gm;
  for (const [, verb = "", count] of text.matchAll(line)) {
    counts[verb] = (counts[verb] ?? 0) + Number(count);
  }
  return counts;
}

/** Milliseconds of each scrape, one after the other on one connection. */
export async function scrapeMs(port: number, count: number): Promise<readonly number[]> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  connection.setNoDelay(true);
  const request = new TextEncoder().encode("GET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\n");
  const buffer = new Uint8Array(256 * 1024);
  const took: number[] = [];
  for (let i = 0; i < count; i++) {
    const begunMs = performance.now();
    await connection.write(request);
    await readAnswer(connection, buffer);
    took.push(performance.now() - begunMs);
  }
  return took;
}

async function readAnswer(connection: Deno.Conn, buffer: Uint8Array): Promise<void> {
  let length = 0;
  let end = Infinity;
  while (length < end) {
    const count = await connection.read(buffer.subarray(length));
    if (count === null) throw new Error("Cannot scrape: the connection ended");
    length += count;
    if (end < Infinity) continue;
    const head = new TextDecoder().decode(buffer.subarray(0, Math.min(length, 2_048)));
    const body = head.indexOf("\r\n\r\n") + 4;
    if (body < 4) continue;
    if (!head.startsWith("HTTP/1.1 200 ")) throw new Error(`Cannot scrape: ${head.slice(0, 40)}`);
    end = body + Number(/^content-length: (\d+)$/im.exec(head)?.[1]);
  }
}
