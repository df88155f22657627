// Owns the proof that a local leader deals with the coordination API as it should: its resource, its status.
// Never needs a cluster: an API server in this process answers.

import { assert, assertEquals } from "@std/assert";
import { coordinationCalls } from "../../../lib/cli/checks/coordination.ts";
import { until } from "../../support/until.ts";
import { conditionOf, HUB, Rig, untilStatus } from "./rig.ts";

Deno.test(
  "a local leader makes its resource, claims the forge lease and says that it forges",
  async () => {
    await using rig = await Rig.start();
    const leader = rig.lead("eu-west-1");
    await untilStatus(rig, leader.name, ({ forgingEnabled }) => forgingEnabled);
    const resource = rig.resource(leader.name);
    assertEquals(resource.metadata.labels["cardano.io/region"], "eu-west-1");
    assertEquals(resource.spec.region, "eu-west-1");
    assertEquals(resource.status.activeLeader, "bp-0");
    assertEquals(conditionOf(resource, "CoordinationReachable").status, "True");
    assertEquals(conditionOf(resource, "CoordinationShared").status, "True");
    assertEquals(leader.logged("Forge lease acquired").length, 1);
    const { forgeLease, nobodyForges, own, coordination, permitLeftMs } = leader.tier;
    assertEquals([forgeLease.holder, forgeLease.isHeld], [leader.name, true]);
    assertEquals([nobodyForges, own?.forges, coordination.reach], [undefined, true, "reached"]);
    assert(permitLeftMs.local > 0 && permitLeftMs.forge > 0);
  },
);

Deno.test("an unchanged status is written as a heartbeat, in time, and nothing besides", async () => {
  await using rig = await Rig.start();
  const leader = rig.lead("eu-west-1");
  await untilStatus(rig, leader.name, ({ forgingEnabled }) => forgingEnabled);
  const texts = new Set<string>();
  const writes = () => rig.requests.filter(({ path }) => path.endsWith("/status")).length;
  const before = writes();
  await until("four heartbeats", () => {
    texts.add(rig.resource(leader.name).status.lastHeartbeatTime);
    return texts.size === 4;
  }, { timeoutMs: 5_000 });
  // One may be news that the beginning left behind.
  assert(writes() - before <= 5, `${writes() - before} writes`);
});

Deno.test(
  "a resource deleted by hand comes back with its last spec, its labels and its status",
  async () => {
    await using rig = await Rig.start();
    const leader = rig.lead("eu-west-1");
    await untilStatus(rig, leader.name, ({ forgingEnabled }) => forgingEnabled);
    const path = rig.pathOf(leader.name);
    await rig.request("PATCH", path, { spec: { priority: 7 }, metadata: { labels: { own: "x" } } });
    await untilStatus(rig, leader.name, ({ effectivePriority }) => effectivePriority === 7);
    assertEquals(
      conditionOf(rig.resource(leader.name), "OverrideActive").message,
      "no override is in force; edited, and winning over the environment: spec.priority",
    );
    const { uid } = rig.resource(leader.name).metadata;
    await rig.request("DELETE", path);
    await untilStatus(rig, leader.name, ({ forgingEnabled }) => forgingEnabled);
    const again = rig.resource(leader.name);
    assert(again.metadata.uid !== uid);
    assertEquals([again.spec.priority, again.metadata.labels.own], [7, "x"]);
    assertEquals(again.metadata.labels["cardano.io/pool-id"], "mine");
    assertEquals(leader.driver.snapshot().tier?.own?.forges, true);
  },
);

Deno.test("another pool's resource of our name is left alone, and told of once", async () => {
  await using rig = await Rig.start();
  const theirs = { name: "preview-mine-eu-west-1", labels: { "cardano.io/pool-id": "other" } };
  await rig.request("POST", `${rig.pathOf("").slice(0, -1)}`, {
    apiVersion: "cardano.io/v1",
    kind: "CardanoForgeCluster",
    metadata: theirs,
    spec: { network: { name: "preview", magic: 2 }, region: "eu-west-1" },
  });
  const before = rig.resource(theirs.name);
  const leader = rig.lead("eu-west-1");
  const line = await until("the log line", () => leader.log.find(({ level }) => level === "ERROR"));
  assertEquals(line["field"], "metadata.labels[cardano.io/pool-id]");
  const other = rig.lead("us-east-1");
  await untilStatus(rig, other.name, ({ forgingEnabled }) => forgingEnabled);
  assertEquals(rig.resource(theirs.name), before);
  assertEquals(leader.log.filter(({ level }) => level === "ERROR").length, 1);
  assertEquals(leader.tier.forgeLease.isHeld, false);
});

Deno.test(
  "a replica that does not lead sends nothing to the coordination API, and is not told to",
  async () => {
    await using rig = await Rig.start();
    const leader = rig.lead("eu-west-1");
    await untilStatus(rig, leader.name, ({ forgingEnabled }) => forgingEnabled);
    const begun = rig.requests.length;
    const follower = rig.lead("eu-west-1", { POD_NAME: "bp-1" });
    await until("the follower to see the leader", () => follower.driver.snapshot().lease.holder);
    await new Promise((resolve) => setTimeout(resolve, 300));
    assertEquals(follower.tier.active, false);
    assertEquals(follower.tier.own, undefined);
    // All of them are the leader's: it alone may write the status.
    const hub = rig.requests.slice(begun).filter(({ path }) => path.includes(`/${HUB}/`));
    assertEquals(
      hub.filter(({ method, path }) => method !== "PUT" && !path.endsWith("/status")),
      [],
    );
  },
);

Deno.test(
  "the last word of a leader that ends says that it does, and nothing comes after it",
  async () => {
    await using rig = await Rig.start();
    const leader = rig.lead("eu-west-1");
    await untilStatus(rig, leader.name, ({ forgingEnabled }) => forgingEnabled);
    leader.driver.receive({ kind: "shutdown" });
    await untilStatus(rig, leader.name, ({ forgingEnabled }) => !forgingEnabled);
    await until("the local lease to be released", () => !leader.tier.active);
    const resource = rig.resource(leader.name);
    assertEquals(resource.status.activeLeader, "");
    assertEquals([conditionOf(resource, "Ready").status, conditionOf(resource, "Ready").reason], [
      "False",
      "Shutdown",
    ]);
    const begun = rig.requests.length;
    await new Promise((resolve) => setTimeout(resolve, 1_300));
    // CardanoLeader's own last word, on the local API, may still be under way.
    const status = `${rig.pathOf(leader.name)}/status`;
    assertEquals(rig.requests.slice(begun).filter(({ path }) => path === status), []);
  },
);

Deno.test("the coordination API is told to be out of reach while it is, and only while", async () => {
  let down = false;
  await using rig = await Rig.start(({ path }) =>
    down && path.includes(`/${HUB}/`) ? new Response("down", { status: 503 }) : undefined
  );
  const leader = rig.lead("eu-west-1");
  await untilStatus(rig, leader.name, ({ forgingEnabled }) => forgingEnabled);
  down = true;
  await until("the outage to be seen", () => leader.tier.coordination.reach === "unreachable");
  assert(leader.tier.coordination.problem?.includes("HTTP 503"));
  down = false;
  await until("its end to be seen", () => leader.tier.coordination.reach === "reached");
  const reached = () => conditionOf(rig.resource(leader.name), "CoordinationReachable").status;
  await until("the condition to be true", () => reached() === "True");
  assertEquals(
    leader.logged("API request failed").every(({ api }) => api === "coordination"),
    true,
  );
});

Deno.test("check-config asks for every call that a leader makes", async () => {
  await using rig = await Rig.start();
  const leader = rig.lead("eu-west-1");
  await untilStatus(rig, leader.name, ({ forgingEnabled }) => forgingEnabled);
  await rig.request("PATCH", rig.pathOf(leader.name), {
    metadata: { labels: { "cardano.io/region": null, "cardano.io/network": null } },
  });
  const regionOf = () => rig.resource(leader.name).metadata.labels["cardano.io/region"];
  await until("the label to be back", () => regionOf() !== undefined);
  const waiting = rig.lead("us-east-1");
  await until("a trial of a claim", () => waiting.tier.forgeLease.claim === "possible");
  const verbs: Record<string, string> = { POST: "create", PUT: "update", PATCH: "patch" };
  const made = new Set(
    rig.requests.filter(({ path }) => path.includes(`/${HUB}/`))
      .map(({ method, path, searchParams }) => {
        const [plural, name, ...rest] = path.split(`/${HUB}/`)[1]!.split("/");
        const read = searchParams.has("watch") ? "watch" : name === undefined ? "list" : "get";
        return [verbs[method] ?? read, plural, ...rest].join(" ");
      }),
  );
  const asked = new Set(
    coordinationCalls(leader.config.cluster!).map(({ verb, resource, subresource }) =>
      [verb, resource, ...(subresource === undefined ? [] : [subresource])].join(" ")
    ),
  );
  // The lease of these tests exists already, no write to it fails, and no Event comes again.
  const others = ["create leases", "get leases", "patch events"];
  assertEquals([...asked].filter((call) => !made.has(call)).toSorted(), others);
  assertEquals([...made].filter((call) => !asked.has(call)), []);
});
