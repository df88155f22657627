// Owns what an API server under load says of itself, and what the kernel says of it and of etcd.
// Never what the clients count: that stands beside it.

import type { RealApiServer } from "../support/apiserver.ts";
import { cpuMs, memoryMb } from "./process_figures.ts";

export interface ServerReading {
  readonly atMs: number;
  readonly apiCpuMs: number;
  readonly etcdCpuMs: number;
  readonly apiResidentMb: number;
  readonly etcdResidentMb: number;
  /** Revision of the store: rises by one with each write. */
  readonly revision: number;
  /** Watches that clients of this bench hold open: of Leases and of Pods, by names. */
  readonly watches: number;
}

export async function readServer(server: RealApiServer): Promise<ServerReading> {
  const metrics = (await server.request("GET", "/metrics")).body as string;
  // A list without a resourceVersion is answered from etcd, by its present revision.
  const leases = "/apis/coordination.k8s.io/v1/leases?limit=1";
  const { metadata } = (await server.request("GET", leases)).body;
  const api = server.apiServerPid;
  return {
    atMs: performance.now(),
    apiCpuMs: cpuMs(api),
    etcdCpuMs: cpuMs(server.etcdPid),
    apiResidentMb: memoryMb(api).resident,
    etcdResidentMb: memoryMb(server.etcdPid).resident,
    revision: Number(metadata.resourceVersion),
    watches: openWatches(metrics),
  };
}

function openWatches(metrics: string): number {
  const line =
    /^apiserver_longrunning_requests\{[^}]*resource="(?:leases|pods)"[^}]*scope="resource"[^}]*verb="WATCH"[^}]*\} (\d+)$/gm;
  return [...metrics.matchAll(line)].reduce((sum, [, count]) => sum + Number(count), 0);
}
