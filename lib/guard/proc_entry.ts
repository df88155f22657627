// Owns the formats of /proc: a process's stat and cmdline, and the kernel's list of unix sockets.
// Never reads a file: text comes in, values go out.

export interface ProcessStat {
  readonly pid: number;
  /** Name of the program as the kernel keeps it, at most 15 characters. */
  readonly comm: string;
  /** One letter: R running, S sleeping, T stopped, Z zombie, X dead and others. */
  readonly state: string;
  /** Start in clock ticks since boot. With the pid it names one process and no later one. */
  readonly startTicks: number;
  /** CPU time of all its threads so far, in user mode and in the kernel, in clock ticks. */
  readonly cpuTicks: number;
}

/**
 * Reads /proc/<pid>/stat, as proc(5) has it. The name stands in parentheses and may hold any character, also `)`, so
 * the fields are counted from the last one.
 */
export function parseStat(text: string): ProcessStat | undefined {
  const open = text.indexOf("(");
  const close = text.lastIndexOf(")");
  if (open < 1 || close < open) return undefined;
  const pid = wholeNumber(text.slice(0, open).trim());
  const fields = text.slice(close + 1).trim().split(/\s+/);
  const state = fields[0] ?? "";
  const field = (number: number) => wholeNumber(fields[number - 3] ?? ""); // the state is field 3
  const [userTicks, systemTicks, startTicks] = [field(14), field(15), field(22)];
  const isWhole = pid !== undefined && userTicks !== undefined && systemTicks !== undefined &&
    startTicks !== undefined && /^[A-Za-z]$/.test(state);
  if (!isWhole) return undefined;
  const cpuTicks = userTicks + systemTicks;
  return { pid, comm: text.slice(open + 1, close), state, startTicks, cpuTicks };
}

/** A zombie holds its pid until its parent asks, but runs no more and holds no socket. */
export function isGone(stat: ProcessStat): boolean {
  return stat.state === "Z" || stat.state === "X" || stat.state === "x";
}

/** Arguments of /proc/<pid>/cmdline; empty for kernel threads and zombies. */
export function parseCommandLine(text: string): readonly string[] {
  if (text === "") return [];
  return (text.endsWith("\0") ? text.slice(0, -1) : text).split("\0");
}

/** Whether the arguments say where the node's socket is: `--socket-path P` or `--socket-path=P`. */
export function namesSocket(args: readonly string[], socketPath: string): boolean {
  return args.some((arg, index) =>
    arg === `--socket-path=${socketPath}` ||
    (arg === "--socket-path" && args[index + 1] === socketPath)
  );
}

const NON_PRODUCING_FLAGS: ReadonlySet<string> = new Set([
  "--start-as-non-producing-node",
  "--non-producing-node", // hidden, deprecated alias
]);

/** Whether the node was told not to forge until it is signalled. */
export function startsNonProducing(args: readonly string[]): boolean {
  return args.some((arg) => NON_PRODUCING_FLAGS.has(arg));
}

const ACCEPTS_CONNECTIONS = 0x10000; // __SO_ACCEPTCON

/** Inodes of the sockets that listen on `path`, from /proc/net/unix. */
export function listeningInodes(text: string, path: string): ReadonlySet<string> {
  const inodes = new Set<string>();
  for (const line of text.split("\n")) {
    const match = /^\s*[0-9a-fA-F]+: \S+ \S+ ([0-9a-fA-F]+) \S+ \S+ +(\d+) (.*)$/.exec(line);
    if (match === null || match[3] !== path) continue;
    if ((Number.parseInt(match[1] ?? "0", 16) & ACCEPTS_CONNECTIONS) !== 0) {
      inodes.add(match[2] ?? "");
    }
  }
  return inodes;
}

/** Last part of a path, without what the kernel adds once the file was replaced. */
export function baseName(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return name.endsWith(" (deleted)") ? name.slice(0, -" (deleted)".length) : name;
}

function wholeNumber(text: string): number | undefined {
  if (!/^\d{1,15}$/.test(text)) return undefined;
  return Number(text);
}
