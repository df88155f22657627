// Owns the proof that a health endpoint may do what it likes: the call ends in time with a verdict.
// Never waits longer than the shortest time-out that a loaded machine still keeps.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { callHealthCheck } from "../../../lib/http/health_check.ts";
import { USER_AGENT } from "../../../lib/version.ts";
import { freePort } from "../../../lib/demo/free_port.ts";
import { httpAnswer, listen, readHead, serve, write } from "../kubernetes/servers.ts";

const LONG_MS = 10_000;
const SHORT_MS = 150;

function call(endpoint: string, timeoutMs = LONG_MS) {
  return callHealthCheck({ endpoint, headers: {}, timeoutMs });
}

const STATUSES: readonly (readonly [status: number, ok: boolean, message: string])[] = [
  [200, true, "HTTP 200"],
  [204, true, "HTTP 204"],
  [299, true, "HTTP 299"],
  [302, false, "HTTP 302, redirects are not followed"],
  [308, false, "HTTP 308, redirects are not followed"],
  [404, false, "HTTP 404"],
  [500, false, "HTTP 500"],
  [503, false, "HTTP 503"],
];
for (const [status, ok, message] of STATUSES) {
  Deno.test(`callHealthCheck() finds HTTP ${status} ${ok ? "well" : "a failure"}`, async () => {
    const headers = { location: "/elsewhere" };
    await using server = serve(() => new Response(null, { status, headers }));
    const { responseMs, ...answer } = await call(`${server.url}/health?q=up{job='x'}`);
    assertEquals(answer, { ok, status, message });
    assert(responseMs > 0 && responseMs < LONG_MS);
    assertEquals(server.requests.length, 1);
  });
}

Deno.test("callHealthCheck() sends the headers it is given, and says who it is", async () => {
  let sent: Headers | undefined;
  await using server = serve((request) => {
    sent = request.headers;
    return new Response("well");
  });
  const headers = { "X-Key": "v", authorization: "Bearer t", "User-Agent": "someone" };
  const { ok } = await callHealthCheck({ endpoint: server.url, headers, timeoutMs: LONG_MS });
  assertEquals([ok, sent?.get("x-key"), sent?.get("authorization")], [true, "v", "Bearer t"]);
  assertEquals(sent?.get("user-agent"), USER_AGENT);
});

Deno.test("callHealthCheck() leaves a body that is long, and closes the connection", async () => {
  const closed = Promise.withResolvers<number>();
  const chunk = "x".repeat(16_384);
  await using server = listen(async (connection) => {
    await readHead(connection);
    await write(connection, "HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
    let written = 0;
    try {
      for (; written < 1e9; written += chunk.length) await write(connection, chunk);
    } catch {
      closed.resolve(written); // the other side went away
    }
  });
  const answer = await call(server.url);
  assertEquals([answer.ok, answer.status], [true, 200]);
  assert(await closed.promise < 1e8); // what the kernel and the client hold, and not all of it
});

Deno.test("callHealthCheck() makes a connection of its own for every call", async () => {
  let connections = 0;
  await using server = listen(async (connection, count) => {
    connections = count;
    while ((await readHead(connection)) !== "") await write(connection, httpAnswer("well"));
  });
  assertEquals([(await call(server.url)).ok, (await call(server.url)).ok], [true, true]);
  assertEquals(connections, 2);
});

const HEAD = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n";
const HANGING: Readonly<Record<string, readonly [answer: string, message: string]>> = {
  "does not answer": ["", `no answer within ${SHORT_MS} ms`],
  "stops inside the head": ["HTTP/1.1 200 OK\r\nContent-", `no answer within ${SHORT_MS} ms`],
  "stops inside the body": [`${HEAD}well`, `no whole answer within ${SHORT_MS} ms`],
};
for (const [what, [text, message]] of Object.entries(HANGING)) {
  Deno.test(`callHealthCheck() gives an endpoint up that ${what}`, async () => {
    await using server = listen(async (connection) => {
      await readHead(connection);
      await write(connection, text);
    });
    const answer = await call(server.url, SHORT_MS);
    assertEquals([answer.ok, answer.message], [false, message]);
    assertEquals(answer.status, text.startsWith(HEAD) ? 200 : undefined);
    assert(answer.responseMs >= SHORT_MS - 20);
  });
}

Deno.test("callHealthCheck() waits for an endpoint that is slow, within its time", async () => {
  await using server = serve(async () => {
    await new Promise((resolve) => setTimeout(resolve, 100));
    return new Response("well");
  });
  const { ok, responseMs } = await call(server.url);
  assert(ok && responseMs >= 90);
});

Deno.test("callHealthCheck() ends at once when it is told to", async () => {
  const ending = new AbortController();
  await using server = listen(async (connection) => {
    await readHead(connection);
    ending.abort();
  });
  const { signal } = ending;
  const limits = { timeoutMs: LONG_MS, signal };
  const answer = await callHealthCheck({ endpoint: server.url, headers: {}, ...limits });
  assertEquals([answer.ok, answer.message], [false, "given up before an answer came"]);
  const after = await callHealthCheck({ endpoint: server.url, headers: {}, ...limits });
  assertEquals([after.ok, after.message], [false, "given up before an answer came"]);
});

const BROKEN: Readonly<Record<string, string>> = {
  "closes at once": "",
  "answers no HTTP": "SSH-2.0-OpenSSH_9.9\r\n",
  "breaks off inside the body": `${HEAD}well`,
};
for (const [what, text] of Object.entries(BROKEN)) {
  Deno.test(`callHealthCheck() finds an endpoint a failure that ${what}`, async () => {
    await using server = listen(async (connection) => {
      await readHead(connection);
      await write(connection, text);
      connection.close();
    });
    const { ok, message } = await call(server.url);
    assertEquals(ok, false);
    assertMatch(message, /^Cannot call the health check: ./);
    assert(!message.includes(server.url), message);
  });
}

Deno.test("callHealthCheck() finds it a failure that nobody listens", async () => {
  const { ok, message } = await call(`http://127.0.0.1:${freePort()}/?token=secret`);
  assertEquals(ok, false);
  assertMatch(message, /^Cannot call the health check: .*refused/);
  assert(!message.includes("secret"), message);
});

const NO_ADDRESS = [
  "",
  "health.example",
  "file:///etc/hostname",
  "data:,well",
  "blob:x",
  "http://",
];
for (const endpoint of NO_ADDRESS) {
  Deno.test(`callHealthCheck() refuses "${endpoint}" as an endpoint`, async () => {
    const { ok, message } = await call(endpoint);
    assertEquals([ok, message], [false, "the endpoint is not an http:// or https:// address"]);
  });
}

for (
  const [name, value] of [["two words", "secret"], ["x-key", "sec\nret"], ["", "secret"]] as const
) {
  Deno.test(`callHealthCheck() names the header ${JSON.stringify(name)} that cannot be sent`, async () => {
    await using server = serve(() => new Response("well"));
    const headers = { [name]: value };
    const { ok, message } = await callHealthCheck({
      endpoint: server.url,
      headers,
      timeoutMs: LONG_MS,
    });
    const expected = `the header ${
      JSON.stringify(name)
    } cannot be sent: its name or value is no header's`;
    assertEquals([ok, message, server.requests.length], [false, expected, 0]);
  });
}

/** Undefined where openssl is not installed. */
async function selfSigned(): Promise<{ cert: string; key: string } | undefined> {
  const folder = await Deno.makeTempDir();
  const form = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
  const files = ["-keyout", `${folder}/key`, "-out", `${folder}/cert`, "-days", "2"];
  try {
    const args = ["req", ...form, ...names, ...files];
    const { success } = await new Deno.Command("openssl", { args, stderr: "null" }).output();
    assert(success);
    const [cert, key] = await Promise.all(
      ["cert", "key"].map((name) => Deno.readTextFile(`${folder}/${name}`)),
    );
    return { cert: cert!, key: key! };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const identity = await selfSigned();
Deno.test({
  name: "callHealthCheck() trusts no certificate that nobody vouches for (needs openssl)",
  ignore: identity === undefined,
  fn: async () => {
    let requests = 0;
    const options = { hostname: "127.0.0.1", port: 0, onListen() {}, ...identity! };
    const server = Deno.serve(options, () => {
      requests++;
      return new Response("well");
    });
    const { ok, message } = await call(`https://127.0.0.1:${server.addr.port}/`);
    await server.shutdown();
    assertEquals([ok, requests], [false, 0]);
    assertMatch(message, /^Cannot call the health check: .*certificate/i);
  },
});
