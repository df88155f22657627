// Owns the command `check-config`: the effective settings, then every check and its verdict.
// Never changes anything that stays: a file written to see whether it can be is removed again.

import type { EffectiveSetting } from "../config.ts";
import { checkLine } from "./checks/check.ts";
import { checkCluster } from "./checks/cluster.ts";
import { checkFiles } from "./checks/files.ts";
import { checkNode } from "./checks/node.ts";
import { EXIT, type Terminal } from "./command.ts";
import { configFor } from "./configuration.ts";

export async function checkConfig(_args: readonly string[], terminal: Terminal): Promise<number> {
  const reading = configFor(terminal);
  if (reading.kind === "exit") return reading.code;
  const { config, effective, warnings } = reading;
  terminal.print(settingsText(effective));
  for (const { name, message } of warnings) terminal.print(`  warning: ${name} ${message}`);
  const checks = (await Promise.all([checkCluster(config), checkFiles(config), checkNode(config)]))
    .flat();
  terminal.print(`\nChecks\n${checks.map(checkLine).join("\n")}`);
  const failed = checks.filter(({ verdict }) => verdict === "failed").length;
  const warned = checks.filter(({ verdict }) => verdict === "warning").length;
  const unknown = checks.filter(({ verdict }) => verdict === "unknown").length;
  terminal.print(
    `\n${checks.length} checks, ${failed} failed, ${warned} warnings, ${unknown} unknown`,
  );
  return failed === 0 ? EXIT.ok : EXIT.failed;
}

function settingsText(effective: readonly EffectiveSetting[]): string {
  const width = Math.max(...effective.map(({ name }) => name.length)) + 2;
  const valueWidth = Math.max(...effective.map(({ value }) => value.length)) + 2;
  const lines = effective.map(({ name, value, source }) =>
    `  ${name.padEnd(width)}${(value === "" ? "–" : value).padEnd(valueWidth)}${source}`
  );
  return ["Settings", ...lines].join("\n");
}
