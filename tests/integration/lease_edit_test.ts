// Owns the proof that a Lease changed by hand costs at most the time that safety takes.
// Never judges by what a sidecar says.

import { assert, assertEquals } from "@std/assert";
import { expectStatus } from "../support/api_request.ts";
import type { Replica } from "../support/replica.ts";
import { LEASE_DURATION_MS, type Replicas } from "../support/replicas.ts";
import { theme, untilPassed } from "../support/scenarios.ts";
import { until } from "../support/until.ts";

/** The holder writes it back at once and goes on, also after all that others may have waited for. */
async function expectWrittenBack(
  replicas: Replicas,
  { leader, sinceMs }: { leader: Replica; sinceMs: number },
): Promise<void> {
  await until("the holder to be back", async () => {
    return (await replicas.lease())?.spec?.holderIdentity === leader.pod.name;
  });
  await untilPassed(LEASE_DURATION_MS + 5_000, sinceMs);
  assert(leader.forges());
  assertEquals(replicas.longestGapMs(sinceMs), 0);
}

theme("lease edits", {
  "a deleted Lease is written back at once": async (stage) => {
    const replicas = await stage.start();
    const leader = replicas.forger()!;
    const sinceMs = Date.now();
    const before = await replicas.lease();
    expectStatus(200, await stage.server.request("DELETE", replicas.leasePath()));
    await expectWrittenBack(replicas, { leader, sinceMs });
    assert((await replicas.lease())?.metadata.uid !== before?.metadata.uid);
  },

  "a Lease emptied by hand is written back at once": async (stage) => {
    const replicas = await stage.start();
    const leader = replicas.forger()!;
    const sinceMs = Date.now();
    await replicas.patchLease({ spec: { holderIdentity: null } });
    await expectWrittenBack(replicas, { leader, sinceMs });
  },

  "labels and annotations of others change nothing": async (stage) => {
    const replicas = await stage.start();
    const leader = replicas.forger()!;
    const sinceMs = Date.now();
    for (let count = 1; count <= 10; count++) {
      const noise = {
        labels: { count: `${count}` },
        annotations: { "example.org/count": `${count}` },
      };
      await replicas.patchLease({ metadata: noise });
      await untilPassed(500 * count, sinceMs);
    }
    await untilPassed(LEASE_DURATION_MS + 5_000, sinceMs);
    assert(leader.forges());
    assertEquals(replicas.longestGapMs(sinceMs), 0);
  },

  "another name put in by hand stops the holder, and the lease is claimed after the wait": async (
    stage,
  ) => {
    const replicas = await stage.start();
    const leader = replicas.forger()!;
    const sinceMs = Date.now();
    await replicas.patchLease({ spec: { holderIdentity: "by-hand" } });
    const editedAtMs = Date.now();
    await leader.untilNotForging();
    const next = await replicas.untilOneForges();
    const afterMs = replicas.nextAbleMs(sinceMs) - editedAtMs;
    stage.note("forges after the edit, ms:", afterMs);
    stage.note("gap ms:", replicas.longestGapMs(sinceMs));
    assert(afterMs >= 0.99 * LEASE_DURATION_MS, "forges before the wait is over");
    assert(afterMs <= LEASE_DURATION_MS + 1_000, "forges too late");
    await untilPassed(LEASE_DURATION_MS + 20_000, sinceMs);
    assert(next.forges());
  },

  "a follower's name put in by hand makes it wait like a stranger": async (stage) => {
    const replicas = await stage.start();
    const leader = replicas.forger()!;
    const [follower] = replicas.others(leader);
    const sinceMs = Date.now();
    await replicas.patchLease({ spec: { holderIdentity: follower!.pod.name } });
    const editedAtMs = Date.now();
    await leader.untilNotForging();
    await replicas.untilOneForges();
    const afterMs = replicas.nextAbleMs(sinceMs) - editedAtMs;
    stage.note("forges after the edit, ms:", afterMs);
    assert(afterMs >= 0.99 * LEASE_DURATION_MS, "forges before the wait is over");
    assert(afterMs <= LEASE_DURATION_MS + 1_000, "forges too late");
  },

  "leaseTransitions at the API's maximum are told, and a Lease made anew is claimed after the wait":
    async (stage) => {
      const replicas = await stage.start();
      const leader = replicas.forger()!;
      const sinceMs = Date.now();
      await replicas.patchLease({
        spec: { holderIdentity: null, leaseTransitions: 2_147_483_647 },
      });
      await leader.untilNotForging();
      for (const replica of replicas.all) {
        const { next } = await replica.untilLogged(
          "Lease cannot be claimed any more: its leaseTransitions is at the maximum",
          { sinceMs },
        );
        assert(next.startsWith("delete the Lease"));
      }
      const editedAtMs = Date.now();
      expectStatus(200, await stage.server.request("DELETE", replicas.leasePath()));
      await replicas.untilOneForges();
      const afterMs = replicas.nextAbleMs(editedAtMs) - editedAtMs;
      stage.note("forges after the deletion, ms:", afterMs);
      assert(afterMs >= 0.99 * LEASE_DURATION_MS, "forges before the wait is over");
      assert(afterMs <= LEASE_DURATION_MS + 2_000, "forges too late");
      assertEquals((await replicas.lease())?.spec?.leaseTransitions, 1);
    },
}, { atOnce: 6 });
