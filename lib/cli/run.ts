// Owns the command `run`.
// Never starts with a wrong configuration.

import { runGuard } from "../guard/run.ts";
import type { Terminal } from "./command.ts";
import { configFor } from "./configuration.ts";

export async function run(_args: readonly string[], terminal: Terminal): Promise<number> {
  const reading = configFor(terminal);
  if (reading.kind === "exit") return reading.code;
  return await runGuard(reading);
}
