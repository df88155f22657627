// Owns the command `status`: once, or for as long as anybody looks.
// Never changes anything.

import { wallTime } from "../core/time.ts";
import { parsedArguments } from "./arguments.ts";
import { withStore } from "./clusters/carry_out.ts";
import { followStatus } from "./clusters/follow.ts";
import { poolsOf } from "./clusters/pools.ts";
import { reportOf } from "./clusters/report.ts";
import { STATUS } from "./clusters/shapes.ts";
import { type StatusFormat, statusText } from "./clusters/status_text.ts";
import { EXIT, type Terminal } from "./command.ts";

export interface StatusOptions {
  /** Ends --watch, which nothing else does but the end of the process. */
  readonly signal?: AbortSignal;
}

export async function status(
  args: readonly string[],
  terminal: Terminal,
  { signal = new AbortController().signal }: StatusOptions = {},
): Promise<number> {
  const parsed = parsedArguments(args, STATUS);
  const format = (parsed.flags.get("--output") ?? "table") as StatusFormat;
  return await withStore(parsed, terminal, async (store, place) => {
    const { namespace } = store;
    const { staleAfterMs } = place;
    if (parsed.flags.has("--watch")) {
      await followStatus(store, { place, format, terminal, signal });
      return EXIT.ok;
    }
    const listed = await store.list();
    if (listed.kind !== "listed") {
      terminal.printError(listed.message);
      return EXIT.failed;
    }
    const now = wallTime(Date.now());
    const { report } = reportOf(poolsOf(listed.clusters, place), { namespace, now, staleAfterMs });
    terminal.print(statusText(report, format));
    return EXIT.ok;
  });
}
