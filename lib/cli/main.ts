// Owns the way from arguments to a command and its exit code.
// Never does a command's work.

import { parseArguments } from "./arguments.ts";
import { CHECK_ENDPOINTS } from "./checks/endpoints_shape.ts";
import { DISABLE, ENABLE, FAILOVER, RESTORE, STATUS } from "./clusters/shapes.ts";
import { type Command, EXIT, type Terminal } from "./command.ts";

const DEFAULT_COMMAND = "run";

export const COMMANDS: readonly Command[] = [
  {
    name: "run",
    summary: "guard the node beside us and take part in the election (default)",
    flags: [],
    load: async () => (await import("./run.ts")).run,
  },
  {
    name: "check-config",
    summary: "print the effective settings and check what can be checked",
    flags: [],
    load: async () => (await import("./check_config.ts")).checkConfig,
  },
  {
    ...CHECK_ENDPOINTS,
    alias: "test-startup-endpoint",
    summary: "what a running pod answers to probes and people (also test-startup-endpoint)",
    load: async () => (await import("./check_endpoints.ts")).checkEndpoints,
  },
  {
    ...STATUS,
    summary: "every cluster of the namespace: who forges, who is next, and why",
    load: async () => (await import("./status.ts")).status,
  },
  {
    ...FAILOVER,
    summary: "let one cluster go first, by overrides",
    load: async () => (await import("./failover.ts")).failover,
  },
  {
    ...RESTORE,
    summary: "undo a failover; where there was none, end every override",
    load: async () => (await import("./restore.ts")).restore,
  },
  {
    ...DISABLE,
    summary: "take a cluster out of forging until enable",
    load: async () => (await import("./disable.ts")).disable,
  },
  {
    ...ENABLE,
    summary: "let a disabled cluster, or all of them, in again",
    load: async () => (await import("./enable.ts")).enable,
  },
  {
    name: "crds",
    summary: "print the CustomResourceDefinitions, for kubectl apply -f -",
    flags: [],
    load: async () => (await import("./crds.ts")).crds,
  },
  {
    name: "demo",
    summary: "three replicas, simulated nodes and an API server in this terminal",
    flags: [
      { name: "--interactive", meaning: "kill, freeze, cut off and heal by key" },
      { name: "--clusters", meaning: "two regions of two replicas each instead" },
    ],
    load: async () => (await import("./demo.ts")).demo,
  },
  {
    name: "version",
    summary: "print the version",
    flags: [],
    load: async () => (await import("./version.ts")).version,
  },
  {
    name: "help",
    summary: "print this",
    flags: [],
    load: async () => {
      const { helpText } = await import("./help.ts");
      return (_args, terminal) => {
        terminal.print(helpText(COMMANDS));
        return Promise.resolve(EXIT.ok);
      };
    },
  },
  {
    name: "simulated-node",
    summary: "a process that behaves as cardano-node does, for demo and tests",
    flags: "any",
    hidden: true,
    load: async () => (await import("./simulated_node.ts")).simulatedNode,
  },
];

/** Never throws: an error of our own is printed in full and becomes an exit code. */
export async function main(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    const choice = chooseCommand(args);
    if (choice.kind === "wrong") {
      terminal.printError(`${choice.message}\nSee cardano-forge-manager help`);
      return EXIT.usage;
    }
    const action = await choice.command.load();
    return await action(choice.args, terminal);
  } catch (error) {
    const text = error instanceof Error ? error.stack ?? error.message : String(error);
    terminal.printError(`Internal error: ${text}`);
    return EXIT.internal;
  }
}

type Choice =
  | { readonly kind: "command"; readonly command: Command; readonly args: readonly string[] }
  | { readonly kind: "wrong"; readonly message: string };

export function chooseCommand(args: readonly string[]): Choice {
  const [first = DEFAULT_COMMAND, ...rest] = args;
  const name = first === "--version" || first === "-V" ? "version" : isHelp(first) ? "help" : first;
  const command = COMMANDS.find((one) => one.name === name || one.alias === name);
  if (command === undefined) {
    const noun = name.startsWith("-") ? "flag" : "command";
    const known = COMMANDS.filter(({ hidden }) => !hidden).map((one) => one.name).join(", ");
    return wrong(`Unknown ${noun} "${name}"; the commands are ${known}`);
  }
  const { flags } = command;
  if (flags === "any") return { kind: "command", command, args: rest };
  if (rest.some(isHelp)) return chooseCommand(["help"]);
  const { operand } = command;
  const shape = { name, flags, ...(operand === undefined ? {} : { operand }) };
  const parsed = parseArguments(rest, shape);
  if (parsed.kind === "wrong") return wrong(parsed.message);
  return { kind: "command", command, args: rest };
}

function isHelp(arg: string): boolean {
  return arg === "--help" || arg === "-h";
}

function wrong(message: string): Choice {
  return { kind: "wrong", message };
}
