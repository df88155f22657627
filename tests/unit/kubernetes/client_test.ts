// Owns the proof that every way a request can end is told apart.
// Never needs a cluster.

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { ApiRequest, RequestRecord } from "../../../lib/kubernetes/api_request.ts";
import {
  accessWith,
  clientFor,
  close,
  httpAnswer,
  jsonResponse,
  listen,
  readHead,
  serve,
  statusObject,
  write,
} from "./servers.ts";

const LEASE = "/apis/coordination.k8s.io/v1/namespaces/cardano/leases/forge-leader";
const GET: ApiRequest = { verb: "get", path: LEASE, timeoutMs: 5_000 };

const KINDS: readonly (readonly [number, string])[] = [
  [302, "malformed"],
  [400, "invalid"],
  [401, "unauthorized"],
  [403, "forbidden"],
  [404, "not_found"],
  [405, "invalid"],
  [406, "invalid"],
  [408, "server_error"],
  [409, "conflict"],
  [410, "gone"],
  [413, "invalid"],
  [415, "invalid"],
  [418, "invalid"],
  [422, "invalid"],
  [429, "throttled"],
  [500, "server_error"],
  [503, "server_error"],
  [504, "server_error"],
];

Deno.test("request() names each HTTP status as the failure it is", async () => {
  let status = 0;
  await using server = serve(() =>
    jsonResponse(statusObject(status, "Whatever", "the role\nlacks it"), { status })
  );
  const client = clientFor(server.url);
  for (const [code, kind] of KINDS) {
    status = code;
    const failure = await client.request(GET);
    assertEquals({ status: code, kind: failure.kind }, { status: code, kind });
  }
  client.close();
});

Deno.test("request() says what was tried, on what, and what was found", async () => {
  const body = statusObject(403, "Forbidden", 'cannot update resource "leases"');
  await using server = serve(() => jsonResponse(body, { status: 403 }));
  const client = clientFor(server.url);
  assertEquals(await client.request({ ...GET, verb: "update", body: {} }), {
    kind: "forbidden",
    status: 403,
    reason: "Forbidden",
    message: 'Cannot update leases cardano/forge-leader: HTTP 403, cannot update resource "leases"',
  });
  client.close();
});

Deno.test("request() sends method, query, body, token and user agent", async () => {
  const seen: unknown[] = [];
  await using server = serve(async (request) => {
    seen.push(request.headers.get("user-agent"), request.headers.get("authorization"));
    seen.push(request.headers.get("content-type"), await request.text());
    return jsonResponse({ fine: true }, { status: 201 });
  });
  const client = clientFor(server.url);
  const answer = await client.request({
    verb: "patch",
    path: `${LEASE}/status`,
    query: { force: "true" },
    body: { a: 1 },
    contentType: "application/apply-patch+yaml",
    timeoutMs: 5_000,
  });
  assertEquals(answer, { kind: "ok", status: 201, body: { fine: true } });
  assertEquals(server.requests, [`PATCH ${LEASE}/status?force=true`]);
  assertEquals(seen, [
    "cardano-forge-manager/0.0.0",
    "Bearer token-1",
    "application/apply-patch+yaml",
    '{"a":1}',
  ]);
  client.close();
});

Deno.test("request() is unreachable when nobody listens", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const failure = await clientFor(`http://127.0.0.1:${port}`).request(GET);
  assertEquals(failure.kind, "unreachable");
  assertStringIncludes((failure as { message: string }).message, "Connection refused");
});

Deno.test("request() is unreachable when the connection is closed before an answer", async () => {
  await using server = listen(async (connection) => {
    await readHead(connection);
    close(connection);
  });
  assertEquals((await clientFor(server.url).request(GET)).kind, "unreachable");
});

Deno.test("request() times out when the connection is accepted and never answered", async () => {
  await using server = listen(() => {});
  const client = clientFor(server.url);
  assertEquals(await client.request({ ...GET, timeoutMs: 50 }), {
    kind: "timed_out",
    message: "Cannot get leases cardano/forge-leader: no answer within 50 ms",
  });
});

Deno.test("request() times out when the answer never ends", async () => {
  await using server = listen(async (connection) => {
    await readHead(connection);
    await write(connection, httpAnswer('{"half', { contentLength: 100 }));
  });
  assertEquals((await clientFor(server.url).request({ ...GET, timeoutMs: 100 })).kind, "timed_out");
});

Deno.test("request() ends when the caller gives up", async () => {
  const giveUp = new AbortController();
  await using server = listen(() => giveUp.abort());
  const client = clientFor(server.url);
  const failure = await client.request({ ...GET, signal: giveUp.signal });
  assertEquals(failure.kind, "timed_out");
  assertMatch((failure as { message: string }).message, /given up/);
  client.close();
});

Deno.test("request() is malformed when the answer breaks off", async () => {
  await using server = listen(async (connection) => {
    await readHead(connection);
    await write(connection, httpAnswer('{"half', { contentLength: 100 }));
    close(connection);
  });
  const failure = await clientFor(server.url).request(GET);
  assertEquals(failure.kind, "malformed");
  assertStringIncludes((failure as { message: string }).message, "broken off");
});

for (const [text, found] of [["<html>Sign in</html>", "not JSON"], ["", "empty"]] as const) {
  Deno.test(`request() is malformed when a 200 is ${found}`, async () => {
    await using server = serve(() => new Response(text));
    const client = clientFor(server.url);
    const failure = await client.request(GET);
    assertEquals(failure.kind, "malformed");
    assertStringIncludes((failure as { message: string }).message, found);
    client.close();
  });
}

Deno.test("request() carries Retry-After", async () => {
  await using server = serve(() =>
    new Response("slow down", { status: 429, headers: { "retry-after": "7" } })
  );
  const client = clientFor(server.url);
  assertEquals(await client.request(GET), {
    kind: "throttled",
    status: 429,
    message: "Cannot get leases cardano/forge-leader: HTTP 429, slow down",
    retryAfterMs: 7_000,
  });
  client.close();
});

Deno.test("request() tries once more with new credentials after a 401", async () => {
  await using server = serve((request) =>
    request.headers.get("authorization") === "Bearer token-2"
      ? jsonResponse({})
      : jsonResponse(statusObject(401, "Unauthorized"), { status: 401 })
  );
  const records: RequestRecord[] = [];
  const client = clientFor(server.url, {
    access: accessWith(server.url, ["token-1", "token-2"]),
    onRequest: (record) => records.push(record),
  });
  assertEquals((await client.request(GET)).kind, "ok");
  assertEquals(records, [
    { verb: "get", resource: "leases", code: "401", ms: 0 },
    { verb: "get", resource: "leases", code: "200", ms: 0 },
  ]);
  client.close();
});

Deno.test("request() does not try again when the credentials are the same", async () => {
  await using server = serve(() =>
    jsonResponse(statusObject(401, "Unauthorized"), { status: 401 })
  );
  const client = clientFor(server.url);
  assertEquals((await client.request(GET)).kind, "unauthorized");
  assertEquals(server.requests.length, 1);
  client.close();
});

Deno.test("request() is unauthorized when there are no credentials, and sends nothing", async () => {
  await using server = serve(() => jsonResponse({}));
  const client = clientFor(server.url, {
    access: {
      ...accessWith(server.url),
      credentials: () => Promise.reject(new Error("Cannot run aws: exit code 255")),
    },
  });
  assertEquals(await client.request(GET), {
    kind: "unauthorized",
    message:
      "Cannot get leases cardano/forge-leader: no credentials, Cannot run aws: exit code 255",
  });
  assertEquals(server.requests, []);
});

Deno.test("request() times out when credentials do not come, and sends nothing later", async () => {
  await using server = serve(() => jsonResponse({}));
  const slow = Promise.withResolvers<void>();
  const access = accessWith(server.url);
  const client = clientFor(server.url, {
    access: {
      ...access,
      credentials: async (options) => {
        await slow.promise;
        return await access.credentials(options);
      },
    },
  });
  assertEquals((await client.request({ ...GET, timeoutMs: 50 })).kind, "timed_out");
  slow.resolve();
  assertEquals((await client.request({ ...GET, path: "/version" })).kind, "ok");
  assertEquals(server.requests, ["GET /version"]);
  client.close();
});

Deno.test("request() uses none of the old connections after one gave no answer", async () => {
  let isHole = false;
  await using server = listen(async (connection, count) => {
    while (true) {
      const head = await readHead(connection);
      if (head === "") return;
      if (isHole && count <= 2) continue; // swallowed, as by a firewall that forgot the connection
      await write(connection, httpAnswer(`{"connection":${count}}`));
    }
  });
  const client = clientFor(server.url);
  const first = await Promise.all([client.request(GET), client.request(GET)]);
  assertEquals(first.map(({ kind }) => kind), ["ok", "ok"]);
  isHole = true;
  assertEquals((await client.request({ ...GET, timeoutMs: 100 })).kind, "timed_out");
  assertEquals(await client.request(GET), { kind: "ok", status: 200, body: { connection: 3 } });
  client.close();
});

Deno.test("request() in flight survives when another one gave no answer", async () => {
  const answer = Promise.withResolvers<void>();
  await using server = listen(async (connection, count) => {
    await readHead(connection);
    if (count === 2) return;
    await answer.promise;
    await write(connection, httpAnswer("{}"));
  });
  const client = clientFor(server.url);
  const slow = client.request(GET);
  assertEquals((await client.request({ ...GET, timeoutMs: 100 })).kind, "timed_out");
  answer.resolve();
  assertEquals((await slow).kind, "ok");
  client.close();
});

Deno.test("stream() goes on past its deadline until it is cancelled", async () => {
  const goOn = Promise.withResolvers<void>();
  const cancelled = Promise.withResolvers<void>();
  await using server = serve(() =>
    new Response(
      new ReadableStream<Uint8Array>({
        async pull(controller) {
          controller.enqueue(new TextEncoder().encode("x"));
          await goOn.promise;
        },
        cancel: () => cancelled.resolve(),
      }),
    )
  );
  const client = clientFor(server.url);
  const stream = await client.stream({ ...GET, verb: "watch", timeoutMs: 5_000 });
  if (stream.kind !== "stream") throw new Error(stream.message);
  const reader = stream.body.getReader();
  assertEquals((await reader.read()).done, false);
  stream.cancel();
  goOn.resolve();
  assertEquals(await reader.read().then(() => "went on", () => "ended"), "ended");
  await cancelled.promise;
});

Deno.test("stream() times out when it does not begin", async () => {
  await using server = listen(() => {});
  const stream = await clientFor(server.url).stream({ ...GET, verb: "watch", timeoutMs: 50 });
  assertEquals(stream.kind, "timed_out");
});

Deno.test("request() records the kind of failure where there is no status", async () => {
  await using server = listen(() => {});
  const codes: string[] = [];
  const client = clientFor(server.url, { onRequest: ({ code }) => codes.push(code) });
  await client.request({ ...GET, timeoutMs: 50 });
  assertEquals(codes, ["timed_out"]);
});

for (const token of ["first\nsecond", "with\0zero", "schlüssel€"]) {
  Deno.test(`request() does not send and does not tell the token ${JSON.stringify(token)}`, async () => {
    await using server = serve(() => jsonResponse({}));
    const client = clientFor(server.url, { access: accessWith(server.url, [token]) });
    const failure = await client.request(GET);
    assertEquals(failure, {
      kind: "unauthorized",
      message: "Cannot get leases cardano/forge-leader: no credentials, the value of the header " +
        '"authorization" has characters that none may have',
    });
    assertEquals(server.requests, []);
    client.close();
  });
}
