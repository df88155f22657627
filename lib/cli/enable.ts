// Owns the command `enable`.
// Never makes a cluster go first: it is one of the candidates again.

import { parsedArguments } from "./arguments.ts";
import { carryOut } from "./clusters/carry_out.ts";
import { planEnable } from "./clusters/plan_state.ts";
import { ENABLE } from "./clusters/shapes.ts";
import type { Terminal } from "./command.ts";

export async function enable(args: readonly string[], terminal: Terminal): Promise<number> {
  const parsed = parsedArguments(args, ENABLE);
  return await carryOut(parsed, {
    title: "Enable",
    plan: (view) => planEnable(view, parsed.operand),
    next: ["cardano-forge-manager status --watch    whoever is first now forges within seconds"],
  }, terminal);
}
