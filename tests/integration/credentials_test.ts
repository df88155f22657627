// Owns the proof that changed keys reach a forging node safely, and that lost rights stop one in time.
// Never judges by what a sidecar says, but of what it says.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { wallTime } from "../../lib/core/time.ts";
import { type DemoKeys, makeDemoKeys } from "../../lib/demo/keys.ts";
import type { Replica } from "../support/replica.ts";
import { LEASE_DURATION_MS, NETWORK, type Replicas } from "../support/replicas.ts";
import { type Stage, theme, untilPassed } from "../support/scenarios.ts";
import { until } from "../support/until.ts";

function nextKeys(previous: DemoKeys, counter?: number): Promise<DemoKeys> {
  const at = { network: NETWORK, now: wallTime(Date.now()), previous };
  return makeDemoKeys({ ...at, ...(counter === undefined ? {} : { counter }) });
}

/** The set is refused with these words, and the node forges on with the one before. */
async function expectKept(replicas: Replicas, keys: DemoKeys, words: string): Promise<void> {
  const leader = replicas.forger()!;
  const sinceMs = Date.now();
  const inUse = leader.installedCertificate();
  replicas.secret.replace(keys);
  const { problems } = await leader.untilLogged("Credentials invalid", { sinceMs });
  assertStringIncludes(JSON.stringify(problems), words);
  await until("the status to tell", async () => {
    const { conditions = [] } = await replicas.leaderStatus() ?? {};
    return conditions.some(({ reason }) => reason === "NewerSetRejected");
  });
  await untilPassed(LEASE_DURATION_MS, sinceMs);
  assert(leader.forges());
  assertEquals(leader.installedCertificate(), inUse);
  assertEquals(replicas.longestGapMs(sinceMs), 0);
}

/** The leader stops in time, another forges, and once the fault is mended the first one follows. */
async function expectReplaced(
  stage: Stage,
  { replicas, status, mend }: {
    replicas: Replicas;
    status: number;
    mend: (leader: Replica) => Promise<void>;
  },
): Promise<void> {
  const leader = replicas.forger()!;
  const sinceMs = Date.now();
  await leader.untilLogged("API request failed", { sinceMs, fields: { status } });
  await leader.untilNotForging();
  const renewedAtMs = await replicas.renewedAtMs();
  const others = replicas.others(leader);
  const next = await replicas.untilOneForges(others);
  const afterMs = replicas.nextAbleMs(sinceMs, others) - renewedAtMs;
  stage.note("forges after the last renewal, ms:", afterMs);
  stage.note("gap ms:", replicas.longestGapMs(sinceMs));
  assert(afterMs <= LEASE_DURATION_MS + 1_000, "forges too late");
  const mendedAtMs = Date.now();
  await mend(leader);
  await leader.untilLogged("API requests succeed again", { sinceMs: mendedAtMs });
  await untilPassed(LEASE_DURATION_MS, mendedAtMs);
  assert(next.forges());
  assertEquals(leader.record.count("able", sinceMs), 0);
}

theme("credentials", {
  "a newer set is used by the leader within 2 s of its stop, and by no follower": async (stage) => {
    const replicas = await stage.start();
    const leader = replicas.forger()!;
    const sinceMs = Date.now();
    const keys = await nextKeys(replicas.keys);
    replicas.secret.replace(keys);
    const fields = { reason: "credentials_changed" };
    await leader.untilLogged("Node signalled", { sinceMs, fields });
    await leader.untilForging();
    assertEquals(leader.installedCertificate(), keys.opcert);
    stage.note("gap ms:", replicas.longestGapMs(sinceMs));
    assert(replicas.longestGapMs(sinceMs) <= 2_000, "stops for too long");
    for (const follower of replicas.others(leader)) {
      assertEquals(follower.installedCertificate(), undefined);
    }
    await untilPassed(LEASE_DURATION_MS, sinceMs);
    assert(leader.forges());
    assertEquals(leader.record.count("able", sinceMs), 1);
  },

  "a newer set whose parts do not match is refused, and the one before kept": async (stage) => {
    const replicas = await stage.start();
    const keys = { ...replicas.keys, kes: (await nextKeys(replicas.keys)).kes };
    await expectKept(replicas, keys, "KES");
    const sinceMs = Date.now();
    replicas.secret.replace(await nextKeys(replicas.keys));
    const fields = { reason: "credentials_changed" };
    await replicas.forger()!.untilLogged("Node signalled", { sinceMs, fields });
  },

  "a set with a lower certificate counter is refused, and the one before kept": async (stage) => {
    const replicas = await stage.start();
    const leader = replicas.forger()!;
    const third = await nextKeys(replicas.keys, 3);
    replicas.secret.replace(third);
    await until("the third to be in use", () => leader.installedCertificate() === third.opcert);
    await leader.untilForging();
    await expectKept(
      replicas,
      await nextKeys(replicas.keys, 2),
      "its counter is 2, lower than the 3",
    );
  },

  "a leader whose token is revoked is replaced in time": async (stage) => {
    const replicas = await stage.start();
    await replicas.forger()!.revokeAccount();
    const mend = (leader: Replica) => leader.restoreAccount();
    await expectReplaced(stage, { replicas, status: 401, mend });
  },

  "a leader whose role lost its rights is replaced in time": async (stage) => {
    const replicas = await stage.start();
    await replicas.forger()!.setRights("none");
    const mend = (leader: Replica) => leader.setRights("all");
    await expectReplaced(stage, { replicas, status: 403, mend });
  },
}, { atOnce: 6 });
