// Owns one pod's PID, mount and time namespaces: a pause process as their first, others that enter them.
// Never leaves a process behind: all of them end with the pause process, and it ends with its pipe.

import type { Launch, LaunchedProcess, LaunchOptions } from "../../lib/demo/launcher.ts";

/** Without root a user namespace is needed around the others, which some systems forbid. */
const IS_ROOT = Deno.uid() === 0;
const UNSHARE = [
  "unshare",
  ...(IS_ROOT ? [] : ["--user", "--map-root-user"]),
  ...["--pid", "--fork", "--kill-child", "--mount-proc"],
];
/** Ends when our end of its standard input closes, which the kernel does if the test is killed. */
const PAUSE = "echo up; read -r _";
/** Runs outside the PID namespace, so that the pid it tells is the one by which we may signal. */
const ENTER = `
log=$1; shift
"$@" >>"$log" 2>&1 &
echo $!
exec >&- 2>/dev/null
wait $!
`;

/** Whether this machine lets us make such namespaces. */
export function canMakeNamespaces(): boolean {
  try {
    const [command = "", ...args] = UNSHARE;
    return new Deno.Command(command, { args: [...args, "true"], stderr: "null" })
      .outputSync().success;
  } catch {
    return false; // no such program
  }
}

export class PodNamespace {
  readonly #pause: Deno.ChildProcess;
  /** Beside those of every pod. */
  readonly #ownSpaces: readonly ("time" | "net")[];

  private constructor(pause: Deno.ChildProcess, ownSpaces: readonly ("time" | "net")[]) {
    this.#pause = pause;
    this.#ownSpaces = ownSpaces;
  }

  /**
   * With `clockAheadSeconds` its monotonic and boot-time clocks differ from all others by so much;
   * `hasNetwork` gives it a network in which nothing is but its own loopback.
   */
  static async start(
    { clockAheadSeconds, hasNetwork = false }: {
      readonly clockAheadSeconds?: number;
      readonly hasNetwork?: boolean;
    } = {},
  ): Promise<PodNamespace> {
    const [command = "", ...args] = UNSHARE;
    const ahead = String(clockAheadSeconds);
    const clocks = clockAheadSeconds === undefined
      ? []
      : ["--time", "--monotonic", ahead, "--boottime", ahead];
    const pause = new Deno.Command(command, {
      args: [...args, ...clocks, ...(hasNetwork ? ["--net"] : []), "sh", "-c", PAUSE],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    if (await firstLine(pause.stdout) !== "up") throw new Error("Cannot make a PID namespace");
    const pod = new PodNamespace(pause, [
      ...(clocks.length > 0 ? ["time" as const] : []),
      ...(hasNetwork ? ["net" as const] : []),
    ]);
    if (hasNetwork) await pod.run("ip", "link", "set", "lo", "up");
    return pod;
  }

  /** Starts processes of this pod. Their pids are known a moment later; signals wait for them. */
  readonly launch: Launch = ({ command, args, env = {}, logPath }: LaunchOptions) => {
    const child = new Deno.Command("nsenter", {
      args: [
        ...this.#enter("pid_for_children"),
        ...["--no-fork", "sh", "-c", ENTER, "enter", logPath ?? "/dev/null", command, ...args],
      ],
      // Nothing of the environment of whoever runs the tests but where programs and caches are.
      clearEnv: true,
      env: { ...inherited("PATH", "HOME", "DENO_DIR"), DENO_NO_UPDATE_CHECK: "1", ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    return new EnteredProcess(child);
  };

  /** Runs a program to its end in this pod's mount namespace, such as `mount`. */
  async run(...command: readonly string[]): Promise<string> {
    const { success, stdout, stderr } = await new Deno.Command("nsenter", {
      args: [...this.#enter(), ...command],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
    if (!success) throw new Error(`Cannot run ${command.join(" ")} in a pod: ${text(stderr)}`);
    return text(stdout);
  }

  /** Starts a program in this pod's mounts and network, unseen by its processes; whoever asks ends it. */
  spawn(command: readonly string[]): Deno.ChildProcess {
    return new Deno.Command("nsenter", {
      args: [...this.#enter(), ...command],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
  }

  /** Every process in the namespace is killed by the kernel. */
  async end(): Promise<void> {
    await this.#pause.stdin.close();
    await this.#pause.status;
  }

  #enter(pidNamespace?: "pid_for_children"): string[] {
    const folder = `/proc/${this.#pause.pid}/ns`;
    return [
      ...(IS_ROOT ? [] : [`--user=${folder}/user`, "--preserve-credentials"]),
      ...(pidNamespace === undefined ? [] : [`--pid=${folder}/${pidNamespace}`]),
      ...this.#ownSpaces.map((space) => `--${space}=${folder}/${space}`),
      `--mount=${folder}/mnt`,
    ];
  }
}

class EnteredProcess implements LaunchedProcess {
  readonly exited: Promise<Deno.CommandStatus>;
  readonly #started: Promise<number>;
  #pid: number | undefined;
  #hasExited = false;

  constructor(child: Deno.ChildProcess) {
    this.#started = firstLine(child.stdout).then((line) => {
      if (!/^[1-9]\d*$/.test(line)) throw new Error("Cannot enter the namespaces of a pod");
      return this.#pid = Number(line);
    });
    this.exited = Promise.all([child.status, this.#started]).then(([status]) => {
      this.#hasExited = true;
      return status;
    });
  }

  get pid(): number {
    if (this.#pid === undefined) throw new Error("Cannot tell the pid of a process before it runs");
    return this.#pid;
  }

  kill(signal: Deno.Signal): void {
    if (this.#pid !== undefined) return this.#signal(this.#pid, signal);
    this.#started.then((pid) => this.#signal(pid, signal));
  }

  #signal(pid: number, signal: Deno.Signal): void {
    if (this.#hasExited) return;
    try {
      Deno.kill(pid, signal);
    } catch (error) {
      // Ended already, which is what whoever kills wants.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

function inherited(...names: readonly string[]): Record<string, string> {
  const values = names.map((name) => [name, Deno.env.get(name)] as const);
  return Object.fromEntries(values.filter((pair) => pair[1] !== undefined)) as Record<
    string,
    string
  >;
}

async function firstLine(stdout: ReadableStream<Uint8Array>): Promise<string> {
  const reader = stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) break;
    text += value;
  }
  await reader.cancel();
  return text.trim();
}
