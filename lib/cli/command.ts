// Owns what a command is, and what the exit codes mean.
// Never runs one: main.ts does.

import type { Environment } from "../config.ts";
import type { Flag } from "./arguments.ts";

/** BSD's sysexits where one fits: 64 usage, 70 software, 78 configuration. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 64,
  internal: 70,
  configuration: 78,
} as const;

export const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: "done, or stopped in order",
  failed:
    "a check failed, a command could not be carried out, or in the demo two nodes forged at once",
  usage: "unknown command or flag, or a wrong value of one",
  internal: "an error of the program itself",
  configuration: "wrong configuration, every problem is printed",
};

/** The world as commands see it, so that tests can look on. */
export interface Terminal {
  readonly environment: () => Environment;
  print(text: string): void;
  printError(text: string): void;
}

/** Gives the exit code. `args` holds what the command allows, and all that it needs. */
export type CommandAction = (args: readonly string[], terminal: Terminal) => Promise<number>;

export interface Command {
  readonly name: string;
  /** The name of the older program's script that did the same. */
  readonly alias?: string;
  readonly summary: string;
  /** What may follow the name; "any" for a command that reads its own arguments. */
  readonly flags: readonly Flag[] | "any";
  /** One word that may follow the name, for people. */
  readonly operand?: string;
  /** Not shown in help. */
  readonly hidden?: true;
  /** Loads the command's code: `run` must not pay memory for the demo. */
  readonly load: () => Promise<CommandAction>;
}
