// Owns the proof that a deleted pod's leader hands over while its node runs on, and says what happened.
// Never sends a signal to who is deleted: a native sidecar gets none before its node has ended.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { deleteApiPod } from "../support/api_pod.ts";
import type { Json } from "../support/api_request.ts";
import type { Replica } from "../support/replica.ts";
import type { Replicas } from "../support/replicas.ts";
import { type Stage, theme, untilPassed } from "../support/scenarios.ts";
import { until } from "../support/until.ts";

/** In which a replica that may claim a free lease has claimed it. */
const CLAIM_MS = 4_000;
/** Beyond half of FENCE_TIMEOUT, and within any permit that is renewed in time. */
const CLOSING_MS = 4_000;
/** Hears that it is to stop and forges on, which is worse than a node that is closing. */
const DEAF = { node: { misbehaviours: ["refuse-stop"] } } as const;
const IN_API = { replicas: [{ inApi: true }, { inApi: true }, { inApi: true }] };

function deletePod({ server }: Stage, { namespace }: Replicas, { pod }: Replica): Promise<void> {
  return deleteApiPod(server, { namespace, name: pod.name });
}

/** As `kubectl get events` lists them: kind, name and reason of what each is about. */
async function eventsOf({ server, namespace }: Replicas): Promise<Json[]> {
  return (await server.request("GET", `/api/v1/namespaces/${namespace}/events`)).body.items;
}

async function untilTold(replicas: Replicas, kind: string, reason: string): Promise<Json> {
  return await until(`an Event ${reason} about a ${kind}`, async () => {
    return (await eventsOf(replicas)).find((one) =>
      one.involvedObject.kind === kind && one.reason === reason
    );
  }, { everyMs: 200 });
}

async function readiness({ pod }: Replica): Promise<[number, string]> {
  const response = await fetch(`${pod.url}/readyz`);
  return [response.status, (await response.json()).reason];
}

theme("pod deletion", {
  "a deleted pod's leader hands over within 2 s while its node runs on, and never claims again":
    async (stage) => {
      const replicas = await stage.start(IN_API);
      const leader = replicas.forger()!;
      const [second, third] = replicas.others(leader) as [Replica, Replica];
      await until("its watch of its pod", async () => {
        return (await leader.pod.status())?.ownPod?.isWatched === true;
      });
      const node = leader.pod.node!.pid;
      const sinceMs = Date.now();
      await deletePod(stage, replicas, leader);
      await leader.untilLogged("Lease written", { sinceMs, fields: { write: "release" } });
      await replicas.untilOneForges([second, third]);
      const gapMs = replicas.longestGapMs(sinceMs);
      stage.note("gap ms:", gapMs);
      assert(gapMs <= 2_000, "hands over too late");
      assertMatch((await readiness(leader))[1], /^the pod is being deleted/);
      assertEquals((await readiness(leader))[0], 503);

      // The lease becomes free, with a receipt, and nobody is left but the one that leaves.
      await Promise.all([second.pod.terminate(), third.pod.terminate()]);
      await until(
        "a free lease",
        async () => (await replicas.lease())?.spec?.holderIdentity === "",
      );
      await untilPassed(CLAIM_MS, Date.now());
      assertEquals((await replicas.lease())?.spec?.holderIdentity, "");
      assertEquals([leader.forges(), leader.pod.node?.pid], [false, node], "its node runs on");

      const exited = leader.pod.sidecar!.exited;
      await leader.pod.terminate();
      assertEquals((await exited).code, 0);
    },

  "a deleted pod's node that closes for seconds is not killed, and another forges when it is gone":
    async (stage) => {
      const replicas = await stage.start({
        replicas: IN_API.replicas.slice(1).map((one) => ({ ...one, ...DEAF })),
      });
      const leader = replicas.forger()!;
      const others = replicas.others(leader);
      await until("its watch of its pod", async () => {
        return (await leader.pod.status())?.ownPod?.isWatched === true;
      });
      const node = leader.pod.node!;
      const sinceMs = Date.now();
      await deletePod(stage, replicas, leader);
      const asked = await leader.untilLogged("Node signalled", {
        sinceMs,
        fields: { reason: "disable_forging" },
      });
      await untilPassed(CLOSING_MS, Date.parse(asked.timestamp));
      assertEquals([leader.forges(), others.some((one) => one.forges())], [true, false]);
      assertEquals((await replicas.lease())?.spec?.holderIdentity, leader.pod.name);
      node.kill("SIGTERM");
      await node.exited;
      assertEquals(
        leader.record.lines().findLast(({ event }) => event === "ended")?.note,
        "SIGTERM",
      );
      await replicas.untilOneForges(others);
      stage.note("gap ms:", replicas.longestGapMs(sinceMs));
      const metrics = await (await fetch(`${leader.pod.url}/metrics`)).text();
      assertMatch(metrics, /^cardano_forge_manager_node_kills_total\S* 0$/m);
    },

  "a follower whose pod is deleted takes nothing over": async (stage) => {
    const replicas = await stage.start({ replicas: IN_API.replicas.slice(1) });
    const leader = replicas.forger()!;
    const [follower] = replicas.others(leader) as [Replica];
    const sinceMs = Date.now();
    await deletePod(stage, replicas, follower);
    await follower.untilLogged("Pod is being deleted", { sinceMs });
    await leader.pod.terminate();
    await untilPassed(CLAIM_MS, Date.now());
    assertEquals((await replicas.lease())?.spec?.holderIdentity, "");
    assertEquals(follower.record.count("able"), 0);
  },

  "without the right to watch pods all works as before, with one warning": async (stage) => {
    const replicas = await stage.make({ replicas: IN_API.replicas.slice(1) });
    for (const replica of replicas.all) await replica.setRights("election");
    for (const { pod } of replicas.all) pod.start();
    const leader = await replicas.untilOneForges();
    await replicas.untilAllAreReady();
    for (const replica of replicas.all) {
      await replica.untilLogged(
        "Own pod cannot be watched: its deletion is noticed by SIGTERM only",
      );
      await until(
        "no watch",
        async () => (await replica.pod.status())?.ownPod?.isWatched === false,
      );
    }
    await leader.untilLogged("No Events are written to the API server");
    const sinceMs = Date.now();
    await leader.pod.terminate();
    await replicas.untilOneForges(replicas.others(leader));
    stage.note("gap ms:", replicas.longestGapMs(sinceMs));
    for (const replica of replicas.all) {
      const told = replica.log().filter(({ message }) => message.startsWith("Own pod"));
      assertEquals(told.length, 1);
    }
  },

  "an election and a deletion are told by Events about the pod and CardanoLeader": async (
    stage,
  ) => {
    const replicas = await stage.start({ replicas: IN_API.replicas.slice(1) });
    const leader = replicas.forger()!;
    const { name, uid } = (await stage.server.request(
      "GET",
      `/api/v1/namespaces/${replicas.namespace}/pods/${leader.pod.name}`,
    )).body.metadata;
    const about = await untilTold(replicas, "Pod", "LeaderElected");
    assertEquals([about.involvedObject.name, about.involvedObject.uid], [name, uid]);
    assertEquals([about.reportingComponent, about.reportingInstance, about.type], [
      "cardano.io/forge-manager",
      name,
      "Normal",
    ]);
    await untilTold(replicas, "CardanoLeader", "LeaderElected");
    await untilTold(replicas, "CardanoLeader", "ForgingConfirmed");
    await deletePod(stage, replicas, leader);
    await untilTold(replicas, "Pod", "PodDeleting");
    await untilTold(replicas, "Pod", "LeadershipLost");
    const dropped = replicas.all.map(async ({ pod }) => (await pod.status())?.eventsDropped);
    assertEquals(await Promise.all(dropped), [0, 0]);
  },
});
