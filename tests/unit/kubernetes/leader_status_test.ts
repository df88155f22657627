// Owns the proof of what CardanoLeader says, and of how it is written.
// Never needs a cluster.

import { assertEquals } from "@std/assert";
import { wallTime } from "../../../lib/core/time.ts";
import { cardanoLeaderApi } from "../../../lib/kubernetes/cardano_leader.ts";
import { crdsYaml, crdYaml, CUSTOM_RESOURCE_DEFINITIONS } from "../../../lib/kubernetes/crds.ts";
import {
  type Finding,
  leaderStatus,
  type LeaderView,
  parseLeaderStatus,
} from "../../../lib/kubernetes/leader_status.ts";
import { toYaml } from "../../../lib/kubernetes/yaml.ts";
import { clientFor, jsonResponse, serve, statusObject } from "./servers.ts";

const YES: Finding = { status: "True", reason: "elected", message: "pod-0 leads" };
const FIRST = "2026-01-02T03:04:05Z";
const LATER = "2026-01-02T03:05:05Z";

const VIEW: LeaderView = {
  at: wallTime(Date.parse(FIRST) + 789),
  generation: 1,
  leaderPod: "pod-0",
  forgingEnabled: false,
  reason: "elected",
  message: "pod-0 leads",
  leaderElected: YES,
  forgingConfirmed: { status: "False", reason: "waiting", message: "" },
  credentialsValid: YES,
  nodeReady: YES,
  kesExpiring: { status: "False", reason: "Fresh", message: "" },
};

Deno.test("leaderStatus() says everything at first", () => {
  const { status, differs } = leaderStatus(VIEW, undefined);
  assertEquals(differs, true);
  assertEquals(status.lastTransitionTime, FIRST);
  assertEquals(status.conditions.map(({ type, status }) => `${type}=${status}`), [
    "LeaderElected=True",
    "ForgingConfirmed=False",
    "CredentialsValid=True",
    "NodeReady=True",
    "KesExpiring=False",
  ]);
  assertEquals(status.conditions[0], {
    type: "LeaderElected",
    status: "True",
    lastTransitionTime: FIRST,
    reason: "elected",
    message: "pod-0 leads",
    observedGeneration: 1,
  });
});

Deno.test("leaderStatus() does not differ because time passed or conditions are in another order", () => {
  const { status } = leaderStatus(VIEW, undefined);
  const stored = { ...status, conditions: [...status.conditions].reverse() };
  const { status: again, differs } = leaderStatus(
    { ...VIEW, at: wallTime(Date.parse(LATER)) },
    stored,
  );
  assertEquals(differs, false);
  assertEquals(again, status);
});

Deno.test("leaderStatus() changes only the times of what changed", () => {
  const { status: before } = leaderStatus(VIEW, undefined);
  const { status, differs } = leaderStatus({
    ...VIEW,
    at: wallTime(Date.parse(LATER)),
    forgingEnabled: true,
    forgingConfirmed: { status: "True", reason: "confirmed", message: "" },
    nodeReady: { ...YES, message: "another message" },
  }, before);
  assertEquals(differs, true);
  assertEquals(status.lastTransitionTime, LATER);
  assertEquals(status.conditions.map((condition) => condition.lastTransitionTime), [
    FIRST,
    LATER,
    FIRST,
    FIRST,
    FIRST,
  ]);
});

Deno.test("leaderStatus() keeps its transition time when only the reason changes", () => {
  const { status: before } = leaderStatus(VIEW, undefined);
  const later = { ...VIEW, at: wallTime(Date.parse(LATER)), reason: "start_failed" };
  const { status, differs } = leaderStatus(later, before);
  assertEquals([differs, status.lastTransitionTime], [true, FIRST]);
});

Deno.test("parseLeaderStatus() takes what we write and refuses an older manager's", () => {
  const { status } = leaderStatus(VIEW, undefined);
  assertEquals(parseLeaderStatus(status), status);
  assertEquals(parseLeaderStatus({ leaderPod: "pod-0", forgingEnabled: true }), undefined);
  assertEquals(parseLeaderStatus({ ...status, conditions: [{ type: 1 }] }), undefined);
  assertEquals(parseLeaderStatus(undefined), undefined);
});

const RESOURCE = {
  group: "cardano.io",
  version: "v1",
  plural: "cardanoleaders",
  namespace: "cardano",
  name: "cardano-leader",
};
const COLLECTION = "/apis/cardano.io/v1/namespaces/cardano/cardanoleaders";
const LIMITS = { timeoutMs: 5_000 };
const STORED = { metadata: { name: "cardano-leader", resourceVersion: "3", generation: 2 } };
const ABSENT = () => jsonResponse(statusObject(404, "NotFound"), { status: 404 });

const ENSURE_CASES: readonly {
  readonly name: string;
  readonly answers: Readonly<Record<string, () => Response>>;
  readonly kind: string;
  readonly requests: readonly string[];
}[] = [
  {
    name: "finds it",
    answers: { GET: () => jsonResponse(STORED) },
    kind: "leader",
    requests: [`GET ${COLLECTION}/cardano-leader`],
  },
  {
    name: "creates it where it is absent",
    answers: { GET: ABSENT, POST: () => jsonResponse(STORED, { status: 201 }) },
    kind: "leader",
    requests: [`GET ${COLLECTION}/cardano-leader`, `POST ${COLLECTION}`],
  },
  {
    name: "tells that the cluster does not know the type",
    answers: { GET: () => new Response("404 page not found\n", { status: 404 }) },
    kind: "no_crd",
    requests: [`GET ${COLLECTION}/cardano-leader`],
  },
  {
    name: "tells that it may not read it",
    answers: { GET: () => jsonResponse(statusObject(403, "Forbidden"), { status: 403 }) },
    kind: "forbidden",
    requests: [`GET ${COLLECTION}/cardano-leader`],
  },
];

for (const { name, answers, kind, requests } of ENSURE_CASES) {
  Deno.test(`ensure() ${name}`, async () => {
    await using server = serve((request) => answers[request.method]!());
    const client = clientFor(server.url);
    assertEquals((await cardanoLeaderApi(client, RESOURCE).ensure(LIMITS)).kind, kind);
    assertEquals(server.requests, requests);
    client.close();
  });
}

Deno.test("ensure() reads what another replica created first", async () => {
  const answers = [
    ABSENT,
    () => jsonResponse(statusObject(409, "AlreadyExists"), { status: 409 }),
    () => jsonResponse(STORED),
  ];
  await using server = serve(() => answers.shift()!());
  const client = clientFor(server.url);
  assertEquals(await cardanoLeaderApi(client, RESOURCE).ensure(LIMITS), {
    kind: "leader",
    generation: 2,
    resourceVersion: "3",
    status: undefined,
  });
  client.close();
});

Deno.test("applyStatus() applies with our name, by force, as JSON", async () => {
  let sent: unknown;
  let contentType: string | null = null;
  const { status } = leaderStatus(VIEW, undefined);
  await using server = serve(async (request) => {
    contentType = request.headers.get("content-type");
    sent = await request.json();
    return jsonResponse({ ...STORED, status });
  });
  const client = clientFor(server.url);
  const answer = await cardanoLeaderApi(client, RESOURCE).applyStatus(status, LIMITS);
  assertEquals(answer, { kind: "leader", generation: 2, resourceVersion: "3", status });
  assertEquals(server.requests, [
    `PATCH ${COLLECTION}/cardano-leader/status?fieldManager=cardano-forge-manager&force=true`,
  ]);
  assertEquals(contentType, "application/apply-patch+yaml");
  assertEquals(sent, {
    apiVersion: "cardano.io/v1",
    kind: "CardanoLeader",
    metadata: { name: "cardano-leader", namespace: "cardano" },
    status,
  });
  client.close();
});

Deno.test("the chart's definitions are the program's", async () => {
  const folder = new URL("../../../chart/cardano-forge-crds/files/", import.meta.url);
  for (const crd of CUSTOM_RESOURCE_DEFINITIONS) {
    const text = await Deno.readTextFile(new URL(`${crd.metadata.name}.yaml`, folder));
    assertEquals(text, crdYaml(crd));
  }
  assertEquals(crdsYaml().split("---\n").length, CUSTOM_RESOURCE_DEFINITIONS.length);
});

Deno.test("toYaml() quotes what YAML would take for something else", () => {
  const value = {
    plain: "a b/c-d.e",
    words: ["yes", "True", "null", "12", "a: b", "- a", "", "#", "o'clock", "a\nb"],
    numbers: [1, -2.5],
    flags: [true],
    nested: [{ a: 1, b: { c: [] } }, [1, [2]], {}],
  };
  assertEquals(
    toYaml(value),
    `plain: a b/c-d.e
words:
  - "yes"
  - "True"
  - "null"
  - "12"
  - "a: b"
  - "- a"
  - ""
  - "#"
  - "o'clock"
  - "a\\nb"
numbers:
  - 1
  - -2.5
flags:
  - true
nested:
  - a: 1
    b:
      c: []
  - - 1
    - - 2
  - {}
`,
  );
});
