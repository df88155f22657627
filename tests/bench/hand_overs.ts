// Owns the seconds in which nobody forges when the leader goes: told to, and without a word.
// Never from what a sidecar says: the nodes' records decide.

import { sleep } from "../../lib/sleep.ts";
import type { RealApiServer } from "../support/apiserver.ts";
import { LEASE_DURATION_MS, Replicas } from "../support/replicas.ts";
import { until } from "../support/until.ts";
import { type Figure, figure, spread } from "./figures.ts";

/** `count` times the leader is told to go. */
export async function measureHandOvers(
  server: RealApiServer,
  count: number,
): Promise<readonly Figure[]> {
  await using replicas = await Replicas.start({ server, namespace: "hand-overs" });
  const gaps: number[] = [];
  for (let run = 0; run < count; run++) {
    const leader = await settledForger(replicas);
    // At any point of a second, since the slot rule makes it count.
    await sleep(1_000 * (run / count));
    const sinceMs = Date.now();
    leader.pod.sidecar?.kill("SIGTERM");
    await replicas.untilOneForges(replicas.others(leader));
    await leader.untilNotForging();
    gaps.push(replicas.longestGapMs(sinceMs) / 1_000);
  }
  return [
    figure(
      `leader gets SIGTERM: nobody forges (${count} times)`,
      spread(gaps, "s"),
      "median 1 s, most 2 s",
    ),
    figure("  meanwhile two forged", twice(replicas), "0"),
  ];
}

/** `count` times the leader's pod vanishes. */
export async function measureLosses(
  server: RealApiServer,
  count: number,
): Promise<readonly Figure[]> {
  const particular = Array.from({ length: count + 1 }, () => ({}));
  await using replicas = await Replicas.start({
    server,
    namespace: "losses",
    replicas: particular,
  });
  const gaps: number[] = [];
  const sinceRenewal: number[] = [];
  let left = replicas.all;
  for (let run = 0; run < count; run++) {
    const leader = await settledForger(replicas);
    const sinceMs = Date.now();
    await leader.pod.vanish();
    const renewedAtMs = await replicas.renewedAtMs();
    left = left.filter((one) => one !== leader);
    await replicas.untilOneForges(left);
    gaps.push(replicas.longestGapMs(sinceMs) / 1_000);
    sinceRenewal.push((replicas.nextAbleMs(sinceMs, left) - renewedAtMs) / 1_000);
  }
  const most = LEASE_DURATION_MS / 1_000 + 1;
  return [
    figure(`pod lost: nobody forges (${count} times)`, spread(gaps, "s")),
    figure(
      "  from the last renewal to the next forger",
      spread(sinceRenewal, "s"),
      `most ${most} s`,
    ),
    figure("  meanwhile two forged", twice(replicas), "0"),
  ];
}

/** Whose node forges, once its sidecar says so and the others could take over. */
async function settledForger(replicas: Replicas) {
  return await until("a settled leader and a fit follower", async () => {
    const forger = replicas.forger();
    if (forger === undefined) return undefined;
    const own = await forger.pod.status();
    const others = await Promise.all(replicas.others(forger).map((one) => one.pod.status()));
    const isSettled = own?.leads === true && own.guard?.forging === "forging";
    const isFollowed = others.filter((one) => one !== undefined)
      .every((one) => one.guard?.forging === "stopped" && one.guard.unfit === undefined);
    return isSettled && isFollowed && others.some((one) => one !== undefined) && forger;
  }, { timeoutMs: 60_000, everyMs: 100 });
}

function twice(replicas: Replicas): string {
  const { overlapMs, slotsForgedTwice, slotsForged } = replicas.judge();
  return `${overlapMs} ms, ${slotsForgedTwice.length} of ${slotsForged} slots`;
}
