// Owns the proof that a leader is elected, forges, and says so.
// Never judges by what a sidecar says, but of what it says.

import { assert, assertEquals } from "@std/assert";
import { wallTime } from "../../lib/core/time.ts";
import { genesisOf, kesPeriodAt, kesPeriodBegin } from "../../lib/credentials/networks.ts";
import { LEASE_DURATION_MS } from "../support/replicas.ts";
import { theme } from "../support/scenarios.ts";
import { until } from "../support/until.ts";

theme("election", {
  "the first leader forges within 2 s of the end of the wait for a fresh lease": async (stage) => {
    const replicas = await stage.make({ released: false });
    for (const { pod } of replicas.all) pod.start();
    let absentAtMs = 0;
    await until("the lease to be created", async () => {
      const askedAtMs = Date.now();
      const lease = await replicas.lease();
      if (lease === undefined) absentAtMs = askedAtMs;
      return lease;
    });
    const presentAtMs = Date.now();
    await replicas.untilOneForges();
    const ableMs = replicas.nextAbleMs(0);
    stage.note("forges after the wait, ms:", ableMs - presentAtMs - LEASE_DURATION_MS);
    assert(ableMs - absentAtMs >= LEASE_DURATION_MS, "forges before the wait is over");
    assert(ableMs - presentAtMs <= LEASE_DURATION_MS + 2_000, "forges too late");
  },

  "every replica shows the certificate and how long it goes on": async (stage) => {
    const replicas = await stage.start();
    const { keys } = replicas;
    const genesis = genesisOf("preview")!;
    const end = keys.kesPeriodStart + 62;
    const expected = [
      `kes_period ${kesPeriodAt(genesis, wallTime(Date.now()))}`,
      `kes_period_start ${keys.kesPeriodStart}`,
      `kes_period_end ${end}`,
      `kes_expiry_timestamp_seconds ${kesPeriodBegin(genesis, end) / 1_000}`,
      `operational_certificate_counter ${keys.certificateCounter}`,
    ];
    for (const { pod } of replicas.all) {
      const answer = await fetch(`http://127.0.0.1:${pod.metricsPort}/metrics`);
      const text = await answer.text();
      const shown = [
        ...text.matchAll(/^cardano_forge_manager_((?:kes|operational)\w+)({.*}) (.*)$/gm),
      ];
      assertEquals(shown.map(([, name, , value]) => `${name} ${value}`), expected);
      const labels = `{pod="${pod.name}",network="preview",pool_id="${keys.poolId}"}`;
      assertEquals(new Set(shown.map(([, , found]) => found)), new Set([labels]));
    }
  },

  "the leader and what its node does are shown in CardanoLeader": async (stage) => {
    const replicas = await stage.start();
    const forger = replicas.forger()!;
    const status = await until("the status to say that it forges", async () => {
      const status = await replicas.leaderStatus();
      return status?.forgingEnabled === true && status;
    });
    assertEquals(status.leaderPod, forger.pod.name);
    const conditions = status.conditions.map(({ type, status, reason }) => [type, status, reason]);
    assertEquals(conditions, [
      ["LeaderElected", "True", "LeaseHeld"],
      ["ForgingConfirmed", "True", "SeenInMetrics"],
      ["CredentialsValid", "True", "Valid"],
      ["NodeReady", "True", "Ready"],
      ["KesExpiring", "False", "Fresh"],
    ]);
    for (const follower of replicas.others(forger)) {
      assertEquals(follower.record.count("able"), 0);
    }
  },
});
