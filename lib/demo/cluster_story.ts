// Owns the story of two clusters: what is done to them, in which order, and how it is told.
// Never plays it: player.ts does.

import { type Act, anewForging, forgesAnew, inBackground, type Story } from "./act.ts";
import { isCalm } from "./cluster_calm.ts";
import { type ClusterStage, REGIONS } from "./cluster_stage.ts";
import { seconds } from "./paint.ts";
import type { Region } from "./region.ts";
import { FORGE_LEASE_MS, FORGE_PERMIT_MS, LEASE_MS } from "./timings.ts";
import { sleep } from "../sleep.ts";

/** Machines do not come back at once. */
const NEW_PODS_MS = 2_000;
/** Long enough to see that the old forger's region stays cut off while the other forges. */
const CUT_OFF_MS = 1_000;

export const CLUSTER_STORY: Story<ClusterStage> = {
  readingMs: 2_000,
  calm: "one region that forges and another that could take over",
  isCalm: ({ regions, observer }) => isCalm(regions, observer),
  scenes: [
    {
      title: "Two regions, one pool",
      event: () => "two clusters start",
      tell: () =>
        "Each region elects a local leader by its own API server, which takes one lease duration " +
        `(${seconds(LEASE_MS)}). The leaders meet at the hub: us has the better priority, waits ` +
        `until the forge lease was silent for ${seconds(FORGE_LEASE_MS)} too, and takes it. Only ` +
        "who holds both leases forges.",
      begin: (act) => {
        for (const region of act.stage.regions) region.start();
        return () => forgesAnew(act);
      },
    },
    {
      title: "The forging replica is told to stop",
      event: (leader) => `${leader} is told to stop`,
      tell: (leader) =>
        `${leader} gets SIGTERM, as in a rolling update. Its neighbour gets the local lease with ` +
        "a receipt and inherits the forge lease, which names the region: the pool does not move.",
      begin: (act) => {
        inBackground(act, async ({ leader }) => {
          await leader.terminate();
          if (!act.signal.aborted) leader.start();
        });
        return () => forgesAnew(act);
      },
    },
    {
      title: "The operator moves the pool",
      event: (leader) => `failover --to ${otherName(leader)}`,
      tell: (leader) =>
        `An operator runs failover --to ${otherName(leader)}, for work on ${nameOf(leader)}. It ` +
        `only edits overrides of the two CardanoForgeClusters. ${leader} sees them, takes the ` +
        "keys from its node, confirms that it stopped, and hands the forge lease over.",
      begin: (act) => {
        const other = otherRegion(act);
        const reason = `work on ${nameOf(act.leader.name)}`;
        inBackground(
          act,
          ({ stage }) => stage.operator.run(["failover", "--to", other.name, "--reason", reason]),
        );
        return () => forgesAnewIn(other, act);
      },
    },
    {
      title: "The operator lets it go back",
      event: () => "restore",
      tell: (leader) =>
        `restore ends the overrides, so ${otherName(leader)} comes first again and gets the pool ` +
        "back at once, since an operator said so. After a mere recovery a region waits: a minute " +
        "from the last move, and a failback delay.",
      begin: (act) => {
        const other = otherRegion(act);
        inBackground(act, ({ stage }) => stage.operator.run(["restore"]));
        return () => forgesAnewIn(other, act);
      },
    },
    {
      title: "A region is lost",
      event: (leader) => `region ${nameOf(leader)} is lost`,
      tell: (leader) =>
        `Every machine of ${nameOf(leader)} ends in one moment, ${leader} among them. Nobody can ` +
        `know whether it still forges somewhere, so ${
          otherName(leader)
        } lets the forge lease run ` +
        `out (${seconds(FORGE_LEASE_MS)}). New pods of ${
          nameOf(leader)
        } find the pool gone, and stand by.`,
      begin: (act) => {
        const other = otherRegion(act);
        inBackground(act, async ({ stage, leader, signal }) => {
          const region = stage.regionOf(leader);
          await region.vanish();
          await sleep(NEW_PODS_MS, signal);
          if (!signal.aborted) region.start();
        });
        return () => forgesAnewIn(other, act);
      },
    },
    {
      title: "The forging region is cut off from the hub",
      event: (leader) => `${nameOf(leader)} is cut off from hub`,
      tell: (leader) =>
        `${nameOf(leader)} is sound, but all it sends to the hub is swallowed. Its hold on the ` +
        `forge lease ends after ${
          seconds(FORGE_PERMIT_MS)
        } by its own clock: ${leader} keeps its ` +
        `local lease and stops. ${otherName(leader)} takes over ${seconds(FORGE_LEASE_MS)} after ` +
        "the last renewal.",
      begin: (act) => {
        const other = otherRegion(act);
        act.stage.regionOf(act.leader).cutOffFromHub();
        return () => forgesAnewIn(other, act);
      },
      mend: async ({ stage, leader, signal }) => {
        await sleep(CUT_OFF_MS, signal);
        stage.regionOf(leader).healHub();
      },
    },
  ],
};

/** Of the region, from a replica's name. */
function nameOf(replica: string): string {
  return replica.replace(/-\d+$/, "");
}

function otherName(replica: string): string {
  return REGIONS.find((name) => name !== nameOf(replica)) ?? "";
}

function otherRegion({ stage, leader }: Act<ClusterStage>): Region {
  const region = stage.regionOf(leader);
  const other = stage.regions.find((one) => one !== region);
  if (other === undefined) throw new Error(`Cannot find a region other than ${region.name}`);
  return other;
}

function forgesAnewIn(region: Region, act: Act<ClusterStage>): boolean {
  return anewForging(act).some((replica) => region.replicas.includes(replica));
}
