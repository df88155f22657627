// Owns reading /proc while processes come and go, and belong to others.
// Never takes what it may not read for absent.

import { fileFailure } from "./file_failure.ts";
import { parseStat, type ProcessStat } from "./proc_entry.ts";

/** Pids in order, or why they cannot be listed. */
export function listPids(procRoot: string): number[] | string {
  const pids: number[] = [];
  try {
    for (const { name } of Deno.readDirSync(procRoot)) {
      if (/^\d{1,10}$/.test(name)) pids.push(Number(name));
    }
  } catch (error) {
    return fileFailure("list", procRoot, error).message;
  }
  return pids.sort((a, b) => a - b);
}

/** Out of file descriptors is not absence: only "no such file" and "no such process" are. */
export function readStat(procRoot: string, pid: number): ProcessStat | "absent" | "unreadable" {
  try {
    return parseStat(Deno.readTextFileSync(`${procRoot}/${pid}/stat`)) ?? "unreadable";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "absent";
    // ESRCH, for which Deno has no class: the process ended between opening and reading.
    const ended = error instanceof Error && error.message.includes("(os error 3)");
    return ended ? "absent" : "unreadable";
  }
}

export function readText(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined; // hidden from this user or ended meanwhile; the caller reports what it lacks
  }
}

export function readLink(path: string): string | undefined {
  try {
    return Deno.readLinkSync(path);
  } catch {
    return undefined; // as above
  }
}
