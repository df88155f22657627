// Owns starting the processes of a pod, as plain children of this one.
// Never leaves one behind that its handle was asked to stop.

export interface LaunchedProcess {
  /** As seen by whoever signals it from here. */
  readonly pid: number;
  readonly exited: Promise<{ readonly code: number }>;
  /** Nothing happens when the process has ended. */
  kill(signal: Deno.Signal): void;
}

export interface LaunchOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Whether `env` is all that the process gets, instead of an addition to ours. Default false. */
  readonly clearEnv?: boolean;
  /** File that standard output and error are appended to; default nowhere. */
  readonly logPath?: string;
}

/** Where a pod's processes run. Tests give one that enters namespaces. */
export type Launch = (options: LaunchOptions) => LaunchedProcess;

export function launchHere(options: LaunchOptions): LaunchedProcess {
  const { command, args, env = {}, clearEnv = false, logPath } = options;
  const child = new Deno.Command(command, {
    args: [...args],
    clearEnv,
    env: { DENO_NO_UPDATE_CHECK: "1", ...env },
    stdin: "null",
    stdout: logPath === undefined ? "null" : "piped",
    stderr: logPath === undefined ? "null" : "piped",
  }).spawn();
  const copies = logPath === undefined ? [] : [
    appendTo(logPath, child.stdout),
    appendTo(logPath, child.stderr),
  ];
  return {
    pid: child.pid,
    exited: Promise.all([child.status, ...copies]).then(([status]) => status),
    kill: (signal) => {
      try {
        child.kill(signal);
      } catch (error) {
        // Ended already, which is what whoever kills wants.
        if (!(error instanceof TypeError) && !(error instanceof Deno.errors.NotFound)) throw error;
      }
    },
  };
}

async function appendTo(path: string, stream: ReadableStream<Uint8Array>): Promise<void> {
  const file = await Deno.open(path, { append: true, create: true });
  await stream.pipeTo(file.writable);
}
