// Owns child processes that cannot outlive the test that started them, even when it is killed.
// Never looks for processes by name: it knows each by the pid it started.

export interface TetheredProcess {
  readonly pid: number;
  signal(signal: Deno.Signal): void;
  /** Whether the process has ended by itself; its pid is kept from reuse until `end()`. */
  hasExited(): Promise<boolean>;
  /** SIGKILL, also when it is stopped by SIGSTOP, and waits until it is gone. */
  end(): Promise<void>;
}

/**
 * The shell between us and the program kills it when our end of its standard input closes, which
 * the kernel does for us if the test process dies. It reaps the program only then, so that the pid
 * stays ours. A terminal's SIGINT reaches the shell, too: it must live to end a frozen program.
 */
const TETHER = `
log=$1; folder=$2; shift 2
trap : INT TERM
"$@" >"$log" 2>&1 &
program=$!
echo "$program"
read -r _
kill -KILL "$program" 2>/dev/null
wait "$program" 2>/dev/null
if [ -n "$folder" ]; then rm -rf -- "$folder"; fi
`;

export async function startTethered(
  command: readonly string[],
  options: { readonly logFile: string; readonly removeFolderAtEnd?: string },
): Promise<TetheredProcess> {
  const shell = new Deno.Command("sh", {
    args: ["-c", TETHER, "tether", options.logFile, options.removeFolderAtEnd ?? "", ...command],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const pid = await readPid(shell.stdout);
  let ended: Promise<void> | undefined;
  return {
    pid,
    signal: (signal) => Deno.kill(pid, signal),
    hasExited: async () => {
      const stat = await Deno.readTextFile(`/proc/${pid}/stat`).catch(() => ") Z");
      return stat.slice(stat.lastIndexOf(")") + 2).startsWith("Z");
    },
    end: () => ended ??= shell.stdin.close().then(() => shell.status).then(() => {}),
  };
}

async function readPid(stdout: ReadableStream<Uint8Array>): Promise<number> {
  const reader = stdout.pipeThrough(new TextDecoderStream()).getReader();
  let line = "";
  while (!line.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`Cannot read the pid of a child process: the shell wrote "${line}"`);
    line += value;
  }
  await reader.cancel();
  return Number(line);
}
