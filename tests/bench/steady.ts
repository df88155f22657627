// Owns what three replicas use while nothing happens: requests, CPU, memory, and the time of a scrape.
// Never measures while one of them is scraped or asked, but for the scrapes themselves.

import { sleep } from "../../lib/sleep.ts";
import type { RealApiServer } from "../support/apiserver.ts";
import type { Replica } from "../support/replica.ts";
import { Replicas } from "../support/replicas.ts";
import type { Audit } from "../support/audit.ts";
import { type Figure, figure, percentile } from "./figures.ts";
import { cpuMs, memoryMb } from "./process_figures.ts";
import { requestCounts, scrapeMs } from "./scrape.ts";

/** After which the transition to leadership, and what V8 compiles late, is over. */
const WARM_UP_MS = 20_000;
const SCRAPES = 500;
const REPLICAS = 3;
/** Keys are in memory, as the chart mounts them: the permit file lies beside them. */
const PODS = Array.from({ length: REPLICAS }, () => ({ mountsKeys: true }));

export interface SteadyOptions {
  readonly server: RealApiServer;
  readonly audit: Audit;
  readonly windowMs: number;
}

export async function measureSteady(
  { server, audit, windowMs }: SteadyOptions,
): Promise<readonly Figure[]> {
  await using replicas = await Replicas.start({ server, namespace: "steady", replicas: PODS });
  const leader = await replicas.untilOneForges();
  await sleep(WARM_UP_MS);
  const all = [leader, ...replicas.others(leader)];
  const before = await Promise.all(all.map(requestsOf));
  const cpuBefore = all.map((one) => cpuMs(pidOf(one)));
  const fromMs = Date.now();
  await sleep(windowMs);
  const toMs = Date.now();
  const minutes = (toMs - fromMs) / 60_000;
  const cpu = all.map((one, i) => (cpuMs(pidOf(one)) - cpuBefore[i]!) / minutes);
  const memory = all.map((one) => memoryMb(pidOf(one)));
  const after = await Promise.all(all.map(requestsOf));
  const own = all.map((_, i) => difference(after[i]!, before[i]!));
  const audited = await Promise.all(
    all.map(({ key }) => audit.requests(`system:serviceaccount:steady:${key}`, { fromMs, toMs })),
  );
  const perMinute = (counts: Counts) => total(counts) / minutes;
  const followers = (values: readonly number[]) =>
    values.slice(1).map((value) => value.toFixed(0)).join(" and ");
  const scrapes = await scrapeMs(leader.pod.metricsPort, SCRAPES);
  const average = own.reduce((sum, counts) => sum + perMinute(counts), 0) / REPLICAS;
  return [
    figure("API requests a minute, average of three", average.toFixed(1), "7"),
    figure("  leader, by its metrics", described(own[0]!, minutes)),
    figure("  leader, by the API server", described(audited[0]!, minutes)),
    ...[1, 2].flatMap((i) => [
      figure("  follower, by its metrics", described(own[i]!, minutes), "1"),
      figure("  follower, by the API server", described(audited[i]!, minutes)),
    ]),
    figure("CPU of the leader, ms a minute", cpu[0]!.toFixed(0), "150"),
    figure("CPU of the followers, ms a minute", followers(cpu), "80, aim 60"),
    ...memoryFigures("in-cluster", memory, "35 / 78"),
    figure(
      `/metrics of the leader (${SCRAPES} scrapes)`,
      `median ${percentile(scrapes, 50).toFixed(2)} ms, p99 ${
        percentile(scrapes, 99).toFixed(2)
      } ms`,
      "1 ms",
    ),
  ];
}

/** The same with a kubeconfig, for memory. */
export async function measureKubeconfig(
  { server, windowMs }: Omit<SteadyOptions, "audit">,
): Promise<readonly Figure[]> {
  const paths = Array.from(
    { length: REPLICAS },
    (_, i) => `${server.folder}/bench-kubeconfig-${i}`,
  );
  await using replicas = await Replicas.make({
    server,
    namespace: "kubeconfig",
    replicas: paths.map((path) => ({ env: { KUBECONFIG: path } })),
  });
  for (const [i, replica] of replicas.all.entries()) {
    const path = await server.writeKubeconfig({ token: replica.token() });
    await Deno.rename(path, paths[i]!);
    replica.pod.start();
  }
  const leader = await replicas.untilOneForges();
  await sleep(WARM_UP_MS + windowMs);
  const all = [leader, ...replicas.others(leader)];
  return memoryFigures("kubeconfig", all.map((one) => memoryMb(pidOf(one))), "45 / 88");
}

function memoryFigures(
  mode: string,
  memory: readonly { readonly anonymous: number; readonly resident: number }[],
  target: string,
): readonly Figure[] {
  return memory.map(({ anonymous, resident }, i) =>
    figure(
      `memory of the ${i === 0 ? "leader" : "follower"}, anonymous / resident MB, ${mode}`,
      `${anonymous.toFixed(1)} / ${resident.toFixed(1)}`,
      target,
    )
  );
}

type Counts = Readonly<Record<string, number>>;

function requestsOf({ pod }: Replica): Promise<Counts> {
  return requestCounts(`${pod.url}/metrics`);
}

function difference(after: Counts, before: Counts): Counts {
  const pairs = Object.entries(after).map(([verb, n]) => [verb, n - (before[verb] ?? 0)] as const);
  return Object.fromEntries(pairs.filter(([, n]) => n > 0));
}

function total(counts: Counts): number {
  return Object.values(counts).reduce((sum, n) => sum + n, 0);
}

function described(counts: Counts, minutes: number): string {
  const parts = Object.entries(counts).toSorted(([a], [b]) => a < b ? -1 : 1)
    .map(([verb, n]) => `${(n / minutes).toFixed(1)} ${verb}`);
  return parts.length === 0 ? "none" : parts.join(", ");
}

function pidOf({ key, pod }: Replica): number {
  if (pod.sidecar === undefined) throw new Error(`Cannot measure ${key}: its sidecar ended`);
  return pod.sidecar.pid;
}
