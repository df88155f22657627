// Owns the operator of the demo: the program's own commands, on the coordination API.
// Never goes around them: what they refuse, fails.

import { chooseCommand } from "../cli/main.ts";
import { EXIT } from "../cli/command.ts";
import type { Environment } from "../config.ts";

export class Operator {
  readonly #environment: Environment;

  /** What the commands read: a kubeconfig of the hub, above all. */
  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** Throws with what the command said where it was not carried out. */
  async run(args: readonly string[]): Promise<void> {
    const said: string[] = [];
    const choice = chooseCommand(args);
    if (choice.kind === "wrong") throw new Error(`Cannot run ${args.join(" ")}: ${choice.message}`);
    const action = await choice.command.load();
    const code = await action(choice.args, {
      environment: () => this.#environment,
      print: () => {}, // a plan in ten lines would push the picture off the screen
      printError: (text) => said.push(text),
    });
    if (code !== EXIT.ok) throw new Error(`Cannot run ${args.join(" ")}: ${said.join("; ")}`);
  }
}
