// Owns the text of `help`: commands, exit codes and settings.
// Never repeats what a table says: it prints the tables.

import { SETTINGS } from "../config/settings.ts";
import { VERSION } from "../version.ts";
import type { Flag } from "./arguments.ts";
import { type Command, EXIT, EXIT_MEANINGS } from "./command.ts";

const NAME_WIDTH = 22;

export function helpText(commands: readonly Command[]): string {
  return [
    `cardano-forge-manager ${VERSION}`,
    "Elects one forging cardano-node by a Kubernetes Lease; runs beside each node as a sidecar.",
    "",
    "Usage: cardano-forge-manager [command]",
    "",
    "Commands",
    ...commandLines(commands),
    ...commonLines(commands),
    "",
    "Exit codes",
    ...exitLines(),
    "",
    "Settings, by environment variables; durations in seconds",
    ...settingLines(),
  ].join("\n");
}

function commandLines(commands: readonly Command[]): string[] {
  return commands.filter(({ hidden }) => !hidden).flatMap(({ name, operand, summary, flags }) => {
    const called = operand === undefined ? name : `${name} [${operand}]`;
    return [
      `  ${called.padEnd(NAME_WIDTH)}  ${summary}`,
      ...flagsOf(flags).filter(({ isCommon }) => !isCommon).map(flagLine),
    ];
  });
}

/** Flags of several commands, and of which. */
function commonLines(commands: readonly Command[]): string[] {
  const names = (flag: Flag) =>
    commands.filter(({ flags }) => flagsOf(flags).some((one) => one.name === flag.name))
      .map(({ name }) => name).join(", ");
  const all = commands.flatMap(({ flags }) => flagsOf(flags)).filter(({ isCommon }) => isCommon);
  const flags = [...new Map(all.map((flag) => [flag.name, flag])).values()];
  return [...Map.groupBy(flags, names)].flatMap(([commands, group]) => [
    `  Of ${commands}`,
    ...group.map(flagLine),
  ]);
}

function flagsOf(flags: Command["flags"]): readonly Flag[] {
  return flags === "any" ? [] : flags;
}

function flagLine(flag: Flag): string {
  return `    ${flagText(flag).padEnd(NAME_WIDTH)}${flag.meaning}`;
}

function flagText({ name, short, value }: Flag): string {
  return [name, ...short === undefined ? [] : [short]].join(", ") +
    (value === undefined ? "" : ` ${value}`);
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
