// Owns the proof that a node that restarts, refuses or cannot lose its keys never makes a second forger.
// Never judges by what a sidecar says.

import { assert, assertEquals } from "@std/assert";
import { NODE_SILENT_MS } from "../../lib/core/node_silence.ts";
import type { Misbehaviour } from "../../lib/demo/simulated_arguments.ts";
import { LEASE_DURATION_MS, type Replicas } from "../support/replicas.ts";
import { type Stage, theme, untilPassed } from "../support/scenarios.ts";
import { until } from "../support/until.ts";

/** As it is without FENCE_TIMEOUT. */
const FENCE_TIMEOUT_MS = 4_000;
/** Two seconds, and room for a busy machine. */
const HAND_OVER_MS = 15_000;
/** As when a genesis file no longer matches: every signal is an error, and all stays as it was. */
const GENESIS_MISMATCH: readonly Misbehaviour[] = ["refuse-stop", "refuse-start"];

/** Three replicas of which the first has such a node, and is the first to lead. */
async function startWithBadNode(
  stage: Stage,
  misbehaviours: readonly Misbehaviour[],
): Promise<Replicas> {
  const replicas = await stage.make({ replicas: [{ node: { misbehaviours } }, {}, {}] });
  replicas.at(0).pod.start();
  await until("the first to hold the lease", async () => {
    return (await replicas.lease())?.spec?.holderIdentity === replicas.at(0).pod.name;
  }, { timeoutMs: 30_000 });
  for (const { pod } of replicas.others(replicas.at(0))) pod.start();
  return replicas;
}

/** It gives leadership up, another leads and goes on to lead. */
async function expectGivenUp(stage: Stage, replicas: Replicas): Promise<void> {
  const sinceMs = Date.now();
  const [bad, ...good] = replicas.all;
  const next = await replicas.untilOneForges(good);
  stage.note("another forges after ms:", Date.now() - sinceMs);
  const { reason, leaderPod } = await until("the status to tell", async () => {
    const status = await replicas.leaderStatus();
    return status?.forgingEnabled === true && status;
  });
  assertEquals([leaderPod, reason], [next.pod.name, "Forging"]);
  await bad!.untilLogged("Start took no effect: giving up leadership");
  await untilPassed(LEASE_DURATION_MS, Date.now());
  assert(next.forges());
  assertEquals(bad!.record.count("able"), 0);
}

theme("node faults", {
  "a node that hangs is killed, and another forges": async (stage) => {
    const replicas = await stage.start();
    const leader = replicas.forger()!;
    const hung = leader.pod.node!;
    const sinceMs = Date.now();
    hung.kill("SIGSTOP");
    const others = replicas.others(leader);
    await replicas.untilOneForges(others, NODE_SILENT_MS + FENCE_TIMEOUT_MS + HAND_OVER_MS);
    stage.note("another forges after ms:", replicas.nextAbleMs(sinceMs, others) - sinceMs);
    await leader.untilLogged("Not fit to lead", { sinceMs, fields: { reason: "NodeSilent" } });
    await leader.untilLogged("Killing the node", { sinceMs });
    assertEquals((await hung.exited).code, 128 + 9, "by SIGKILL");
    await replicas.untilReady(leader); // by a new process
    await until("the replica whose node hung to be fit again", async () => {
      return (await leader.pod.status())?.guard?.unfit === undefined;
    }, { timeoutMs: 30_000, everyMs: 200 });
    assertEquals(leader.record.count("able", sinceMs), 0);
  },

  "a key folder that became read-only costs the node, and another forges": async (stage) => {
    const mountsKeys = true;
    const replicas = await stage.start({
      replicas: [{ mountsKeys }, { mountsKeys }, { mountsKeys }],
    });
    const leader = replicas.forger()!;
    await leader.remountKeys("ro");
    await untilPassed(5_000, Date.now());
    assert(leader.forges()); // nothing needs to be written while it leads
    const sinceMs = Date.now();
    leader.network.setMode("hang");
    const others = replicas.others(leader);
    const next = await replicas.untilOneForges(others);
    await leader.untilLogged("Killing the node", { sinceMs });
    leader.network.setMode("ok");
    await untilPassed(10_000, Date.now());
    await leader.remountKeys("rw");
    await untilPassed(10_000, Date.now());
    assert(next.forges());
    assertEquals(leader.record.count("able", sinceMs), 0);
  },

  "a node that restarts costs its replica the lease, which another gets at once": async (stage) => {
    const replicas = await stage.start();
    const leader = replicas.forger()!;
    const sinceMs = Date.now();
    leader.pod.node!.kill("SIGKILL");
    await replicas.untilOneForges(replicas.others(leader));
    stage.note("gap ms:", replicas.longestGapMs(sinceMs));
    assert(replicas.longestGapMs(sinceMs) < LEASE_DURATION_MS / 2, "the lease was not released");
    await until("the node to be ready again", async () => {
      return (await leader.pod.status())?.guard?.node.phase === "ready";
    }, { timeoutMs: 30_000, everyMs: 200 });
    await untilPassed(10_000, Date.now());
    assertEquals(leader.record.count("able", sinceMs), 0);
  },

  "a node that refuses to stop is killed, and the lease released": async (stage) => {
    const node = { misbehaviours: ["refuse-stop"] } as const;
    const replicas = await stage.start({ replicas: [{ node }, { node }, { node }] });
    const leader = replicas.forger()!;
    const sinceMs = Date.now();
    const exited = leader.pod.sidecar!.exited;
    leader.pod.restartSidecar = false;
    leader.pod.sidecar!.kill("SIGTERM");
    assertEquals((await exited).code, 0);
    await leader.untilLogged("Killing the node", { sinceMs });
    await replicas.untilOneForges(replicas.others(leader));
    stage.note("gap ms:", replicas.longestGapMs(sinceMs));
    assert(replicas.longestGapMs(sinceMs) < LEASE_DURATION_MS / 2, "the lease was not released");
  },

  "a node that refuses to stop is killed before another forges, when the API hangs": async (
    stage,
  ) => {
    const node = { misbehaviours: ["refuse-stop"] } as const;
    const replicas = await stage.start({ replicas: [{ node }, { node }, { node }] });
    const leader = replicas.forger()!;
    const sinceMs = Date.now();
    leader.network.setMode("hang");
    const others = replicas.others(leader);
    await replicas.untilOneForges(others);
    await leader.untilLogged("Killing the node", { sinceMs });
    const stoppedAtMs = replicas.judge().able[leader.key]!.at(-1)!.toMs;
    stage.note("margin ms:", replicas.nextAbleMs(sinceMs, others) - stoppedAtMs);
  },

  "a node that started forging unasked and refuses to stop is killed": async (stage) => {
    const node = { nonProducing: false, misbehaviours: GENESIS_MISMATCH };
    const replicas = await stage.make({ replicas: [{ node }, {}, {}] });
    const [bad, ...good] = replicas.all;
    bad!.pod.start();
    await bad!.untilForging();
    await bad!.untilLogged("Killing the node");
    await bad!.untilNotForging();
    for (const { pod } of good) pod.start();
    const next = await replicas.untilOneForges(good);
    await untilPassed(LEASE_DURATION_MS, Date.now());
    assert(next.forges());
  },

  "a frozen node is killed before the lease is released": async (stage) => {
    const replicas = await stage.start();
    const leader = replicas.forger()!;
    const sinceMs = Date.now();
    leader.pod.node!.kill("SIGSTOP");
    leader.pod.restartSidecar = false;
    leader.pod.sidecar!.kill("SIGTERM");
    await replicas.untilOneForges(replicas.others(leader));
    await leader.untilLogged("Killing the node", { sinceMs });
    stage.note("gap ms:", replicas.longestGapMs(sinceMs));
  },

  "a start that the node is slow to take does not outlast the stop that follows it": async (
    stage,
  ) => {
    const node = { handlerDelaysMs: [0, 900, 0] };
    const replicas = await stage.make({ replicas: [{ node }, { node }, { node }] });
    for (const { pod } of replicas.all) pod.start();
    const leader = await until("one to be told to forge", () => {
      return replicas.all.find(({ record }) => record.count("sighup") === 2);
    }, { timeoutMs: 30_000 });
    await leader.pod.terminate();
    const next = await replicas.untilOneForges(replicas.others(leader));
    await untilPassed(5_000, Date.now());
    assert(next.forges());
  },

  "a node that does not begin to forge costs its replica the lease": async (stage) => {
    await expectGivenUp(stage, await startWithBadNode(stage, GENESIS_MISMATCH));
  },

  "a node that ignores SIGHUP at its start costs its replica the lease": async (stage) => {
    await expectGivenUp(stage, await startWithBadNode(stage, ["ignore-sighup"]));
  },
}, { atOnce: 10 });
