// Owns the proof that arguments lead to a command, its output and its exit code.
// Never starts the guard.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { EXIT } from "../../../lib/cli/command.ts";
import { chooseCommand, COMMANDS, main } from "../../../lib/cli/main.ts";
import type { Environment } from "../../../lib/config.ts";
import { SETTINGS } from "../../../lib/config/settings.ts";
import { VERSION } from "../../../lib/version.ts";
import denoJson from "../../../deno.json" with { type: "json" };

async function runMain(args: readonly string[], environment: Environment = {}) {
  const printed: string[] = [];
  const errors: string[] = [];
  const code = await main(args, {
    environment: () => environment,
    print: (text) => printed.push(text),
    printError: (text) => errors.push(text),
  });
  return { code, printed: printed.join("\n"), errors: errors.join("\n") };
}

const CHOICES: [args: string[], command: string][] = [
  [[], "run"],
  [["run"], "run"],
  [["check-config"], "check-config"],
  [["--help"], "help"],
  [["-h"], "help"],
  [["crds", "--help"], "help"],
  [["--version"], "version"],
  [["demo", "--interactive"], "demo"],
  [["check-endpoints", "--url", "http://[::1]:80/", "-w"], "check-endpoints"],
  [["test-startup-endpoint"], "check-endpoints"],
  [["status", "-w", "-o", "json", "-n", "forge"], "status"],
  [["failover", "--to=eu", "--reason=a=b", "--for", "2h", "--dry-run", "--force"], "failover"],
  [["disable", "--pool", "POOL1", "eu"], "disable"],
  [["enable"], "enable"],
  [["restore", "--dry-run"], "restore"],
  [["simulated-node", "run", "--anything", "--help"], "simulated-node"],
];
for (const [args, command] of CHOICES) {
  Deno.test(`chooseCommand() takes [${args.join(" ")}] for ${command}`, () => {
    const choice = chooseCommand(args);
    assertEquals(choice.kind === "command" && choice.command.name, command);
  });
}

const MISTAKES: [args: string[], message: RegExp][] = [
  [
    ["rnu"],
    /^Unknown command "rnu"; the commands are run, check-config, check-endpoints, .*, help$/m,
  ],
  [["--interactive"], /^Unknown flag "--interactive"/],
  [["run", "--fast"], /^Unknown argument "--fast" of run; allowed are: none/],
  [["demo", "fast"], /allowed are: --interactive/],
  [["check-endpoints", "--url", "https://x"], /^--url is "https:.*allowed: an address like http:/],
  [["check-endpoints", "--url=http://x/y"], /^--url is .* without a path/],
  [["test-startup-endpoint", "x"], /"x" of test-startup-endpoint; allowed are: --url, --guard-url/],
  [["status", "eu"], /^Unknown argument "eu" of status; allowed are: --output, --watch/],
  [["status", "-o", "xml"], /^--output is "xml"; allowed: json, yaml/],
  [["status", "-o"], /^--output of status needs a value: --output FORMAT/],
  [["status", "--pool", "--watch"], /^--pool of status needs a value/],
  [["status", "-w", "--watch"], /^--watch of status is given twice/],
  [["status", "--watch=yes"], /^--watch of status takes no value/],
  [["status", "--namespace=A B"], /^--namespace is "A B"; allowed: the name of a namespace/],
  [["failover", "--reason", "x"], /^failover needs --to REGION/],
  [["failover", "--to", "eu"], /^failover needs --reason TEXT/],
  [["failover", "--to", "eu", "--reason", " "], /^--reason is " "; allowed: 1 to 255 characters/],
  [["failover", "--to", "eu", "--reason", "a\nb"], /^--reason is "a\\nb"/],
  [["failover", "--to=eu", "--reason=x", "--for", "2d"], /^--for is "2d"; allowed: a duration/],
  [["failover", "--to=eu", "--reason=x", "--for=0s"], /^--for is "0s"/],
  [["failover", "eu", "--reason", "x"], /^Unknown argument "eu" of failover/],
  [["disable", "eu", "us"], /^disable takes one REGION, not "eu" and "us"/],
  [["disable", "eu", "--all"], /^disable takes --all or one REGION, not --all and "eu"/],
  [["restore", "eu"], /^Unknown argument "eu" of restore/],
  [["enable", "--force"], /^Unknown argument "--force" of enable/],
];
for (const [args, message] of MISTAKES) {
  Deno.test(`main() answers [${args.join(" ")}] by a clear error and exit code 64`, async () => {
    const { code, errors } = await runMain(args);
    assertEquals(code, EXIT.usage);
    assertMatch(errors, message);
  });
}

Deno.test("help names every command but hidden ones, every exit code and every setting", async () => {
  const { code, printed } = await runMain(["help"]);
  assertEquals(code, 0);
  for (const { name, hidden } of COMMANDS) {
    assertEquals(printed.includes(`  ${name} `), !hidden, name);
  }
  for (const exit of Object.values(EXIT)) assertMatch(printed, new RegExp(`^  ${exit} `, "m"));
  for (const { name } of SETTINGS) assertStringIncludes(printed, name);
});

Deno.test("a wrong configuration is told in full and ends with exit code 78", async () => {
  for (const command of ["run", "check-config"]) {
    const { code, errors } = await runMain([command], { LEASE_DURATION: "1", GUARD_PORT: "x" });
    assertEquals(code, EXIT.configuration);
    assertMatch(errors, /^Wrong configuration, 4 problems:$/m);
    assertStringIncludes(errors, 'LEASE_DURATION is "1"; allowed: whole seconds from 5 to 300');
    assertStringIncludes(errors, "POD_NAME is not set; allowed: the pod's name");
  }
});

Deno.test("version is deno.json's", async () => {
  assertEquals(VERSION, denoJson.version);
  const { code, printed } = await runMain(["version"]);
  assertEquals(code, 0);
  assertStringIncludes(printed, `cardano-forge-manager ${denoJson.version}`);
});

Deno.test("crds prints the CustomResourceDefinitions", async () => {
  const { code, printed } = await runMain(["crds"]);
  assertEquals(code, 0);
  assertMatch(printed, /^kind: CustomResourceDefinition$/m);
});

Deno.test("an error of our own is printed in full and ends with exit code 70", async () => {
  const errors: string[] = [];
  const code = await main(["check-config"], {
    environment() {
      throw new Error("broken");
    },
    print() {},
    printError: (text) => errors.push(text),
  });
  assertEquals(code, EXIT.internal);
  assert(errors[0]!.startsWith("Internal error: Error: broken\n"));
});
