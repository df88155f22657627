// Owns the proof that the node's metrics are read under all their names, and that odd servers do no harm.
// Never needs a node: servers here answer what the test says.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { parseHttpAnswer } from "../../../lib/guard/http_get.ts";
import { parseNodeMetrics, scrapeNode } from "../../../lib/guard/node_metrics.ts";

const P = "cardano_node_metrics_";

const CASES: readonly [text: string, gauge: number | undefined, checks: number | undefined][] = [
  [`${P}forging_enabled_int 1\n${P}Forge_about_to_lead_counter 42\n`, 1, 42],
  [`${P}forging_enabled 0\n${P}Forge_about_to_lead 42`, 0, 42],
  [`${P}forging_enabled 1\n${P}Forge_forge_about_to_lead_int 7\n`, 1, 7],
  [`# TYPE ${P}forging_enabled_int gauge\n${P}forging_enabled_int 1.0\r\n`, 1, undefined],
  [`${P}forging_enabled_int{instance="a"} 1 1700000000000\n`, 1, undefined],
  [`${P}forging_enabled_int 1e0\n`, 1, undefined],
  [`${P}forging_enabled_int 2\n`, undefined, undefined],
  [`${P}forging_enabled_int NaN\n`, undefined, undefined],
  [`${P}forging_enabled_int\n`, undefined, undefined],
  [`${P}forging_enabled_int_max 1\n`, undefined, undefined],
  [`x${P}forging_enabled_int 1\n`, undefined, undefined],
  [`# ${P}forging_enabled_int 1\n`, undefined, undefined],
  [`${P}forging_enabled_int{path="} 0 "} 1\n`, 1, undefined],
  [`${P}forging_enabled_int{path="\\"} 0 "} 1\n`, 1, undefined],
  [`${P}forging_enabled_int 0 and more\n`, undefined, undefined],
  ["", undefined, undefined],
];
for (const [text, gauge, checks] of CASES) {
  Deno.test(`parseNodeMetrics() finds ${gauge} and ${checks} in ${JSON.stringify(text)}`, () => {
    const figures = parseNodeMetrics(text);
    assertEquals([figures.forgingEnabled, figures.aboutToLead], [gauge, checks]);
  });
}

Deno.test("parseNodeMetrics() finds the tip, the KES figures and the blocks", () => {
  const { forgingEnabled: _, aboutToLead: __, ...rest } = parseNodeMetrics(
    `${P}slotNum_int 100\n${P}remainingKESPeriods_int 60\n${P}currentKESPeriod_int 2\n` +
      `${P}Forge_forged_counter 3\n`,
  );
  assertEquals(rest, { slot: 100, remainingKesPeriods: 60, currentKesPeriod: 2, blocksForged: 3 });
});

Deno.test("parseNodeMetrics() and parseHttpAnswer() take any text", () => {
  const piece = fc.constantFrom(P, "forging_enabled", "_int", " ", "1", "{", "}", "\n", "\0");
  fc.assert(fc.property(fc.array(fc.oneof(piece, fc.string())), (pieces) => {
    parseNodeMetrics(pieces.join(""));
  }));
  const head = fc.constantFrom(
    "HTTP/1.1 200 OK\r\n",
    "Transfer-Encoding: chunked\r\n",
    "\r\n",
    "5\r\n",
  );
  fc.assert(fc.property(fc.array(fc.oneof(head, fc.string())), (pieces) => {
    parseHttpAnswer(new TextEncoder().encode(pieces.join("")));
  }));
});

Deno.test("parseHttpAnswer() joins chunks, and refuses a chunk cut short", () => {
  const answer = (body: string) =>
    parseHttpAnswer(new TextEncoder().encode(
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${body}`,
    ));
  assertEquals(answer("3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n"), {
    kind: "answered",
    status: 200,
    body: "abc0123456789",
  });
  assertEquals(answer("3\r\nab"), undefined);
  assertEquals(answer("3\r\nabc\r\n"), undefined);
});

/** Serves one handler for the time of `use`. */
async function withServer(handler: () => Response, use: (url: string) => Promise<void>) {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, handler);
  await use(`http://127.0.0.1:${server.addr.port}/metrics`);
  await server.shutdown();
}

/** Accepts one connection, reads a request and answers with raw text; undefined keeps silent. */
async function withRawServer(text: string | undefined, use: (url: string) => Promise<void>) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    const connection = await listener.accept();
    await connection.read(new Uint8Array(4096));
    if (text !== undefined) await connection.write(new TextEncoder().encode(text));
    else await connection.read(new Uint8Array(1)); // until the other side leaves
    connection.close();
  })();
  await use(`http://127.0.0.1:${listener.addr.port}/metrics`);
  await serving;
  listener.close();
}

Deno.test("scrapeNode() reads a node's metrics, sent at once or in chunks", async () => {
  const text = `${P}forging_enabled_int 1\n`;
  const chunked = () =>
    new Response(ReadableStream.from([text]).pipeThrough(new TextEncoderStream()));
  for (const handler of [() => new Response(text), chunked]) {
    await withServer(handler, async (url) => {
      const scrape = await scrapeNode(url, { timeoutMs: 5000 });
      assertEquals(scrape.kind === "read" && scrape.forgingEnabled, 1);
    });
  }
});

const UNREADABLE: readonly [fact: string, handler: () => Response, message: string][] = [
  ["a redirect", () => Response.redirect("http://127.0.0.1:1/"), "HTTP 302"],
  ["an error", () => new Response("", { status: 500 }), "HTTP 500"],
  ["a page of something else", () => new Response("up 1\n"), "no cardano_node_metrics_*"],
  [
    "an endless answer",
    () => new Response(`${P}a 1\n`.repeat(60_000)),
    "longer than 1048576 bytes",
  ],
];
for (const [fact, handler, message] of UNREADABLE) {
  Deno.test(`scrapeNode() reads nothing from ${fact}`, async () => {
    await withServer(handler, async (url) => {
      const scrape = await scrapeNode(url, { timeoutMs: 5000 });
      assert(scrape.kind === "unreadable");
      assertStringIncludes(scrape.message, message);
    });
  });
}

const RAW: readonly [fact: string, text: string | undefined, message: string][] = [
  ["silent", undefined, "no complete answer within 50 ms"],
  ["not speaking HTTP", "hello\n", "not HTTP"],
  ["cut off", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nabc", "cut short"],
];
for (const [fact, text, message] of RAW) {
  Deno.test(`scrapeNode() reads nothing from a server that is ${fact}`, async () => {
    await withRawServer(text, async (url) => {
      const scrape = await scrapeNode(url, { timeoutMs: text === undefined ? 50 : 5000 });
      assert(scrape.kind === "unreadable");
      assertStringIncludes(scrape.message, message);
    });
  });
}

for (const url of ["https://127.0.0.1/metrics", "not an address", "http://127.0.0.1:1/metrics"]) {
  Deno.test(`scrapeNode() says that "${url}" cannot be read`, async () => {
    const scrape = await scrapeNode(url, { timeoutMs: 5000 });
    assert(scrape.kind === "unreadable");
    assertStringIncludes(scrape.message, `Cannot read ${url}`);
  });
}
