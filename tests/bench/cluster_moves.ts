// Owns the time a planned move takes, from an operator's edit to the new forger, and how long of it nobody forges.
// Never from what a sidecar says: the nodes' records decide.

import type { Cluster } from "../support/cluster.ts";
import type { Clusters } from "../support/clusters.ts";
import { managerBinary } from "../support/manager_binary.ts";
import { sleep } from "../../lib/sleep.ts";
import { startPair, twice, untilBothReady } from "./cluster_pair.ts";
import type { BenchServers } from "./cluster_servers.ts";
import type { Extent } from "./extent.ts";
import { type Figure, figure, spread } from "./figures.ts";

const OPERATOR = "operator";
const DEADLINE_MS = 60_000;

/** Edits so that this cluster is to forge; answers when the edit reached the hub, or was sent to it. */
type Edit = (to: Cluster) => Promise<number>;

export async function measureClusterMoves(
  bench: BenchServers,
  { moves }: Extent,
): Promise<readonly Figure[]> {
  await using clusters = await startPair(bench, { namespace: "cluster-moves" });
  const { east, west } = clusters;
  const byOverride: Edit = (to) => {
    const enabled = to === west;
    const forcePriority = enabled ? 1 : null;
    return sent(() => west.edit({ override: { enabled, forcePriority, reason: "measured" } }));
  };
  const byState: Edit = (to) =>
    sent(() => east.edit({ forgeState: to === west ? "Disabled" : "Priority-based" }));
  const byCommand: Edit = await failover(clusters, bench);
  return [
    ...await measure(clusters, { how: "by an override", edit: byOverride, moves }),
    ...await measure(clusters, { how: "by Disabled and back", edit: byState, moves }),
    ...await measure(clusters, { how: "by the command failover", edit: byCommand, moves }),
    figure("  meanwhile two forged, over all moves", twice(clusters), "0"),
  ];
}

async function measure(
  clusters: Clusters,
  { how, edit, moves }: { readonly how: string; readonly edit: Edit; readonly moves: number },
): Promise<readonly Figure[]> {
  const took: number[] = [];
  const gaps: number[] = [];
  for (let run = 0; run < moves; run++) {
    const [from, to] = run % 2 === 0
      ? [clusters.east, clusters.west]
      : [clusters.west, clusters.east];
    await untilBothReady(clusters);
    // At any point of a second, since the slot rule makes it count.
    const pointMs = 1_000 * (run / moves);
    await sleep((pointMs - Date.now() % 1_000 + 1_000) % 1_000);
    const editedAtMs = await edit(to);
    await to.untilForging(DEADLINE_MS);
    await from.untilNotForging();
    took.push((to.nextAbleMs(editedAtMs) - editedAtMs) / 1_000);
    gaps.push(clusters.longestGapMs(editedAtMs) / 1_000);
  }
  return [
    figure(
      `cluster moved ${how}: from the edit to the new forger (${moves} times)`,
      spread(took, "s"),
      "most 3 s",
    ),
    figure("  nobody forges", spread(gaps, "s"), "median 1 s, most 2 s"),
  ];
}

/** The moment before the request is sent. */
async function sent(edit: () => Promise<void>): Promise<number> {
  const sentAtMs = Date.now();
  await edit();
  return sentAtMs;
}

/** The first edit that the command makes, by the hub's log; what it reads before is not the move. */
async function failover({ hub }: Clusters, bench: BenchServers): Promise<Edit> {
  const kubeconfig = await hub.kubeconfig(OPERATOR, hub.server.url);
  return async ({ region }) => {
    const fromMs = Date.now();
    const { success, stderr } = await new Deno.Command(managerBinary() ?? "", {
      args: ["failover", "--to", region, "--reason", "measured", "--kubeconfig", kubeconfig],
      clearEnv: true,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    if (!success) throw new Error(`Cannot fail over: ${new TextDecoder().decode(stderr)}`);
    const who = { namespace: hub.namespace, account: OPERATOR };
    const requests = await bench.requests("hub", { ...who, fromMs, toMs: Date.now() });
    const edits = requests.filter(({ verb, uri }) => verb === "patch" && !uri.includes("dryRun"));
    if (edits.length === 0) throw new Error("Cannot tell when failover edited: nothing logged");
    return Math.min(...edits.map(({ atMs }) => atMs));
  };
}
