// Owns what the kernel says of one sidecar process at one moment, and how it is kept.
// Never asks the process itself but for the requests that it counts.

import { cpuMs, memoryMb } from "../bench/process_figures.ts";
import { requestCounts } from "../bench/scrape.ts";
import type { Replica } from "../support/replica.ts";

export interface Sample {
  /** Since the soak began. */
  readonly minute: number;
  readonly replica: string;
  /** A restarted sidecar is another process, with a series of its own. */
  readonly pid: number;
  readonly forges: boolean;
  readonly anonymousMb: number;
  readonly residentMb: number;
  readonly fileDescriptors: number;
  readonly threads: number;
  /** Since the process began. */
  readonly cpuMs: number;
  /** Times that a thread of it gave the processor up to wait: what timers and sockets woke. */
  readonly wakeUps: number;
  /** API requests since the process began, by its own metric. */
  readonly requests: number;
}

const COLUMNS = [
  "minute",
  "replica",
  "pid",
  "forges",
  "anonymousMb",
  "residentMb",
  "fileDescriptors",
  "threads",
  "cpuMs",
  "wakeUps",
  "requests",
] as const satisfies readonly (keyof Sample)[];

/** Undefined while the sidecar is being restarted. */
export async function takeSample(replica: Replica, minute: number): Promise<Sample | undefined> {
  const { pod, key } = replica;
  try {
    const pid = pod.sidecar?.pid;
    if (pid === undefined) return undefined;
    const counts = await requestCounts(`${pod.url}/metrics`);
    const memory = memoryMb(pid);
    return {
      minute,
      replica: key,
      pid,
      forges: replica.forges(),
      anonymousMb: memory.anonymous,
      residentMb: memory.resident,
      fileDescriptors: entries(`/proc/${pid}/fd`),
      threads: entries(`/proc/${pid}/task`),
      cpuMs: cpuMs(pid),
      wakeUps: wakeUps(pid),
      requests: Object.values(counts).reduce((sum, n) => sum + n, 0),
    };
  } catch {
    return undefined; // ended meanwhile, or not up yet: the next process has a series of its own
  }
}

export function csvHead(): string {
  return COLUMNS.join(",");
}

export function csvLine(sample: Sample): string {
  return COLUMNS.map((column) => {
    const value = sample[column];
    return typeof value === "number" && !Number.isInteger(value) ? value.toFixed(2) : value;
  }).join(",");
}

function entries(folder: string): number {
  return [...Deno.readDirSync(folder)].length;
}

/** Over all threads, since each counts its own. */
function wakeUps(pid: number): number {
  let total = 0;
  for (const { name } of Deno.readDirSync(`/proc/${pid}/task`)) {
    const status = Deno.readTextFileSync(`/proc/${pid}/task/${name}/status`);
    total += Number(/^voluntary_ctxt_switches:\s+(\d+)$/m.exec(status)?.[1] ?? 0);
  }
  return total;
}
