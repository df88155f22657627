// Owns the text of `help`: commands, exit codes and settings.
// Never repeats what a table says: it prints the tables.

import { SETTINGS } from "../config/settings.ts";
import { VERSION } from "../version.ts";
import { type Command, EXIT, EXIT_MEANINGS } from "./command.ts";

export function helpText(commands: readonly Command[]): string {
  return [
    `cardano-forge-manager ${VERSION}`,
    "Elects one forging cardano-node by a Kubernetes Lease; runs beside each node as a sidecar.",
    "",
    "Usage: cardano-forge-manager [command]",
    "",
    "Commands",
    ...commandLines(commands),
    "",
    "Exit codes",
    ...exitLines(),
    "",
    "Settings, by environment variables; durations in seconds",
    ...settingLines(),
  ].join("\n");
}

function commandLines(commands: readonly Command[]): string[] {
  return commands.filter(({ hidden }) => !hidden).flatMap(({ name, summary, flags }) => [
    `  ${name.padEnd(14)}${summary}`,
    ...(flags === "any" ? [] : flags).map((flag) => `    ${flag.name.padEnd(14)}${flag.meaning}`),
  ]);
}

function exitLines(): string[] {
  const names = Object.keys(EXIT) as (keyof typeof EXIT)[];
  return names.map((name) => `  ${String(EXIT[name]).padEnd(4)}${EXIT_MEANINGS[name]}`);
}

function settingLines(): string[] {
  const sections = [...new Set(SETTINGS.map(({ section }) => section))];
  return sections.flatMap((section) => [
    `  ${section}`,
    ...SETTINGS.filter((setting) => setting.section === section).flatMap((setting) => [
      `    ${setting.name} (${setting.defaultText})`,
      `        ${setting.meaning}`,
    ]),
  ]);
}
