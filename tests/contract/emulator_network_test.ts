// Owns what only the emulator can do: break the network of one client, forge an answer.
// Never concerns the contract with Kubernetes.

import { assertEquals, assertRejects } from "@std/assert";
import {
  type EmulatedRequest,
  type Emulator,
  failureResponse,
  startEmulator,
} from "../../lib/demo/emulator.ts";
import { lease } from "./target.ts";
import { openWatch } from "./watch_reader.ts";

const LEASES = "/apis/coordination.k8s.io/v1/namespaces/default/leases";

/** An HTTP client of its own, so that connections kept alive end with the test. */
async function withEmulator(
  run: (e: Emulator, send: (url: string, init?: RequestInit) => Promise<Response>) => Promise<void>,
  onRequest?: (request: EmulatedRequest) => Response | undefined,
): Promise<void> {
  await using emulator = await startEmulator(onRequest === undefined ? {} : { onRequest });
  const client = Deno.createHttpClient({});
  try {
    await run(emulator, (url, init) => fetch(url, { ...init, client } as RequestInit));
  } finally {
    client.close();
  }
}

const post = (name: string) => ({
  method: "POST",
  body: JSON.stringify(lease(name)),
  headers: { "content-type": "application/json" },
});

/** Whether it is still open after the emulator answered others several times. */
async function isPending(
  promise: Promise<unknown>,
  otherwise: () => Promise<unknown>,
): Promise<boolean> {
  let settled = false;
  promise.then(() => settled = true, () => settled = true);
  for (let i = 0; i < 5; i++) await otherwise();
  return !settled;
}

Deno.test("one listener refuses while another and the emulator's own address answer", () =>
  withEmulator(async (emulator, send) => {
    const [a, b] = [emulator.listen("a"), emulator.listen("b")];
    await (await send(`${a.url}/readyz`)).body?.cancel();
    a.setMode("refuse");
    await assertRejects(() => send(`${a.url}/readyz`), TypeError);
    for (const url of [b.url, emulator.url]) {
      assertEquals(await (await send(`${url}/readyz`)).text(), "ok");
    }
    a.setMode("ok");
    assertEquals(await (await send(`${a.url}/readyz`)).text(), "ok");
  }));

Deno.test("a listener that hangs accepts and never answers, and what it held back arrives late", () =>
  withEmulator(async (emulator, send) => {
    const a = emulator.listen("a");
    a.setMode("hang");
    const answer = send(`${a.url}${LEASES}`, post("l"));
    assertEquals(
      await isPending(answer, async () => (await send(`${emulator.url}/readyz`)).text()),
      true,
    );
    assertEquals(emulator.store.list("leases.coordination.k8s.io"), []);
    a.setMode("ok");
    assertEquals((await answer).status, 201);
    await (await answer).body?.cancel();
  }));

Deno.test("a half-open listener has done what was asked, and its answer arrives late", () =>
  withEmulator(async (emulator, send) => {
    const a = emulator.listen("a");
    a.setMode("half-open");
    const answer = send(`${a.url}${LEASES}`, post("l"));
    while (emulator.store.list("leases.coordination.k8s.io").length === 0) {
      await (await send(`${emulator.url}/readyz`)).text();
    }
    assertEquals(
      await isPending(answer, async () => (await send(`${emulator.url}/readyz`)).text()),
      true,
    );
    a.setMode("ok");
    assertEquals((await answer).status, 201);
    await (await answer).body?.cancel();
  }));

Deno.test("cut() ends what is under way, and what comes next is answered", () =>
  withEmulator(async (emulator, send) => {
    const a = emulator.listen("a");
    a.setMode("half-open");
    const answer = send(`${a.url}/readyz`);
    assertEquals(
      await isPending(answer, async () => (await send(`${emulator.url}/readyz`)).text()),
      true,
    );
    a.cut();
    await assertRejects(() => answer, TypeError);
    a.setMode("ok");
    assertEquals(await (await send(`${a.url}/readyz`)).text(), "ok");
  }));

Deno.test("a watch goes silent when its listener hangs, is cut when it refuses", () =>
  withEmulator(async (emulator, send) => {
    const a = emulator.listen("a");
    const target = {
      fetch: (path: string, init?: RequestInit) => send(`${a.url}${path}`, init),
    } as Parameters<typeof openWatch>[0];
    const write = async (name: string) =>
      await (await send(`${emulator.url}${LEASES}`, post(name))).body?.cancel();
    await write("seen");
    const watch = await openWatch(target, LEASES);
    assertEquals((await watch.next()).object.metadata.name, "seen");
    a.setMode("hang");
    await write("held");
    const next = watch.next();
    assertEquals(
      await isPending(next, async () => (await send(`${emulator.url}/readyz`)).text()),
      true,
    );
    a.setMode("ok");
    assertEquals((await next).object.metadata.name, "held");
    a.setMode("refuse");
    await assertRejects(() => watch.next());
  }));

Deno.test("a slow listener answers, late", () =>
  withEmulator(async (emulator, send) => {
    const a = emulator.listen("a");
    a.setMode({ slowMs: 5 });
    assertEquals(await (await send(`${a.url}/readyz`)).text(), "ok");
  }));

Deno.test("stop() ends while connections hang", () =>
  withEmulator(async (emulator, send) => {
    const a = emulator.listen("a");
    a.setMode("hang");
    const answer = send(`${a.url}/readyz`);
    await emulator.stop();
    await assertRejects(() => answer);
  }));

Deno.test("onRequest names the listener, and its answer takes the place of the emulator's", async () => {
  const seen: string[] = [];
  await withEmulator(async (emulator, send) => {
    const a = emulator.listen("a");
    const refused = await send(`${a.url}${LEASES}`, post("l"));
    assertEquals([refused.status, (await refused.json()).message], [503, "busy"]);
    const written = await send(`${emulator.url}${LEASES}`, post("l"));
    assertEquals(written.status, 201);
    await written.body?.cancel();
  }, ({ listener, method, path }) => {
    seen.push(`${listener} ${method} ${path}`);
    return listener === "a" ? failureResponse(503, "busy") : undefined;
  });
  assertEquals(seen, [`a POST ${LEASES}`, `undefined POST ${LEASES}`]);
});
