// Owns the proof that one object is followed through everything a stream can do.
// Never waits for real: sleeps are recorded, not slept.

import { assertEquals, assertMatch } from "@std/assert";
import { watchObject, type WatchReport } from "../../../lib/kubernetes/watch.ts";
import {
  clientFor,
  jsonResponse,
  listen,
  readHead,
  serve,
  statusObject,
  write,
} from "./servers.ts";

const PATH = "/apis/coordination.k8s.io/v1/namespaces/cardano/leases";

interface Thing {
  readonly metadata: { readonly name: string; readonly resourceVersion: string };
  readonly value: number;
}

function thing(resourceVersion: number, value: number, name = "forge"): Thing {
  return { metadata: { name, resourceVersion: String(resourceVersion) }, value };
}

function parse(value: unknown): Thing | undefined {
  return typeof (value as Thing).value === "number" ? value as Thing : undefined;
}

function list(resourceVersion: number, ...items: unknown[]): Response {
  const metadata = { resourceVersion: String(resourceVersion) };
  return jsonResponse({ kind: "LeaseList", metadata, items });
}

function event(type: string, object: unknown): string {
  return JSON.stringify({ type, object }) + "\n";
}

/** A watch stream of these pieces. What comes after: its end, a break, or nothing at all. */
function stream(pieces: readonly string[], after: "end" | "break" | "stay"): Response {
  const queue = [...pieces];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const piece = queue.shift();
      if (piece !== undefined) {
        controller.enqueue(new TextEncoder().encode(piece));
        // A turn between two pieces, so that a break does not overtake what was sent before it.
        await new Promise((resolve) => timer = setTimeout(resolve, 5));
      } else if (after === "end") controller.close();
      else if (after === "break") controller.error(new Error("cut"));
      else await new Promise(() => {});
    },
    cancel: () => clearTimeout(timer),
  });
  return new Response(body);
}

interface Seen {
  readonly reports: string[];
  readonly sleeps: number[];
  readonly requests: string[];
}

/** Answers the requests in turn, and ends the watch at the request for which no answer is left. */
async function follow(
  answers: readonly (() => Response)[],
  options: { readonly silenceMs?: number } = {},
): Promise<Seen> {
  const done = new AbortController();
  const reports: string[] = [];
  const sleeps: number[] = [];
  let count = 0;
  await using server = serve(() => {
    const answer = answers[count++];
    if (answer === undefined) done.abort();
    return answer?.() ?? new Response(null, { status: 500 });
  });
  const client = clientFor(server.url);
  await watchObject({
    client,
    path: PATH,
    name: "forge",
    parse,
    timeoutMs: 5_000,
    signal: done.signal,
    random: () => 0.5,
    sleep: (ms) => {
      sleeps.push(ms);
      return Promise.resolve();
    },
    onReport: (report) => reports.push(describe(report)),
    ...options,
  });
  client.close();
  const requests = server.requests.map((request) => {
    const query = new URL(`http://x${request.split(" ")[1]}`).searchParams;
    assertEquals(query.get("fieldSelector"), "metadata.name=forge");
    if (query.get("watch") === null) return "list";
    assertEquals(query.get("allowWatchBookmarks"), "true");
    assertMatch(query.get("timeoutSeconds")!, /^360$/);
    return `watch from ${query.get("resourceVersion")}`;
  });
  return { reports, sleeps, requests };
}

function describe(report: WatchReport<Thing>): string {
  switch (report.kind) {
    case "seen":
      return report.object === undefined ? "absent" : `seen ${report.object.value}`;
    case "connected":
      return "connected";
    case "failed":
      return `${report.failure.kind}, again in ${report.retryInMs}`;
  }
}

Deno.test("a watch lists first and goes on from where the list ended", async () => {
  const { reports, requests, sleeps } = await follow([
    () => list(10, thing(7, 1)),
    () =>
      stream([
        event("MODIFIED", thing(11, 2)),
        event("DELETED", thing(12, 2)),
        event("ADDED", thing(13, 3)),
      ], "end"),
  ]);
  assertEquals(reports, ["seen 1", "connected", "seen 2", "absent", "seen 3"]);
  assertEquals(requests, ["list", "watch from 10", "watch from 13"]);
  assertEquals(sleeps, []);
});

Deno.test("a watch that merely ended goes on from its last bookmark without a list", async () => {
  const { reports, requests, sleeps } = await follow([
    () => list(10),
    () =>
      stream([event("BOOKMARK", { kind: "Lease", metadata: { resourceVersion: "40" } })], "end"),
  ]);
  assertEquals(reports, ["absent", "connected"]);
  assertEquals(requests, ["list", "watch from 10", "watch from 40"]);
  assertEquals(sleeps, []);
});

Deno.test("an event that comes in pieces is one event", async () => {
  const line = event("MODIFIED", thing(11, 2));
  const { reports } = await follow([
    () => list(10),
    () => stream([line.slice(0, 9), line.slice(9, 30), line.slice(30)], "end"),
  ]);
  assertEquals(reports, ["absent", "connected", "seen 2"]);
});

Deno.test("watches that end at once are opened again more and more slowly", async () => {
  const end = () => stream([], "end");
  const { sleeps, requests } = await follow([() => list(10), end, end, end, end, end]);
  assertEquals(requests.filter((request) => request === "list").length, 1);
  assertEquals(sleeps, [750, 1_250, 1_250, 1_250]);
});

Deno.test("410 leads to a new list at once", async () => {
  const { reports, requests, sleeps } = await follow([
    () => list(10, thing(7, 1)),
    () => stream([event("ERROR", statusObject(410, "Expired"))], "stay"),
    () => list(90, thing(80, 5)),
    () => jsonResponse(statusObject(410, "Expired"), { status: 410 }),
  ]);
  assertEquals(reports, [
    "seen 1",
    "connected",
    "gone, again in 0",
    "seen 5",
    "gone, again in 1250",
  ]);
  assertEquals(requests, ["list", "watch from 10", "list", "watch from 90", "list"]);
  assertEquals(sleeps, [1_250]);
});

Deno.test("a stream that breaks inside an event is malformed and listed anew", async () => {
  const half = event("MODIFIED", thing(12, 3)).slice(0, 20);
  const { reports, requests } = await follow([
    () => list(10),
    () => stream([event("MODIFIED", thing(11, 2)), half], "break"),
    () => list(12, thing(12, 3)),
  ]);
  assertEquals(reports, [
    "absent",
    "connected",
    "seen 2",
    "malformed, again in 750",
    "seen 3",
  ]);
  assertEquals(requests, ["list", "watch from 10", "list", "watch from 12"]);
});

Deno.test("a stream that ends inside an event is malformed", async () => {
  const half = event("MODIFIED", thing(12, 3)).slice(0, 20);
  const { reports } = await follow([() => list(10), () => stream([half], "end")]);
  assertEquals(reports, ["absent", "connected", "malformed, again in 750"]);
});

Deno.test("a stream that breaks between events is unreachable", async () => {
  const { reports } = await follow([
    () => list(10),
    () => stream([event("MODIFIED", thing(11, 2))], "break"),
  ]);
  assertEquals(reports, ["absent", "connected", "seen 2", "unreachable, again in 750"]);
});

Deno.test("a stream that falls silent is left", async () => {
  const { reports, requests } = await follow([
    () => list(10),
    () => stream([event("MODIFIED", thing(11, 2))], "stay"),
  ], { silenceMs: 100 });
  assertEquals(reports, ["absent", "connected", "seen 2", "timed_out, again in 750"]);
  assertEquals(requests, ["list", "watch from 10", "list"]);
});

for (
  const [what, line] of [
    ["not JSON", "{]\n"],
    ["no event", "[]\n"],
    ["of unknown type", event("RENAMED", thing(11, 2))],
    ["without resourceVersion", event("MODIFIED", { metadata: { name: "forge" } })],
    ["about a malformed object", event("MODIFIED", { ...thing(11, 2), value: "two" })],
  ] as const
) {
  Deno.test(`a line ${what} is an outcome, not an end`, async () => {
    const { reports } = await follow([
      () => list(10),
      () => stream([line], "stay"),
      () => list(20, thing(20, 3)),
    ]);
    assertEquals(reports, ["absent", "connected", "malformed, again in 750", "seen 3"]);
  });
}

for (
  const [what, body] of [
    ["that is none", {}],
    ["without resourceVersion", { metadata: {}, items: [] }],
    ["of malformed objects", {
      metadata: { resourceVersion: "1" },
      items: [{ ...thing(1, 1), value: "" }],
    }],
  ] as const
) {
  Deno.test(`a list ${what} is malformed`, async () => {
    assertEquals((await follow([() => jsonResponse(body)])).reports, ["malformed, again in 750"]);
  });
}

Deno.test("an API that stays away is asked less and less often, and Retry-After is kept", async () => {
  const away = () => new Response("away", { status: 503 });
  const busy = () => new Response("busy", { status: 429, headers: { "retry-after": "20" } });
  const { sleeps } = await follow([away, away, away, away, away, away, busy]);
  assertEquals(sleeps, [750, 1_250, 2_250, 4_250, 7_750, 7_750, 20_000]);
});

Deno.test("objects of other names are passed over", async () => {
  const { reports } = await follow([
    () => list(10, thing(3, 9, "other")),
    () => stream([event("MODIFIED", thing(11, 9, "other")), event("ADDED", thing(12, 1))], "end"),
  ]);
  assertEquals(reports, ["absent", "connected", "seen 1"]);
});

Deno.test("the signal ends an open watch", async () => {
  const done = new AbortController();
  await using server = listen(async (connection, count) => {
    await readHead(connection);
    const body = count === 1 ? await list(10).text() : "";
    const head = "HTTP/1.1 200 OK\r\nConnection: close\r\n";
    await write(
      connection,
      `${head}${count === 1 ? `Content-Length: ${body.length}\r\n` : ""}\r\n${body}`,
    );
  });
  const client = clientFor(server.url);
  await watchObject({
    client,
    path: PATH,
    name: "forge",
    parse,
    timeoutMs: 5_000,
    signal: done.signal,
    random: () => 0,
    sleep: () => Promise.resolve(),
    onReport: (report) => report.kind === "connected" && done.abort(),
  });
  client.close();
});
