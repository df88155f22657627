// Owns what the replicas of two clusters use while nothing happens: requests to the coordination API, CPU, memory.
// Never one count alone: the hub's log says what came, the sidecars' metrics what they sent.

import { sleep } from "../../lib/sleep.ts";
import type { Cluster } from "../support/cluster.ts";
import type { Window } from "../support/audit.ts";
import { startPair, untilBothReady } from "./cluster_pair.ts";
import type { BenchServers, Place } from "./cluster_servers.ts";
import type { Extent } from "./extent.ts";
import { type Figure, figure } from "./figures.ts";
import { cpuMs, memoryMb } from "./process_figures.ts";

/** After which the beginning of leadership and of all watches is over. */
const WARM_UP_MS = 20_000;
const NAMESPACE = "cluster-requests";

/** By verb and resource, such as `update leases`. */
type Counts = Readonly<Record<string, number>>;

export async function measureClusterRequests(
  bench: BenchServers,
  { clustersMs }: Extent,
): Promise<readonly Figure[]> {
  await using clusters = await startPair(bench, { namespace: NAMESPACE });
  await untilBothReady(clusters);
  await sleep(WARM_UP_MS);
  const { both } = clusters;
  const all = (await Promise.all(both.map(replicasOf))).flat();
  const before = await Promise.all(both.map(sentBy));
  const cpuBefore = all.map(({ pid }) => cpuMs(pid));
  const fromMs = Date.now();
  await sleep(clustersMs);
  const window = { fromMs, toMs: Date.now() };
  const used = all.map(({ pid }, i) => ({ cpu: cpuMs(pid) - cpuBefore[i]!, ...memoryMb(pid) }));
  const after = await Promise.all(both.map(sentBy));
  const minutes = (window.toMs - fromMs) / 60_000;
  const figures = both.map(async (cluster, i) => {
    const came = await loggedAt(bench, "hub", { ...window, accounts: [cluster.key] });
    const accounts = cluster.replicas.all.map(({ key }) => key);
    const local = await loggedAt(bench, cluster.key as Place, { ...window, accounts });
    // Sidecars do not count by API, so what their own one got is taken away.
    const sent = less(less(after[i]!, before[i]!), local);
    const [which, most] = cluster.forges()
      ? ["the forging cluster", 20]
      : ["the other cluster", 10];
    return [
      figure(
        `requests a minute to the coordination API from ${which}`,
        (total(came) / minutes).toFixed(1),
        `most ${most}`,
      ),
      figure("  by the coordination API", described(came, minutes)),
      figure("  by its metrics", described(sent, minutes)),
    ];
  });
  const costs = all.flatMap(({ who }, i) => {
    const { cpu, anonymous, resident } = used[i]!;
    return [
      figure(`CPU of ${who}, ms a minute`, (cpu / minutes).toFixed(0)),
      figure(
        "  its memory, anonymous / resident MB, kubeconfig for the coordination API",
        `${anonymous.toFixed(1)} / ${resident.toFixed(1)}`,
      ),
    ];
  });
  return [...(await Promise.all(figures)).flat(), ...costs];
}

interface Measured {
  readonly who: string;
  readonly pid: number;
}

/** Those that run, with what each is. */
async function replicasOf(cluster: Cluster): Promise<Measured[]> {
  const which = cluster.forges() ? "the forging cluster" : "the other cluster";
  const all = await Promise.all(cluster.replicas.all.map(async ({ pod }) => {
    const pid = pod.sidecar?.pid;
    if (pid === undefined) return [];
    const role = (await pod.status())?.leads === true ? "leader" : "follower";
    return [{ who: `${which}'s ${role}`, pid }];
  }));
  return all.flat();
}

async function sentBy({ replicas }: Cluster): Promise<Counts> {
  const counts: Record<string, number> = {};
  const line =
    /^cardano_forge_manager_api_requests_total\{verb="(\w+)",resource="([^"]+)"[^}]*\} (\d+)$/gm;
  for (const { pod } of replicas.all) {
    const text = await (await fetch(`${pod.url}/metrics`)).text();
    for (const [, verb, resource, count] of text.matchAll(line)) {
      const key = `${verb} ${resource}`;
      counts[key] = (counts[key] ?? 0) + Number(count);
    }
  }
  return counts;
}

async function loggedAt(
  bench: BenchServers,
  place: Place,
  { accounts, ...window }: Window & { readonly accounts: readonly string[] },
): Promise<Counts> {
  const counts: Record<string, number> = {};
  for (const account of accounts) {
    const requests = await bench.requests(place, { ...window, namespace: NAMESPACE, account });
    for (const { verb, resource } of requests) {
      const key = `${verb} ${resource}`;
      counts[key] = (counts[key] ?? 0) + 1;
    }
  }
  return counts;
}

function less(more: Counts, taken: Counts): Counts {
  const pairs = Object.entries(more).map(([key, n]) => [key, n - (taken[key] ?? 0)] as const);
  return Object.fromEntries(pairs.filter(([, n]) => n !== 0));
}

function total(counts: Counts): number {
  return Object.values(counts).reduce((sum, n) => sum + n, 0);
}

function described(counts: Counts, minutes: number): string {
  const parts = Object.entries(counts).toSorted(([, a], [, b]) => b - a)
    .map(([key, n]) => `${(n / minutes).toFixed(1)} ${key}`);
  return parts.length === 0 ? "none" : parts.join(", ");
}
