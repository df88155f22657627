// Owns how a command gets its Config, and how a wrong one is told.
// Never goes on with a wrong one.

import { type ConfigProblem, type ConfigReading, readConfig } from "../config.ts";
import { EXIT, type Terminal } from "./command.ts";

type GoodReading = Extract<ConfigReading, { kind: "config" }>;

/** The Config, or the exit code after every problem was printed. */
export function configFor(
  terminal: Terminal,
): GoodReading | { readonly kind: "exit"; readonly code: number } {
  const reading = readConfig(terminal.environment());
  if (reading.kind === "config") return reading;
  terminal.printError(problemText(reading.problems));
  return { kind: "exit", code: EXIT.configuration };
}

export function problemText(problems: readonly ConfigProblem[]): string {
  const lines = problems.map(({ name, value, allowed }) => {
    const found = value === undefined ? "is not set" : `is ${JSON.stringify(value)}`;
    return `  ${name} ${found}; allowed: ${allowed}`;
  });
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return [`Wrong configuration, ${count}:`, ...lines].join("\n");
}
