// Owns the proof that a driver's Events reach the API, about the right objects, and disturb nothing.
// Never asserts on the words of a note.

import { assert, assertEquals } from "@std/assert";
import { type Emulator, failureResponse, startEmulator } from "../../../lib/demo/emulator.ts";
import { eventApi, shortened } from "../../../lib/kubernetes/events.ts";
import { wallTime } from "../../../lib/core/time.ts";
import { BURST, type Notice } from "../../../lib/manager/event_budget.ts";
import { EventRecorder } from "../../../lib/manager/event_recorder.ts";
import { until } from "../../support/until.ts";
import { HUB, Rig } from "./rig.ts";
import { Actor, clientFor, config, NAMESPACE, releasedStage, testLog } from "./stage.ts";

// deno-lint-ignore no-explicit-any -- tests reach into objects of any shape
function eventsIn({ store }: Emulator, namespace = NAMESPACE): any[] {
  return store.list("events.events.k8s.io", namespace);
}

function told(emulator: Emulator, namespace = NAMESPACE): string[] {
  return eventsIn(emulator, namespace).map(({ regarding, reason }) =>
    `${regarding.kind} ${reason}`
  );
}

function actor(emulator: Emulator, podUid = "uid-of-bp-0"): Actor {
  return new Actor(emulator, { config: { ...config("bp-0"), podUid }, podUid });
}

Deno.test("an election is told of the pod and of CardanoLeader, by their uids", async () => {
  await using emulator = await releasedStage();
  using _first = actor(emulator);
  const expected = [
    "CardanoLeader ForgingConfirmed",
    "CardanoLeader LeaderElected",
    "Pod ForgingConfirmed",
    "Pod LeaderElected",
  ];
  await until("them all", () => expected.every((one) => told(emulator).includes(one)));
  const key = { collection: "cardanoleaders.cardano.io", namespace: NAMESPACE };
  const { uid } = emulator.store.get({ ...key, name: "cardano-leader" })!.object.metadata;
  const uids = { Pod: "uid-of-bp-0", CardanoLeader: uid } as Record<string, string>;
  for (const { regarding, reportingController, reportingInstance } of eventsIn(emulator)) {
    assertEquals(regarding.uid, uids[regarding.kind]);
    assertEquals([reportingController, reportingInstance], ["cardano.io/forge-manager", "bp-0"]);
  }
});

Deno.test("without the right to write Events all goes on, with one warning and a count", async () => {
  await using emulator = await startEmulator({
    onRequest: ({ path }) =>
      path.includes("/events") ? failureResponse(403, "events is forbidden") : undefined,
  });
  using first = actor(emulator);
  first.report({ credentials: { kind: "invalid", problems: [problem("missing")] } });
  await until(
    "the warning",
    () => first.messages.includes("No Events are written to the API server"),
  );
  first.report({ credentials: { kind: "invalid", problems: [problem("kes_expired")] } });
  await until("the count", () => first.driver.snapshot().eventsDropped >= 2);
  assertEquals(first.requests.filter((one) => one.includes("events")), ["create events 403"]);
  await until("a watch", () => first.driver.snapshot().watchConnected);
});

function problem(code: "missing" | "kes_expired") {
  return { file: "opcert", code, message: "as a test says" } as const;
}

Deno.test("with several clusters, the pod is told of at home and the cluster on the coordination API", async () => {
  await using rig = await Rig.start();
  const leader = rig.lead("eu-west-1", { POD_UID: "uid-of-bp-0" });
  await until(
    "the Events",
    () =>
      told(rig.emulator, HUB).includes("CardanoForgeCluster ForgingConfirmed") &&
      told(rig.emulator, "eu-west-1").includes("Pod ForgingConfirmed"),
  );
  assert(told(rig.emulator, HUB).every((one) => one.startsWith("CardanoForgeCluster ")));
  assert(told(rig.emulator, "eu-west-1").every((one) => one.startsWith("Pod ")));
  assert(told(rig.emulator, HUB).includes("CardanoForgeCluster ForgeLeaseAcquired"));
  const [{ regarding }] = eventsIn(rig.emulator, HUB);
  assertEquals([regarding.name, regarding.uid], [
    leader.name,
    rig.resource(leader.name).metadata.uid,
  ]);
});

Deno.test("flapping a hundred times gives at most the burst, with counts that say how often", async () => {
  await using emulator = await startEmulator();
  const client = clientFor(emulator.url);
  let nowMs = 0;
  const recorder = new EventRecorder({
    api: eventApi(client, { namespace: NAMESPACE, podName: "bp-0" }),
    timeoutMs: 2_000,
    regarding: () => ({ apiVersion: "v1", kind: "Pod", name: "bp-0", uid: "u" }),
    nameBase: "test",
    log: testLog(),
    what: "API server",
    nowMs: () => nowMs,
    wall: () => wallTime(1_790_000_000_000 + nowMs),
  });
  const flap = (reason: string): Notice => {
    return { about: "pod", type: "Normal", reason, action: "Elect", note: reason };
  };
  for (let i = 0; i < 100; i++) recorder.note([flap("LeaderElected"), flap("LeadershipLost")]);
  for (let i = 0; i < 2 * BURST; i++) recorder.note([flap(`Other${i}`)]);
  nowMs = 1_000;
  recorder.note([flap("LeaderElected")]);
  await until("the burst", () => eventsIn(emulator).length === BURST);
  const [elected] = eventsIn(emulator).filter(({ reason }) => reason === "LeaderElected");
  assertEquals(elected.series.count, 101);
  recorder.stop();
  client.close();
});

Deno.test("shortened() cuts a note to what the API takes, at a character", () => {
  assertEquals(shortened("é".repeat(512)), "é".repeat(512));
  assertEquals(shortened(`a${"é".repeat(512)}`), `a${"é".repeat(510)}…`);
});
