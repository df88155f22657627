// Owns the proof that a driver notices the deletion of its own pod, and nobody else's.
// Never sends SIGTERM: the driver is not told of any shutdown.

import { assert, assertEquals } from "@std/assert";
import type { Config } from "../../../lib/config.ts";
import type { LeaseObject } from "../../../lib/core/lease_object.ts";
import { type Emulator, failureResponse, startEmulator } from "../../../lib/demo/emulator.ts";
import { answer, makeRoutes } from "../../../lib/http/routes.ts";
import { ApiMetrics } from "../../../lib/http/api_metrics.ts";
import { Metrics } from "../../../lib/http/metrics.ts";
import { until } from "../../support/until.ts";
import { HUB, LEASES, Rig, untilStatus } from "./rig.ts";
import { Actor, config, hasReceipt, holderIn, NAMESPACE, releasedStage } from "./stage.ts";

const PODS = `/api/v1/namespaces/${NAMESPACE}/pods`;

async function send(
  emulator: Emulator,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ metadata: { uid: string } }> {
  const init = body === undefined ? {} : { body: JSON.stringify(body) };
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${emulator.url}${path}`, { method, headers, ...init });
  if (!response.ok) throw new Error(`HTTP ${response.status}: ${await response.text()}`);
  return await response.json();
}

/** Answers its uid. */
async function makePod(emulator: Emulator, name: string): Promise<string> {
  const spec = { nodeName: "machine-1", terminationGracePeriodSeconds: 60 };
  const body = { apiVersion: "v1", kind: "Pod", metadata: { name }, spec };
  return (await send(emulator, "POST", PODS, body)).metadata.uid;
}

function actorIn(emulator: Emulator, podName: string, podUid: string | undefined): Actor {
  const ours: Config = { ...config(podName), podUid };
  return new Actor(emulator, { config: ours, podUid: podUid ?? `${podName}-random` });
}

async function readiness({ driver }: Actor): Promise<[number, string]> {
  const routes = makeRoutes(new Metrics(new ApiMetrics()));
  const request = new Request("http://sidecar/readyz");
  const response = await answer(request, { routes, snapshot: () => driver.snapshot() });
  return [response.status, (await response.json()).reason];
}

function isWatching({ driver }: Actor): boolean {
  return driver.snapshot().ownPod.isWatched;
}

Deno.test("a deleted pod's leader releases with a receipt, says why, and claims no more", async () => {
  await using emulator = await releasedStage();
  using first = actorIn(emulator, "bp-0", await makePod(emulator, "bp-0"));
  await until("bp-0 to forge", () => first.driver.snapshot().guard?.forging === "forging");
  await until("bp-0 to watch its pod", () => isWatching(first));
  assertEquals(await readiness(first), [200, "fit to lead"]);
  await send(emulator, "DELETE", `${PODS}/bp-0`);
  await until("the release", () => hasReceipt(emulator));
  assertEquals(first.told.filter(({ kind }) => kind === "revoke"), [
    { kind: "revoke", reason: "pod_deleting", killFrom: "permit_end" },
  ]);
  const [status, reason] = await readiness(first);
  assertEquals([status, reason.split(":")[0]], [503, "the pod is being deleted"]);
  using second = actorIn(emulator, "bp-1", await makePod(emulator, "bp-1"));
  await until("bp-1 to lead", () => second.driver.snapshot().leads);
  second.driver.receive({ kind: "shutdown" });
  await until("bp-1 to release", () => holderIn(emulator) === "");
  await until("bp-0 to see it free", () => first.driver.snapshot().lease.holder === "");
  assertEquals(first.driver.snapshot().leads, false);
  first.driver.receive({ kind: "shutdown" });
  await until("the end", () => first.told.some(({ kind }) => kind === "finished"));
  assertEquals(first.messages.filter((one) => one === "Pod is being deleted").length, 1);
});

Deno.test("another pod of our name, and its deletion, are not ours", async () => {
  await using emulator = await releasedStage();
  await makePod(emulator, "bp-0");
  using first = actorIn(emulator, "bp-0", "another-uid");
  await until("bp-0 to lead", () => first.driver.snapshot().leads);
  await until("bp-0 to watch its pod", () => isWatching(first));
  await send(emulator, "DELETE", `${PODS}/bp-0`);
  const renewals = first.told.length;
  await until("five renewals", () => first.told.length >= renewals + 10);
  assertEquals([first.driver.snapshot().leads, first.driver.snapshot().ownPod.isDeleting], [
    true,
    false,
  ]);
});

Deno.test("without POD_UID the pod of our name is ours, and so is one that was replaced", async () => {
  await using emulator = await releasedStage();
  await makePod(emulator, "bp-0");
  using first = actorIn(emulator, "bp-0", undefined);
  await until("bp-0 to lead", () => first.driver.snapshot().leads);
  await until("bp-0 to watch its pod", () => isWatching(first));
  await send(emulator, "DELETE", `${PODS}/bp-0`, { gracePeriodSeconds: 0 });
  await until("the release", () => hasReceipt(emulator));
  assertEquals(first.driver.snapshot().ownPod.isDeleting, true);
});

Deno.test("a deletion from before the start of this isolate is noticed, and nothing is claimed", async () => {
  await using emulator = await releasedStage();
  const uid = await makePod(emulator, "bp-0");
  await send(emulator, "DELETE", `${PODS}/bp-0`);
  using first = actorIn(emulator, "bp-0", uid);
  await until("it to be noticed", () => first.driver.snapshot().ownPod.isDeleting);
  await until("the lease to be free", () => holderIn(emulator) === "");
  assertEquals(first.driver.snapshot().leads, false);
});

Deno.test("where the role does not allow the watch, all goes on, with one warning", async () => {
  await using emulator = await startEmulator({
    onRequest: ({ path }) => path === PODS ? failureResponse(403, "pods is forbidden") : undefined,
  });
  using first = actorIn(emulator, "bp-0", "a-uid");
  await until(
    "the warning",
    () => first.messages.some((one) => one.startsWith("Own pod cannot be watched")),
  );
  await until("a watch of the lease", () => first.driver.snapshot().watchConnected);
  assertEquals(first.driver.snapshot().ownPod, { isWatched: false, isDeleting: false });
  const asked = first.requests.filter((one) => one.includes(" pods "));
  assertEquals(asked, ["list pods 403"]);
  assert(!first.messages.includes("API request failed"));
});

Deno.test("with several clusters the forge lease stays with the cluster, for who leads it next", async () => {
  await using rig = await Rig.start();
  const leader = rig.lead("eu-west-1");
  await untilStatus(rig, leader.name, ({ forgingEnabled }) => forgingEnabled);
  const { config: { lease, cluster } } = leader;
  const find = (namespace: string, name: string) =>
    rig.emulator.store.get({ collection: LEASES, namespace, name })?.object as LeaseObject;
  const before = find(HUB, cluster!.forgeLease.name);
  leader.driver.dispatch({ kind: "pod_deleting" });
  await until("the local release", () => find("eu-west-1", lease.name).spec?.holderIdentity === "");
  const { spec } = find(HUB, cluster!.forgeLease.name);
  assertEquals(spec?.holderIdentity, before.spec?.holderIdentity);
  assertEquals(spec?.leaseTransitions, before.spec?.leaseTransitions);
});
