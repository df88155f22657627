// Owns the command `demo`.
// Never needs a cluster or a setting.

import { runDemo } from "../demo/demo.ts";
import type { Terminal } from "./command.ts";

export async function demo(args: readonly string[], terminal: Terminal): Promise<number> {
  return await runDemo({
    clusters: args.includes("--clusters"),
    interactive: args.includes("--interactive"),
    environment: terminal.environment(),
    print: terminal.print,
    printError: terminal.printError,
  });
}
