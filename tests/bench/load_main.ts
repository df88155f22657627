// Owns `deno task bench load`: which numbers of pools are measured, and the report of them.
// Never runs with the other parts: each number of pools has an API server of its own.

import { haveRealApiServer } from "../support/apiserver.ts";
import { markdownTable } from "../support/markdown_table.ts";
import { textOption } from "../support/options.ts";
import { beginReport, headTable, type ReportHead } from "../support/report_head.ts";
import { halfAndMost, type LoadFigures, measureLoad } from "./load.ts";
import { REPLICAS_A_POOL } from "./load_pool.ts";

/** Without any first, then the most, a thousand replicas: what a machine cannot bear shows at once. */
const POOLS: readonly number[] = [0, 333, 100, 50, 10, 1];

/** `--pools N,M` measures only as many; `--report FILE` writes the report there. */
export async function loadMain(args: readonly string[]): Promise<number> {
  if (!haveRealApiServer) {
    console.log("skipped: load, since KUBEBUILDER_ASSETS is not set");
    return 0;
  }
  const only = textOption(args, "pools")?.split(",").map(Number);
  const head = await beginReport(["deno task bench load", ...args].join(" "));
  const path = textOption(args, "report");
  const all: LoadFigures[] = [];
  for (const pools of only === undefined ? POOLS : [0, ...only]) {
    console.error(`measuring: ${pools} pools, load average ${Deno.loadavg()[0]!.toFixed(1)}`);
    all.push(await measureLoad(pools));
    // After each, since the next one may be more than this machine can bear.
    if (path !== undefined && all.length > 1) await Deno.writeTextFile(path, report(all, head));
  }
  console.log(report(all, head));
  return 0;
}

function report(all: readonly LoadFigures[], head: ReportHead): string {
  const idle = all[0]!;
  const loaded = all.slice(1).toSorted((a, b) => a.pools - b.pools);
  const most = loaded.at(-1)!;
  return `# Load

Pools of ${REPLICAS_A_POOL} replicas each on one API server. One process plays all replicas: of each it runs the
program's driver, machines, leases, watches and requests, with a TLS connection of its own for each
watch; what stands in is the guard, whose node starts and stops at once. Each number of pools has a
fresh etcd and API server, with a namespace, an account and a Role for each pool.

${
    headTable(head, [
      [
        "window",
        `${
          idle.windowS.toFixed(0)
        } s for each row, 20 s after all pools had a leader; a pool begins every 150 ms`,
      ],
      ["lease", `${most.leaseDurationS} s, the default timings`],
    ])
  }

## The API server and etcd

CPU and writes are without what they use with no pool: ${
    rate(idle, ({ apiCpuMs }) => apiCpuMs).toFixed(0)
  } ms/s, ${rate(idle, ({ etcdCpuMs }) => etcdCpuMs).toFixed(0)} ms/s and ${
    rate(idle, ({ revision }) => revision).toFixed(2)
  } writes/s. Memory is all
that is resident; without pools ${idle.after.apiResidentMb.toFixed(0)} and ${
    idle.after.etcdResidentMb.toFixed(0)
  } MB.

${
    markdownTable(
      [
        "pools",
        "replicas",
        "watches",
        "API server CPU, ms/s",
        "of it a pool",
        "etcd CPU, ms/s",
        "API server MB",
        "etcd MB",
        "etcd writes/s",
        "writes/s a pool",
      ],
      loaded.map((one) => {
        const api = rate(one, ({ apiCpuMs }) => apiCpuMs) - rate(idle, ({ apiCpuMs }) => apiCpuMs);
        const etcd = rate(one, ({ etcdCpuMs }) => etcdCpuMs) -
          rate(idle, ({ etcdCpuMs }) => etcdCpuMs);
        const writes = rate(one, ({ revision }) => revision) -
          rate(idle, ({ revision }) => revision);
        return [
          String(one.pools),
          String(one.pools * REPLICAS_A_POOL),
          String(one.after.watches),
          api.toFixed(0),
          (api / one.pools).toFixed(2),
          etcd.toFixed(0),
          one.after.apiResidentMb.toFixed(0),
          one.after.etcdResidentMb.toFixed(0),
          writes.toFixed(2),
          (writes / one.pools).toFixed(3),
        ];
      }),
    )
  }

## The replicas

Requests as the clients counted them. Renewals: from sending to the whole answer, median / 99th
percentile; the lag of the one thread that plays all replicas (how late its timers fire) is part of
it. A renewal may take API_TIMEOUT, 2000 ms, before it is tried anew. Moves: leaders that
lost their lease for want of time, in the window.

${
    markdownTable(
      [
        "pools",
        "requests/s",
        "a pool",
        "a replica",
        "renewal, ms",
        "slowest, ms",
        "lag, ms",
        "CPU of all replicas, ms/s",
        "failed requests",
        "moves",
      ],
      loaded.map((one) => {
        const requests = total(one.requests) / one.windowS;
        return [
          String(one.pools),
          requests.toFixed(2),
          (requests / one.pools).toFixed(3),
          (requests / one.pools / REPLICAS_A_POOL).toFixed(3),
          halfAndMost(one.renewalMs, 1),
          Math.max(...one.renewalMs).toFixed(0),
          halfAndMost(one.lagMs, 1),
          one.clientCpuMsPerS.toFixed(0),
          total(one.failures) === 0 ? "0" : described(one.failures),
          String(one.moves),
        ];
      }),
    )
  }

By kind with ${most.pools} pools, a second: ${described(most.requests, most.windowS)}.

## Moves under load

A third of all leaders is lost in one moment, without a word; then the leaders of the same pools are
told to go in one moment. Seconds until another replica of the pool has a permit, median / 99th
percentile, and in how many pools two ever had one at the same moment.

${
    markdownTable(
      [
        "pools",
        "leaders moved",
        "after a loss, s",
        "slowest, s",
        "after being told, s",
        "slowest, s",
        "pools with two permits",
        "pools with a leader at the end",
      ],
      loaded.map((one) => [
        String(one.pools),
        String(one.afterLossS.length),
        halfAndMost(one.afterLossS, 2),
        Math.max(...one.afterLossS).toFixed(2),
        halfAndMost(one.afterShutdownS, 2),
        Math.max(...one.afterShutdownS).toFixed(2),
        String(one.overlaps),
        String(one.withLeader),
      ]),
    )
  }
`;
}

function rate(
  { before, after, windowS }: LoadFigures,
  of: (reading: LoadFigures["after"]) => number,
): number {
  return (of(after) - of(before)) / windowS;
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, n) => sum + n, 0);
}

function described(counts: Readonly<Record<string, number>>, by = 1): string {
  return Object.entries(counts).toSorted(([, a], [, b]) => b - a)
    .map(([key, n]) => `${by === 1 ? n : (n / by).toFixed(2)} ${key}`).join(", ");
}
