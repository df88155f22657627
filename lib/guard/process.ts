// Owns which process is the node, whether it still runs, and signalling it.
// Never signals by name or by a bare pid: an identity is looked at again right before.

import type { NodeIdentity } from "../core/node_life.ts";
import {
  baseName,
  isGone,
  listeningInodes,
  namesSocket,
  parseCommandLine,
  type ProcessStat,
  startsNonProducing,
} from "./proc_entry.ts";
import { listPids, readLink, readStat, readText } from "./proc_reader.ts";

export type { NodeIdentity };

export interface NodeSearchOptions {
  /** Base name the node's comm, exe or argv[0] must have. */
  readonly processName: string;
  /** Decides between several processes of that name. */
  readonly socketPath: string;
}

export type NodeSearch =
  | {
    readonly kind: "found";
    readonly identity: NodeIdentity;
    readonly startsNonProducing: boolean;
    readonly cpuTicks: number;
  }
  /** The note tells what was looked for and what was seen instead. */
  | { readonly kind: "not_found"; readonly note: string };

/** What is seen of one process that was identified before. */
export type ProcessSight =
  | { readonly kind: "runs"; readonly cpuTicks: number }
  | { readonly kind: "gone" | "unreadable" };

export type SignalOutcome = "signalled" | "absent" | "denied";

interface Seen {
  readonly stat: ProcessStat;
  readonly args: readonly string[];
  readonly named: boolean;
}

const COMM_LIMIT = 15;
const NOTE_LIMIT = 12;

/**
 * Looks through /proc for the node. Costs three small reads a process, so call it each second at
 * most, and only while no node is known; `sightAgain` watches a known one.
 */
export function findNode(options: NodeSearchOptions, procRoot = "/proc"): NodeSearch {
  const pids = listPids(procRoot);
  if (typeof pids === "string") return { kind: "not_found", note: pids };
  const { seen, hidden } = readProcesses(pids, { name: options.processName, procRoot });
  const candidates = seen.filter((process) => process.named && !isGone(process.stat));
  const naming = candidates.filter(({ args }) => namesSocket(args, options.socketPath));
  const narrowed = naming.length > 0 ? naming : candidates;
  const owner = narrowed.length > 1
    ? socketOwner(narrowed, options.socketPath, procRoot)
    : narrowed[0];
  if (owner === undefined) {
    return { kind: "not_found", note: note(options, seen, narrowed, hidden) };
  }
  const { stat, args } = owner;
  return {
    kind: "found",
    identity: { pid: stat.pid, startTicks: stat.startTicks },
    startsNonProducing: startsNonProducing(args),
    cpuTicks: stat.cpuTicks,
  };
}

/**
 * Whether this very process still runs; a zombie does not. One small read. What cannot be read at
 * the moment is not gone: only what was seen to be gone counts as stopped.
 */
export function sightAgain(identity: NodeIdentity, procRoot = "/proc"): ProcessSight {
  const stat = readStat(procRoot, identity.pid);
  if (stat === "unreadable") return { kind: "unreadable" };
  if (stat === "absent" || stat.startTicks !== identity.startTicks || isGone(stat)) {
    return { kind: "gone" };
  }
  return { kind: "runs", cpuTicks: stat.cpuTicks };
}

/**
 * Sends a signal to this very process. "absent" when it is gone, "denied" when it belongs to another
 * user or could not be looked at right before.
 */
export function signal(
  identity: NodeIdentity,
  name: "SIGHUP" | "SIGKILL",
  procRoot = "/proc",
): SignalOutcome {
  const { kind } = sightAgain(identity, procRoot);
  if (kind !== "runs") return kind === "gone" ? "absent" : "denied";
  try {
    Deno.kill(identity.pid, name);
    return "signalled";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "absent";
    if (error instanceof Deno.errors.PermissionDenied) return "denied";
    throw error;
  }
}

function readProcesses(
  pids: readonly number[],
  { name, procRoot }: { readonly name: string; readonly procRoot: string },
): { seen: Seen[]; hidden: number } {
  const comm = name.slice(0, COMM_LIMIT);
  const seen: Seen[] = [];
  let hidden = 0;
  for (const pid of pids) {
    if (pid === Deno.pid) continue;
    const stat = readStat(procRoot, pid);
    if (stat === "absent") continue;
    if (stat === "unreadable") {
      hidden++;
      continue;
    }
    const args = parseCommandLine(readText(`${procRoot}/${pid}/cmdline`) ?? "");
    const exe = readLink(`${procRoot}/${pid}/exe`);
    const named = stat.comm === comm || baseName(args[0] ?? "") === name ||
      (exe !== undefined && baseName(exe) === name);
    if (exe === undefined && args.length > 0) hidden++; // kernel threads have no program file
    seen.push({ stat, args, named });
  }
  return { seen, hidden };
}

function socketOwner(candidates: readonly Seen[], path: string, procRoot: string) {
  const inodes = listeningInodes(readText(`${procRoot}/net/unix`) ?? "", path);
  if (inodes.size === 0) return undefined;
  const owners = candidates.filter(({ stat }) => holdsSocket(stat.pid, inodes, procRoot));
  return owners.length === 1 ? owners[0] : undefined;
}

function holdsSocket(pid: number, inodes: ReadonlySet<string>, procRoot: string): boolean {
  const folder = `${procRoot}/${pid}/fd`;
  try {
    for (const { name } of Deno.readDirSync(folder)) {
      const inode = /^socket:\[(\d+)\]$/.exec(readLink(`${folder}/${name}`) ?? "")?.[1];
      if (inode !== undefined && inodes.has(inode)) return true;
    }
  } catch {
    // Another user's process, or one that just ended: then it is not known to hold the socket.
  }
  return false;
}

function note(
  { processName, socketPath }: NodeSearchOptions,
  seen: readonly Seen[],
  rivals: readonly Seen[],
  hidden: number,
): string {
  const listed = rivals.length > 0 ? rivals : seen;
  const names = listed.slice(0, NOTE_LIMIT)
    .map(({ stat }) => `${stat.pid} ${stat.comm}${isGone(stat) ? " (ended)" : ""}`).join(", ");
  const more = listed.length > NOTE_LIMIT ? ` and ${listed.length - NOTE_LIMIT} more` : "";
  const parts = [
    rivals.length > 0
      ? `${rivals.length} processes are named "${processName}" and none alone names or owns ` +
        `"${socketPath}": ${names}${more}`
      : seen.length === 0
      ? `No process is named "${processName}", and no other is seen`
      : `No process is named "${processName}" among ${seen.length} others: ${names}${more}`,
  ];
  if (hidden > 0) parts.push(`${hidden} of another user could not be read in full`);
  if (Deno.pid === 1) {
    parts.push("this process is pid 1, as in a pod without shareProcessNamespace: set it to true");
  }
  return parts.join("; ");
}
