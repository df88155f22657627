// Owns the proof that neither names nor settings that differ between replicas make two forgers.
// Never judges by what a sidecar says, but of what it says.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { managerBinary } from "../support/manager_binary.ts";
import { LEASE_DURATION_MS } from "../support/replicas.ts";
import { theme, untilPassed } from "../support/scenarios.ts";
import { until } from "../support/until.ts";

theme("identity", {
  "a pod of the leader's name waits as long as any other": async (stage) => {
    const name = "twin";
    const replicas = await stage.start({ replicas: [{ name }, { name }, { name }] });
    const leader = replicas.forger()!;
    const sinceMs = Date.now();
    leader.network.setMode("hang");
    await leader.untilNotForging();
    const renewedAtMs = await replicas.renewedAtMs();
    const others = replicas.others(leader);
    const next = await replicas.untilOneForges(others);
    const afterMs = replicas.nextAbleMs(sinceMs, others) - renewedAtMs;
    stage.note("forges after the last renewal, ms:", afterMs);
    assert(afterMs >= 0.99 * LEASE_DURATION_MS, "forges before the wait is over");
    leader.network.setMode("ok");
    const healedAtMs = Date.now();
    await untilPassed(LEASE_DURATION_MS + 5_000, healedAtMs);
    assert(next.forges());
    assertEquals(leader.record.count("able", sinceMs), 0);
  },

  "a pod made anew under the leader's name waits as long as any other": async (stage) => {
    const replicas = await stage.make({ replicas: [{ name: "bp-0" }, { name: "bp-0" }] });
    const [first, second] = replicas.all;
    first!.pod.start();
    await first!.untilForging();
    await first!.pod.vanish();
    const renewedAtMs = await replicas.renewedAtMs();
    second!.pod.start();
    await second!.untilForging(40_000);
    const afterMs = replicas.nextAbleMs(renewedAtMs, [second!]) - renewedAtMs;
    stage.note("forges after the last renewal, ms:", afterMs);
    assert(afterMs >= 0.99 * LEASE_DURATION_MS, "forges before the wait is over");
  },

  "LEASE_NAME changes in a rolling restart": async (stage) => {
    const names = ["bp-0", "bp-1", "bp-2"];
    const env = { LEASE_NAME: "renamed" };
    const replicas = await stage.make({
      replicas: [...names.map((name) => ({ name })), ...names.map((name) => ({ name, env }))],
    });
    const older = replicas.all.slice(0, 3);
    const newer = replicas.all.slice(3);
    for (const { pod } of older) pod.start();
    await replicas.untilOneForges(older);
    const sinceMs = Date.now();
    for (const index of [2, 1, 0]) {
      // By then the new Lease, created by the first newer pod, has stood still for long enough.
      if (index === 0) await untilPassed(LEASE_DURATION_MS, Date.now());
      await older[index]!.pod.terminate();
      newer[index]!.pod.start();
      await until("the newer pod's node to be ready", async () => {
        return (await newer[index]!.pod.status())?.guard?.node.phase === "ready";
      }, { timeoutMs: 30_000, everyMs: 200 });
      if (index > 0) await replicas.untilOneForges(older);
    }
    const next = await replicas.untilOneForges(newer);
    stage.note("gap ms:", replicas.longestGapMs(sinceMs));
    await untilPassed(LEASE_DURATION_MS + 5_000, Date.now());
    assert(next.forges());
    assertEquals((await replicas.lease("renamed"))?.spec?.holderIdentity, next.pod.name);
    assertEquals((await replicas.lease())?.spec?.holderIdentity ?? "", "");
  },

  "replicas of unequal LEASE_DURATION wait for the longest": async (stage) => {
    const lasting = (seconds: number) => ({ env: { LEASE_DURATION: String(seconds) } });
    const replicas = await stage.make({ replicas: [lasting(30), lasting(15), lasting(10)] });
    const [longest, ...others] = replicas.all;
    longest!.pod.start();
    await longest!.untilForging();
    for (const { pod } of others) pod.start();
    await replicas.untilAllAreReady();
    await replicas.untilRenewed(); // so that the others count from when it was sent
    const sinceMs = Date.now();
    longest!.network.setMode("hang");
    await longest!.untilNotForging(40_000);
    const renewedAtMs = await replicas.renewedAtMs();
    await replicas.untilOneForges(others);
    const afterMs = replicas.nextAbleMs(sinceMs, others) - renewedAtMs;
    stage.note("forges after the last renewal, ms:", afterMs);
    assert(afterMs >= 0.99 * 30_000, "forges before the wait is over");
    assert(afterMs <= 31_000, "forges too late");
  },

  "another pool's Lease is never claimed": async (stage) => {
    const replicas = await stage.make();
    const annotations = { "cardano.io/pool-id": "ab".repeat(28) };
    await replicas.patchLease({ metadata: { annotations } });
    for (const { pod } of replicas.all) pod.start();
    await replicas.untilAllAreReady();
    await untilPassed(LEASE_DURATION_MS + 5_000, Date.now());
    for (const { pod, record } of replicas.all) {
      assertEquals(record.count("able"), 0);
      assertStringIncludes((await pod.status())?.lease.standing ?? "", "another pool");
    }
  },

  "a wrong configuration exits with 78 and names every problem": async () => {
    const { code, stderr } = await new Deno.Command(managerBinary()!, {
      args: ["run"],
      clearEnv: true,
      env: { LEASE_DURATION: "15", RENEW_DEADLINE: "14", LOG_LEVEL: "loud", METRICS_PORT: "0x" },
      stderr: "piped",
    }).output();
    const text = new TextDecoder().decode(stderr);
    assertEquals(code, 78);
    for (const name of ["POD_NAME", "RENEW_DEADLINE", "LOG_LEVEL", "METRICS_PORT", "KUBECONFIG"]) {
      assertStringIncludes(text, `\n  ${name} `);
    }
  },
}, { atOnce: 6 });
