// Owns the waiting for a process that starts: polled, since it tells nobody, and with a deadline.
// Never a stand-in for an event that could be awaited.

import type { TetheredProcess } from "./tethered_process.ts";

const START_DEADLINE_MS = 60_000;
const POLL_EVERY_MS = 50;

export interface Watched {
  readonly process: TetheredProcess;
  readonly logFile: string;
}

export function waitForFile(path: string, watched: Watched): Promise<void> {
  return untilReady(
    `${path} exists`,
    watched,
    () => Deno.stat(path).then((info) => info.size > 0, () => false),
  );
}

export async function untilReady(
  what: string,
  watched: Watched | undefined,
  isTrue: () => Promise<boolean>,
): Promise<void> {
  const signal = AbortSignal.timeout(START_DEADLINE_MS);
  while (!await isTrue()) {
    const exited = await watched?.process.hasExited() ?? false;
    if (exited || signal.aborted) {
      const log = watched ? await Deno.readTextFile(watched.logFile).catch(String) : "";
      const why = exited ? "the process ended" : `not within ${START_DEADLINE_MS} ms`;
      throw new Error(`Cannot wait until ${what}: ${why}\n${log.slice(-2000)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_EVERY_MS));
  }
}
