// Owns the command `check-endpoints`: what a running pod answers, once, or for as long as anybody looks.
// Never asks Kubernetes: a port-forward, or the pod's own network, leads there.

import { sleep } from "../sleep.ts";
import { parsedArguments } from "./arguments.ts";
import { type Check, checkLine } from "./checks/check.ts";
import { askEndpoints } from "./checks/endpoints.ts";
import { CHECK_ENDPOINTS, DEFAULT_URLS } from "./checks/endpoints_shape.ts";
import { EXIT, type Terminal } from "./command.ts";

const WATCH_PERIOD_MS = 1_000;

export interface CheckEndpointsOptions {
  /** Ends --watch, which nothing else does but the end of the process. */
  readonly signal?: AbortSignal;
}

export async function checkEndpoints(
  args: readonly string[],
  terminal: Terminal,
  { signal = new AbortController().signal }: CheckEndpointsOptions = {},
): Promise<number> {
  const { flags } = parsedArguments(args, CHECK_ENDPOINTS);
  const urls = {
    manager: flags.get("--url") ?? DEFAULT_URLS.manager,
    guard: flags.get("--guard-url") ?? DEFAULT_URLS.guard,
  };
  terminal.print(`Endpoints of ${urls.manager} and ${urls.guard}`);
  let told = await askEndpoints(urls);
  terminal.print(told.map(checkLine).join("\n"));
  if (!flags.has("--watch")) return verdictOn(told, terminal);
  for (
    await sleep(WATCH_PERIOD_MS, signal);
    !signal.aborted;
    await sleep(WATCH_PERIOD_MS, signal)
  ) {
    const asked = await askEndpoints(urls);
    const news = asked.filter((check, index) => newsKey(check) !== newsKey(told[index]));
    if (news.length > 0) {
      terminal.print([`\n${new Date().toISOString()}`, ...news.map(checkLine)].join("\n"));
    }
    told = asked;
  }
  return EXIT.ok;
}

function verdictOn(checks: readonly Check[], terminal: Terminal): number {
  const failures = checks.filter(({ verdict }) => verdict === "failed").length;
  terminal.print(`\n${checks.length} endpoints, ${failures} failed`);
  return failures === 0 ? EXIT.ok : EXIT.failed;
}

/** Seconds that pass are no news. */
function newsKey(check: Check | undefined): string {
  return check === undefined
    ? ""
    : `${check.verdict} ${check.found.replaceAll(/\b(for|in) \d+ s\b/g, "")}`;
}
