// Owns the command `restore`.
// Never waits for the move: it says what to look at.

import { parsedArguments } from "./arguments.ts";
import { carryOut } from "./clusters/carry_out.ts";
import { planRestore } from "./clusters/plan_restore.ts";
import { RESTORE } from "./clusters/shapes.ts";
import type { Terminal } from "./command.ts";

export async function restore(args: readonly string[], terminal: Terminal): Promise<number> {
  return await carryOut(parsedArguments(args, RESTORE), {
    title: "Restore",
    plan: planRestore,
    next: ["cardano-forge-manager status --watch    whoever is first now forges within seconds"],
  }, terminal);
}
