// Owns the proof that a sidecar may die, freeze or lose its manager without two nodes forging.
// Never judges by what a sidecar says.

import { assert, assertEquals } from "@std/assert";
import { LEASE_DURATION_MS } from "../support/replicas.ts";
import { theme, untilPassed } from "../support/scenarios.ts";
import { until } from "../support/until.ts";

theme("sidecar faults", {
  "a sidecar that stays dead for 60 s costs the node, and the pod comes back as a follower": async (
    stage,
  ) => {
    const replicas = await stage.start();
    const dead = replicas.forger()!;
    const sinceMs = Date.now();
    dead.pod.restartSidecar = false;
    dead.pod.sidecar!.kill("SIGKILL");
    const renewedAtMs = await replicas.renewedAtMs();
    const others = replicas.others(dead);
    const next = await replicas.untilOneForges(others);
    const afterMs = replicas.nextAbleMs(sinceMs, others) - renewedAtMs;
    stage.note("forges after the last renewal, ms:", afterMs);
    stage.note("gap ms:", replicas.longestGapMs(sinceMs));
    assert(afterMs <= LEASE_DURATION_MS + 1_000, "forges too late");
    const backAtMs = sinceMs + 60_000;
    await untilPassed(60_000, sinceMs);
    dead.pod.restartSidecar = true;
    dead.pod.startSidecar();
    await until("the pod to be ready again", async () => {
      return (await dead.pod.status())?.guard?.node.phase === "ready";
    }, { timeoutMs: 30_000, everyMs: 200 });
    await untilPassed(10_000, backAtMs);
    assert(next.forges());
    assertEquals(replicas.longestGapMs(backAtMs), 0);
    assertEquals(dead.record.count("able", sinceMs), 0);
  },

  "a pod frozen whole for 40 s loses its node to the kubelet, and follows when it thaws": async (
    stage,
  ) => {
    const replicas = await stage.start();
    const frozen = replicas.forger()!;
    const sinceMs = Date.now();
    for (const process of [frozen.pod.sidecar!, frozen.pod.node!]) process.kill("SIGSTOP");
    const next = await replicas.untilOneForges(replicas.others(frozen));
    await untilPassed(40_000, sinceMs);
    frozen.pod.sidecar!.kill("SIGCONT");
    frozen.pod.node?.kill("SIGCONT");
    await untilPassed(55_000, sinceMs);
    assert(next.forges());
    assertEquals(frozen.record.count("able", sinceMs), 0);
  },

  "a sidecar frozen for 40 s costs the node, and follows when it thaws": async (stage) => {
    const replicas = await stage.start();
    const frozen = replicas.forger()!;
    const sinceMs = Date.now();
    frozen.pod.sidecar!.kill("SIGSTOP");
    const renewedAtMs = await replicas.renewedAtMs();
    const others = replicas.others(frozen);
    const next = await replicas.untilOneForges(others);
    const afterMs = replicas.nextAbleMs(sinceMs, others) - renewedAtMs;
    stage.note("forges after the last renewal, ms:", afterMs);
    stage.note("gap ms:", replicas.longestGapMs(sinceMs));
    assert(afterMs <= LEASE_DURATION_MS + 1_000, "forges too late");
    const thawAtMs = sinceMs + 40_000;
    await untilPassed(40_000, sinceMs);
    frozen.pod.sidecar!.kill("SIGCONT");
    await untilPassed(20_000, thawAtMs);
    assert(next.forges());
    assertEquals(replicas.longestGapMs(thawAtMs), 0);
    assertEquals(frozen.record.count("able", sinceMs), 0);
  },

  "a sidecar that is killed and started at once, three times, keeps leading without a gap": async (
    stage,
  ) => {
    const replicas = await stage.start();
    const leader = replicas.forger()!;
    const sinceMs = Date.now();
    const transitions = (await replicas.lease())?.spec?.leaseTransitions;
    for (let count = 1; count <= 3; count++) {
      const killedAtMs = Date.now();
      leader.pod.sidecar!.kill("SIGKILL");
      await leader.pod.sidecar!.exited;
      await replicas.untilRenewed();
      await untilPassed(5_000, killedAtMs); // or two probes in a row could meet a dead sidecar
    }
    await untilPassed(LEASE_DURATION_MS, Date.now());
    assert(leader.forges());
    stage.note("gap ms:", replicas.longestGapMs(sinceMs));
    assertEquals(replicas.longestGapMs(sinceMs), 0);
    assertEquals((await replicas.lease())?.spec?.leaseTransitions, transitions);
  },

  "a sidecar that starts again without an API forges no longer than its permit": async (stage) => {
    const replicas = await stage.start();
    const leader = replicas.forger()!;
    const sinceMs = Date.now();
    leader.network.setMode("hang");
    leader.pod.sidecar!.kill("SIGKILL");
    const renewedAtMs = await replicas.renewedAtMs();
    await leader.untilNotForging();
    const others = replicas.others(leader);
    await replicas.untilOneForges(others);
    const afterMs = replicas.nextAbleMs(sinceMs, others) - renewedAtMs;
    stage.note("forges after the last renewal, ms:", afterMs);
    stage.note("gap ms:", replicas.longestGapMs(sinceMs));
    assert(afterMs <= LEASE_DURATION_MS + 1_000, "forges too late");
    assertEquals(leader.pod.nodeRestarts, 0); // it was told to stop, and not killed
  },

  "a sidecar that dies in its fence leaves the next one what is left of its node's time": async (
    stage,
  ) => {
    const deaf = { node: { misbehaviours: ["refuse-stop"] as const } };
    const replicas = await stage.start({ replicas: [deaf, deaf, deaf] });
    const leader = replicas.forger()!;
    const sinceMs = Date.now();
    leader.network.setMode("hang");
    const { timestamp } = await leader.untilLogged("Permit ends", { sinceMs });
    leader.pod.sidecar!.kill("SIGKILL");
    const endedAtMs = Date.parse(timestamp);
    const fenced = await leader.untilLogged("Fence confirmed", { sinceMs });
    const beganAtMs = Date.parse(fenced.timestamp) - fenced["tookMs"];
    stage.note("its fence began after the permit's end, ms:", Math.round(beganAtMs - endedAtMs));
    assert(beganAtMs - endedAtMs < 500, "its node was given its time anew");
    await replicas.untilOneForges(replicas.others(leader));
    stage.note("gap ms:", replicas.longestGapMs(sinceMs));
    assertEquals(leader.pod.nodeRestarts, 1); // killed by the sidecar that came after
  },

  "a sidecar and a node that die together leave the lease to a fresh start of either": async (
    stage,
  ) => {
    const replicas = await stage.start();
    const { pod } = replicas.forger()!;
    const sinceMs = Date.now();
    for (const process of [pod.sidecar!, pod.node!]) process.kill("SIGKILL");
    await until("one to forge again", () => replicas.nextAbleMs(sinceMs) < Infinity, {
      timeoutMs: 30_000,
    });
    stage.note("gap ms:", replicas.longestGapMs(sinceMs));
    assert(replicas.longestGapMs(sinceMs) <= LEASE_DURATION_MS + 1_000, "forges too late");
    await untilPassed(LEASE_DURATION_MS + 5_000, sinceMs);
  },

  "a taken METRICS_PORT costs a restarted sidecar its probes and not the lease": async (stage) => {
    const replicas = await stage.start();
    const leader = replicas.forger()!;
    const { pod } = leader;
    const sinceMs = Date.now();
    pod.restartSidecar = false;
    pod.sidecar!.kill("SIGKILL");
    await pod.sidecar!.exited;
    const occupant = Deno.listen({ hostname: "0.0.0.0", port: pod.metricsPort });
    pod.startSidecar();
    await untilPassed(LEASE_DURATION_MS + 5_000, sinceMs);
    assert(leader.forges());
    assertEquals(replicas.longestGapMs(sinceMs), 0);
    occupant.close();
    assertEquals((await until("it to serve again", () => pod.status())).leads, true);
  },
}, { atOnce: 8 });
