// Owns what the kernel says a process used.
// Never asks the process itself.

/** Ticks of utime and stime a second, on every Linux there is. */
const TICKS_PER_SECOND = 100;

/** CPU time of all its threads so far, in milliseconds, in steps of 10. */
export function cpuMs(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 1_000 / TICKS_PER_SECOND;
}

export interface MemoryMb {
  readonly anonymous: number;
  readonly resident: number;
}

export function memoryMb(pid: number): MemoryMb {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  const mb = (name: string) => {
    const kb = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1];
    return Number(kb) * 1_024 / 1e6;
  };
  return { anonymous: mb("RssAnon"), resident: mb("VmRSS") };
}
