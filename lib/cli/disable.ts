// Owns the command `disable`.
// Never ends all forging by a forgotten word: that takes --all.

import { parsedArguments } from "./arguments.ts";
import { carryOut } from "./clusters/carry_out.ts";
import { planDisable } from "./clusters/plan_state.ts";
import { DISABLE } from "./clusters/shapes.ts";
import { EXIT, type Terminal } from "./command.ts";

export async function disable(args: readonly string[], terminal: Terminal): Promise<number> {
  const parsed = parsedArguments(args, DISABLE);
  const chosen = { region: parsed.operand, all: parsed.flags.has("--all") };
  if (chosen.all && chosen.region !== undefined) {
    terminal.printError(`disable takes --all or one REGION, not --all and "${chosen.region}"`);
    return EXIT.usage;
  }
  return await carryOut(parsed, {
    title: "Disable",
    plan: (view) => planDisable(view, chosen),
    next: [
      "cardano-forge-manager status --watch    it stops forging within seconds",
      "cardano-forge-manager enable            lets it in again; time alone does not",
    ],
  }, terminal);
}
