// Owns the proof that a leader that ends in order hands over at once, and one that vanishes in time.
// Never judges by what a sidecar says.

import { assert, assertEquals } from "@std/assert";
import type { Replica } from "../support/replica.ts";
import { LEASE_DURATION_MS } from "../support/replicas.ts";
import { theme } from "../support/scenarios.ts";

const FENCE_TIMEOUT_MS = 4_000;
const API_TIMEOUT_MS = 2_000;

/** Ends the pod in order; answers the sidecar's exit code and how long that took. */
async function terminate({ pod }: Replica): Promise<{ code: number; tookMs: number }> {
  const beganAtMs = performance.now();
  const exited = pod.sidecar!.exited.then(({ code }) => {
    return { code, tookMs: Math.round(performance.now() - beganAtMs) };
  });
  await pod.terminate();
  return await exited;
}

theme("shutdown", {
  "SIGTERM hands over within 2 s, twice in a row": async (stage) => {
    const replicas = await stage.start();
    for (let count = 1; count <= 2; count++) {
      const leader = await replicas.untilOneForges();
      const sinceMs = Date.now();
      const { code, tookMs } = await terminate(leader);
      await replicas.untilOneForges(replicas.others(leader));
      const gapMs = replicas.longestGapMs(sinceMs);
      stage.note("gap ms:", gapMs);
      stage.note("exit ms:", tookMs);
      assertEquals(code, 0);
      assert(tookMs <= 5_000, "ends too late");
      assert(gapMs <= 2_000, "hands over too late");
    }
    assertEquals(replicas.judge().secondsWithTwo, []);
  },

  "SIGTERM of a follower changes nothing": async (stage) => {
    const replicas = await stage.start();
    const leader = replicas.forger()!;
    const sinceMs = Date.now();
    const [follower] = replicas.others(leader);
    assertEquals((await terminate(follower!)).code, 0);
    assert(leader.forges());
    assertEquals(replicas.longestGapMs(sinceMs), 0);
  },

  "SIGTERM without an API ends in time, and another forges when the lease ran out": async (
    stage,
  ) => {
    const replicas = await stage.start();
    const leader = replicas.forger()!;
    leader.network.setMode("hang");
    const renewedAtMs = await replicas.renewedAtMs();
    const { code, tookMs } = await terminate(leader);
    stage.note("exit ms:", tookMs);
    assertEquals(code, 0);
    assert(tookMs <= FENCE_TIMEOUT_MS + API_TIMEOUT_MS + 1_000, "ends too late");
    const others = replicas.others(leader);
    await replicas.untilOneForges(others);
    const afterMs = replicas.nextAbleMs(renewedAtMs, others) - renewedAtMs;
    stage.note("forges after the last renewal, ms:", afterMs);
    assert(afterMs <= LEASE_DURATION_MS + 1_000, "forges too late");
  },

  "a lost pod is replaced within LEASE_DURATION + 1 s of its last renewal": async (stage) => {
    const replicas = await stage.start();
    const leader = replicas.forger()!;
    const vanished = leader.pod.vanish();
    const renewedAtMs = await replicas.renewedAtMs();
    await vanished;
    const others = replicas.others(leader);
    await replicas.untilOneForges(others);
    const afterMs = replicas.nextAbleMs(renewedAtMs, others) - renewedAtMs;
    stage.note("forges after the last renewal, ms:", afterMs);
    stage.note("gap ms:", replicas.longestGapMs(renewedAtMs));
    assert(afterMs <= LEASE_DURATION_MS + 1_000, "forges too late");
  },
});
