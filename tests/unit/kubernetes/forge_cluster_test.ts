// Owns the proof of the requests that are made for a CardanoForgeCluster, and of what their answers become.
// Never needs a cluster.

import { assertEquals } from "@std/assert";
import { type ForgeClusterApi, forgeClusterApi } from "../../../lib/kubernetes/forge_cluster.ts";
import { firstForgeCluster } from "../../../lib/kubernetes/forge_cluster_spec.ts";
import { forgeClusterStatus } from "../../../lib/kubernetes/forge_cluster_status.ts";
import { CLUSTER, IDENTITY, NAME, VIEW } from "./forge_cluster_objects.ts";
import { clientFor, jsonResponse, serve, statusObject } from "./servers.ts";

const COLLECTION = { ...CLUSTER.resource, namespace: "forge" };
const PATH = "/apis/cardano.io/v1/namespaces/forge/cardanoforgeclusters";
const LIMITS = { timeoutMs: 5_000 };
const OURS = firstForgeCluster(IDENTITY, { cluster: CLUSTER });
const { status: STATUS } = forgeClusterStatus(VIEW, undefined);

function stored(labels: unknown = OURS.labels, spec: unknown = OURS.spec): unknown {
  return {
    apiVersion: "cardano.io/v1",
    kind: "CardanoForgeCluster",
    metadata: { name: NAME, uid: "u-1", resourceVersion: "5", generation: 1, labels },
    spec,
  };
}

interface Sent {
  readonly request: string;
  readonly contentType: string | null;
  readonly body: unknown;
}

/** Answers in turn, and tells what was sent. */
async function exchange<T>(
  answers: readonly (() => Response)[],
  call: (api: ForgeClusterApi) => Promise<T>,
): Promise<{ readonly answer: T; readonly sent: readonly Sent[] }> {
  const sent: Sent[] = [];
  await using server = serve(async (request) => {
    const text = await request.text();
    sent.push({
      request: server.requests.at(-1)!,
      contentType: request.headers.get("content-type"),
      body: text === "" ? undefined : JSON.parse(text),
    });
    return answers[sent.length - 1]!();
  });
  const client = clientFor(server.url);
  const answer = await call(forgeClusterApi(client, COLLECTION));
  client.close();
  return { answer, sent };
}

const FOUND = () => jsonResponse(stored());
const ABSENT = () => jsonResponse(statusObject(404, "NotFound"), { status: 404 });
const EXISTS = () => jsonResponse(statusObject(409, "AlreadyExists"), { status: 409 });
const NO_TYPE = () => new Response("404 page not found\n", { status: 404 });
const DENIED = () => jsonResponse(statusObject(403, "Forbidden"), { status: 403 });

const GET = `GET ${PATH}/${NAME}`;
const POST = `POST ${PATH}`;
const PATCH = `PATCH ${PATH}/${NAME}`;

const ENSURED: readonly {
  readonly name: string;
  readonly answers: readonly (() => Response)[];
  readonly outcome: unknown;
  readonly requests: readonly string[];
}[] = [
  { name: "finds it", answers: [FOUND], outcome: "found", requests: [GET] },
  {
    name: "creates it where it is absent",
    answers: [ABSENT, () => jsonResponse(stored(), { status: 201 })],
    outcome: "created",
    requests: [GET, POST],
  },
  {
    name: "reads what another replica created first",
    answers: [ABSENT, EXISTS, FOUND],
    outcome: "found",
    requests: [GET, POST, GET],
  },
  {
    name: "labels what an operator created without labels",
    answers: [() => jsonResponse(stored({})), FOUND],
    outcome: "labelled",
    requests: [GET, PATCH],
  },
  {
    name: "leaves another pool's alone",
    answers: [() => jsonResponse(stored({ "cardano.io/pool-id": "pool1abc13" }))],
    outcome: "metadata.labels[cardano.io/pool-id]",
    requests: [GET],
  },
  {
    name: "finds also what cannot be used",
    answers: [() => jsonResponse(stored(OURS.labels, { ...OURS.spec, priority: "1" }))],
    outcome: "found",
    requests: [GET],
  },
  {
    name: "tells that the type is unknown",
    answers: [NO_TYPE],
    outcome: "no_crd",
    requests: [GET],
  },
  { name: "tells that it may not", answers: [DENIED], outcome: "forbidden", requests: [GET] },
  {
    name: "tells that the namespace is absent",
    answers: [ABSENT, ABSENT],
    outcome: "not_found",
    requests: [GET, POST],
  },
  {
    name: "tells that it may not label",
    answers: [() => jsonResponse(stored({})), DENIED],
    outcome: "forbidden",
    requests: [GET, PATCH],
  },
];
for (const { name, answers, outcome, requests } of ENSURED) {
  Deno.test(`ensure() ${name}`, async () => {
    const { answer, sent } = await exchange(answers, (api) => api.ensure(OURS, LIMITS));
    const found = answer.kind === "cluster"
      ? answer.done
      : answer.kind === "foreign"
      ? answer.field
      : answer.kind;
    assertEquals(found, outcome);
    assertEquals(sent.map(({ request }) => request), requests);
  });
}

Deno.test("ensure() adds the labels that are missing, and replaces none", async () => {
  const theirs: Record<string, string> = { ...OURS.labels, "app.kubernetes.io/managed-by": "Helm" };
  const { "cardano.io/region": _, ...present } = theirs;
  const answers = [() => jsonResponse(stored(present)), FOUND];
  const { sent } = await exchange(answers, (api) => api.ensure(OURS, LIMITS));
  assertEquals(sent[1], {
    request: PATCH,
    contentType: "application/merge-patch+json",
    body: { metadata: { labels: { "cardano.io/region": "us-east-1" } } },
  });
});

Deno.test("create() sends name, labels and the spec it is given", async () => {
  const spec = { ...OURS.spec, priority: 7, override: { enabled: true } };
  const { answer, sent } = await exchange(
    [() => jsonResponse(stored(OURS.labels, spec), { status: 201 })],
    (api) => api.create({ ...OURS, spec }, LIMITS),
  );
  assertEquals(answer.kind, "cluster");
  assertEquals(sent[0]!.body, {
    apiVersion: "cardano.io/v1",
    kind: "CardanoForgeCluster",
    metadata: { name: NAME, namespace: "forge", labels: OURS.labels },
    spec,
  });
});

Deno.test("applyStatus() applies with our name, by force, and nothing but the status", async () => {
  const { answer, sent } = await exchange(
    [() => jsonResponse({ ...stored() as object, status: STATUS })],
    (api) => api.applyStatus(NAME, STATUS, LIMITS),
  );
  assertEquals(answer.kind === "cluster" && answer.cluster.kind, "usable");
  assertEquals(sent, [{
    request: `${PATCH}/status?fieldManager=cardano-forge-manager&force=true`,
    contentType: "application/apply-patch+yaml",
    body: {
      apiVersion: "cardano.io/v1",
      kind: "CardanoForgeCluster",
      metadata: { name: NAME, namespace: "forge" },
      status: JSON.parse(JSON.stringify(STATUS)),
    },
  }]);
});

Deno.test("applyStatus() names the resourceVersion that it replaces, where there is one", async () => {
  const { sent } = await exchange(
    [() => jsonResponse({ ...stored() as object, status: STATUS })],
    (api) => api.applyStatus(NAME, STATUS, { ...LIMITS, resourceVersion: "41" }),
  );
  const { body } = sent[0] as unknown as { body: { metadata: unknown } };
  assertEquals(body.metadata, { name: NAME, namespace: "forge", resourceVersion: "41" });
});

Deno.test("applyStatus() tells that it was deleted, which is not an unknown type", async () => {
  const { answer } = await exchange([ABSENT], (api) => api.applyStatus(NAME, STATUS, LIMITS));
  assertEquals(answer.kind, "not_found");
});

const EDIT = { forgeState: "Disabled", override: null };
for (
  const [options, request, body] of [
    [{}, PATCH, { spec: EDIT }],
    [{ dryRun: true }, `${PATCH}?dryRun=All`, { spec: EDIT }],
    [{ resourceVersion: "5" }, PATCH, { metadata: { resourceVersion: "5" }, spec: EDIT }],
  ] as const
) {
  Deno.test(`patchSpec() with ${JSON.stringify(options)} merges only what is given`, async () => {
    const { answer, sent } = await exchange(
      [FOUND],
      (api) => api.patchSpec(NAME, EDIT, { ...LIMITS, ...options }),
    );
    assertEquals(answer.kind, "cluster");
    assertEquals(sent, [{ request, contentType: "application/merge-patch+json", body }]);
  });
}

const LISTS: readonly (readonly [what: string, answer: () => Response, found: unknown])[] = [
  [
    "all, also one that cannot be used",
    () => jsonResponse({ metadata: {}, items: [stored(), stored({}, {})] }),
    ["usable", "unusable"],
  ],
  ["nothing", () => jsonResponse({ metadata: {}, items: [] }), []],
  ["that the type is unknown", NO_TYPE, "no_crd"],
  ["that it may not", DENIED, "forbidden"],
  ["that it is no list", () => jsonResponse({}), "malformed"],
  ["that one is no object", () => jsonResponse({ items: [{}] }), "malformed"],
];
for (const [what, response, found] of LISTS) {
  Deno.test(`list() tells ${what}`, async () => {
    const { answer, sent } = await exchange(
      [response],
      (api) => api.list({ labelSelector: "a=b" }, LIMITS),
    );
    assertEquals(
      answer.kind === "clusters" ? answer.clusters.map(({ kind }) => kind) : answer.kind,
      found,
    );
    assertEquals(sent[0]!.request, `GET ${PATH}?labelSelector=a%3Db`);
  });
}

Deno.test("read() refuses another object than it asked for", async () => {
  const { answer } = await exchange([FOUND], (api) => api.read("another", LIMITS));
  assertEquals(answer, {
    kind: "malformed",
    message: "Cannot get cardanoforgeclusters forge/another: the answer is not that object",
  });
});
