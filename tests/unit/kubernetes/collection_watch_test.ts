// Owns the proof that all objects of a selection are followed, and that none is thought to be left.
// Never repeats what watch_test.ts proves of one object, which goes the same way.

import { assertEquals } from "@std/assert";
import { type CollectionReport, watchObjects } from "../../../lib/kubernetes/collection_watch.ts";
import { clientFor, jsonResponse, serve, statusObject } from "./servers.ts";

const PATH = "/apis/cardano.io/v1/namespaces/forge/cardanoforgeclusters";
const LABELS = "cardano.io/network=mainnet,cardano.io/pool-id=pool1abc";

interface Thing {
  readonly metadata: { readonly name: string; readonly resourceVersion: string };
  readonly value: number;
}

function thing(name: string, resourceVersion: number, value: unknown): unknown {
  return { metadata: { name, resourceVersion: String(resourceVersion) }, value };
}

function parse(value: unknown): Thing | undefined {
  return typeof (value as Thing).value === "number" ? value as Thing : undefined;
}

function list(resourceVersion: number, ...items: unknown[]): () => Response {
  const metadata = { resourceVersion: String(resourceVersion) };
  return () => jsonResponse({ kind: "CardanoForgeClusterList", metadata, items });
}

function stream(...events: readonly (readonly [type: string, object: unknown])[]): () => Response {
  const lines = events.map(([type, object]) => JSON.stringify({ type, object }) + "\n");
  return () => new Response(lines.join(""));
}

function describe(report: CollectionReport<Thing>): string {
  switch (report.kind) {
    case "listed":
      return `listed ${report.objects.map(({ metadata, value }) => `${metadata.name}=${value}`)}`;
    case "upserted":
      return `${report.object.metadata.name}=${report.object.value}`;
    case "deleted":
      return `${report.name} deleted`;
    case "connected":
      return "connected";
    case "failed":
      return report.failure.kind;
  }
}

const CASES: Readonly<
  Record<string, { readonly answers: readonly (() => Response)[]; readonly reports: string[] }>
> = {
  "everything at first, then what changes": {
    answers: [
      list(10, thing("us", 3, 1), thing("eu", 7, 2)),
      stream(
        ["MODIFIED", thing("eu", 11, 3)],
        ["ADDED", thing("ap", 12, 4)],
        ["DELETED", thing("us", 13, 1)],
        ["ADDED", thing("us", 14, 5)],
      ),
    ],
    reports: ["listed us=1,eu=2", "connected", "eu=3", "ap=4", "us deleted", "us=5"],
  },
  "everything again after 410, also that one is gone": {
    answers: [
      list(10, thing("us", 3, 1), thing("eu", 7, 2)),
      stream(["ERROR", statusObject(410, "Expired")]),
      list(90, thing("eu", 7, 2)),
    ],
    reports: ["listed us=1,eu=2", "connected", "gone", "listed eu=2"],
  },
  "that there is nothing": {
    answers: [list(10)],
    reports: ["listed "],
  },
  "nothing of a list in which one is no object": {
    answers: [list(10, thing("us", 3, 1), thing("eu", 7, "two")), list(11, thing("us", 3, 1))],
    reports: ["malformed", "listed us=1"],
  },
  "nothing of an object without a name": {
    answers: [list(10), stream(["DELETED", { metadata: { resourceVersion: "11" } }]), list(12)],
    reports: ["listed ", "connected", "malformed", "listed "],
  },
  "the deletion of what is no object": {
    answers: [list(10, thing("us", 3, 1)), stream(["DELETED", thing("us", 11, "x")])],
    reports: ["listed us=1", "connected", "us deleted"],
  },
};

for (const [what, { answers, reports }] of Object.entries(CASES)) {
  Deno.test(`watchObjects() tells ${what}`, async () => {
    const done = new AbortController();
    const told: string[] = [];
    let count = 0;
    await using server = serve(() => {
      const answer = answers[count++];
      if (answer === undefined) done.abort();
      return answer?.() ?? new Response(null, { status: 500 });
    });
    const client = clientFor(server.url);
    await watchObjects({
      client,
      path: PATH,
      selector: { labelSelector: LABELS },
      parse,
      timeoutMs: 5_000,
      signal: done.signal,
      random: () => 0,
      sleep: () => Promise.resolve(),
      onReport: (report) => told.push(describe(report)),
    });
    client.close();
    assertEquals(told, reports);
    for (const request of server.requests) {
      const query = new URL(`http://x${request.split(" ")[1]}`).searchParams;
      assertEquals([query.get("labelSelector"), query.get("fieldSelector")], [LABELS, null]);
    }
  });
}
