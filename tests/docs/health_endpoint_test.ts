// Owns the proof that the health endpoint of docs/health-endpoint.md says what its Prometheus says.
// Never runs a Prometheus: its answer to a query is a few lines of JSON.

import { assertEquals, assertMatch } from "@std/assert";
import { freePort } from "../../lib/demo/free_port.ts";
import { until } from "../support/until.ts";
import { readDocuments } from "./documents.ts";

const script = readDocuments().find(({ path }) => path === "docs/health-endpoint.md")!
  .blocks.find(({ language }) => language === "python")!.text;

const isHere = await new Deno.Command("python3", { args: ["--version"], stdout: "null" }).output()
  .then(({ success }) => success, () => false);

interface Case {
  readonly name: string;
  /** Of the series that Prometheus finds. */
  readonly values: readonly number[] | "down";
  readonly status: number;
  readonly why: RegExp;
}

const CASES: readonly Case[] = [
  { name: "healthy where all values are true", values: [1, 3], status: 200, why: /^2 series$/ },
  { name: "unhealthy where one is false", values: [1, 0], status: 503, why: /^2 series$/ },
  { name: "unhealthy where nothing is found", values: [], status: 503, why: /^0 series$/ },
  { name: "unhealthy where Prometheus fails", values: "down", status: 503, why: /HTTP Error 500/ },
];
for (const one of CASES) {
  Deno.test({
    name: `the documented health endpoint is ${one.name}`,
    ignore: !isHere,
    fn: () => judges(one),
  });
}

async function judges({ values, status, why }: Case): Promise<void> {
  const prometheus = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    if (values === "down") return new Response("no", { status: 500 });
    assertEquals(new URL(request.url).searchParams.get("query"), "up > bool 0");
    const result = values.map((value) => ({ metric: {}, value: [0, String(value)] }));
    return Response.json({ status: "success", data: { resultType: "vector", result } });
  });
  const port = freePort();
  const endpoint = new Deno.Command("python3", {
    args: ["-c", script],
    env: {
      PROMETHEUS: `http://127.0.0.1:${prometheus.addr.port}`,
      QUERY: "up > bool 0",
      PORT: String(port),
      NO_PROXY: "127.0.0.1",
    },
    stderr: "null",
  }).spawn();
  try {
    const found = await until("an answer after Prometheus was asked", async () => {
      const response = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
      const body = await response?.json();
      return body !== undefined && body.why !== "not asked yet"
        ? { status: response!.status, body }
        : undefined;
    });
    assertEquals([found.status, found.body.healthy], [status, status === 200]);
    assertMatch(found.body.why, why);
  } finally {
    endpoint.kill();
    await endpoint.status;
    await prometheus.shutdown();
  }
}
