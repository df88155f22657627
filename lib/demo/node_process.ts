// Owns starting a simulated node as a real process that /proc shows under the real one's name.
// Never leaves a process behind that its handle was asked to stop.

import type { CredentialPaths } from "../config.ts";
import { freePort } from "./free_port.ts";
import { formatSimulatedArguments, type Misbehaviour } from "./simulated_arguments.ts";

/** Subcommand of the compiled binary that runs `runSimulatedNode` with the arguments after it. */
const SIMULATED_NODE_COMMAND = "simulated-node";

export interface SimulatedNodeOptions {
  /** Folder of the link that gives the process its name, and of what is not placed elsewhere. */
  readonly dir: string;
  /** Name of the process. Default cardano-node. */
  readonly name?: string;
  /** Default node.socket in `dir`. */
  readonly socketPath?: string;
  /** Default node-record.jsonl in `dir`; appended to, so that it lasts over restarts. */
  readonly recordPath?: string;
  /** A relay without. */
  readonly credentials?: CredentialPaths;
  /** Whether it starts with the flag. Default true. */
  readonly nonProducing?: boolean;
  /** Default: a free one. */
  readonly metricsPort?: number;
  readonly replayMs?: number;
  /** From reading the files to the effect, for the first, second, … signal; the last one repeats. */
  readonly handlerDelaysMs?: readonly number[];
  readonly misbehaviours?: readonly Misbehaviour[];
  /** Where its error messages go. Default nowhere: the record has them. */
  readonly stderr?: "inherit" | "null";
}

export interface SimulatedNodeCommand {
  /** A link named as the process. */
  readonly executable: string;
  readonly args: readonly string[];
  readonly socketPath: string;
  readonly recordPath: string;
  readonly metricsUrl: string;
}

export interface SimulatedNodeProcess extends SimulatedNodeCommand, AsyncDisposable {
  readonly pid: number;
  readonly exited: Promise<Deno.CommandStatus>;
  /** Sends a signal; nothing happens when the process has ended. */
  kill(signal: Deno.Signal): void;
  /** Kills it and waits until it is gone. */
  stop(): Promise<void>;
}

/** Makes the link and gives the command, for callers that wrap it, as in a PID namespace of its own. */
export function simulatedNodeCommand(options: SimulatedNodeOptions): SimulatedNodeCommand {
  const { dir } = options;
  Deno.mkdirSync(dir, { recursive: true });
  const executable = `${dir}/${options.name ?? "cardano-node"}`;
  linkTo(Deno.execPath(), executable);
  const socketPath = options.socketPath ?? `${dir}/node.socket`;
  const recordPath = options.recordPath ?? `${dir}/node-record.jsonl`;
  const metricsPort = options.metricsPort ?? freePort();
  const args = formatSimulatedArguments({
    socketPath,
    recordPath,
    metricsPort,
    credentials: options.credentials,
    nonProducing: options.nonProducing ?? true,
    replayMs: options.replayMs ?? 0,
    handlerDelaysMs: options.handlerDelaysMs ?? [0],
    misbehaviours: new Set(options.misbehaviours),
  });
  return {
    executable,
    args: [...entryPoint(), ...args],
    socketPath,
    recordPath,
    metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
  };
}

export function startSimulatedNode(options: SimulatedNodeOptions): SimulatedNodeProcess {
  const command = simulatedNodeCommand(options);
  const child = new Deno.Command(command.executable, {
    args: [...command.args],
    stdin: "null",
    stdout: "null",
    stderr: options.stderr ?? "null",
    env: { DENO_NO_UPDATE_CHECK: "1" },
  }).spawn();
  const kill = (signal: Deno.Signal) => {
    try {
      child.kill(signal);
    } catch (error) {
      // Ended already, which is what whoever kills wants.
      if (!(error instanceof TypeError) && !(error instanceof Deno.errors.NotFound)) throw error;
    }
  };
  const stop = async () => {
    kill("SIGKILL");
    await child.status;
  };
  return {
    ...command,
    pid: child.pid,
    exited: child.status,
    kill,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function entryPoint(): readonly string[] {
  if (Deno.build.standalone) return [SIMULATED_NODE_COMMAND];
  const main = new URL("./simulated_node_main.ts", import.meta.url);
  // Without the lock file, since several nodes starting at once must not rewrite it.
  return ["run", "--quiet", "--no-lock", "--allow-all", main.pathname];
}

function linkTo(target: string, path: string): void {
  try {
    Deno.symlinkSync(target, path);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
}
