// Owns the proof that a node set up wrongly is warned of, once a process.
// Never runs a node.

import { assertEquals } from "@std/assert";
import { monotonic } from "../../../lib/core/time.ts";
import type { NodeScrape } from "../../../lib/guard/node_metrics.ts";
import { NodeNotices } from "../../../lib/guard/node_notices.ts";

const UNREADABLE: NodeScrape = { kind: "unreadable", message: "Cannot read it: refused" };
const READ: NodeScrape = {
  kind: "read",
  forgingEnabled: 0,
  aboutToLead: undefined,
  slot: 1,
  remainingKesPeriods: undefined,
  currentKesPeriod: undefined,
  blocksForged: undefined,
};

function arrange() {
  const lines: string[] = [];
  const notices = new NodeNotices({
    warning: (message, fields) => lines.push(`${message.split(":")[0]} ${fields?.pid}`),
  });
  const see = (pid: number, startsNonProducing = true) =>
    notices.sighted({
      kind: "running",
      identity: { pid, startTicks: pid },
      startsNonProducing,
      accepts: true,
      cpuTicks: 1,
    });
  return { notices, lines, see };
}

Deno.test("NodeNotices warns of each process that starts without the flag, once", () => {
  const { notices, lines, see } = arrange();
  notices.sighted({ kind: "not_found", note: "" });
  see(1);
  for (const pid of [2, 2, 3]) see(pid, false);
  assertEquals(lines, ["Node starts producing 2", "Node starts producing 3"]);
});

Deno.test("NodeNotices warns once of metrics that stay unreadable, and of each process anew", () => {
  const { notices, lines, see } = arrange();
  const scrapeAt = (...times: number[]) =>
    times.forEach((ms) => notices.scraped(UNREADABLE, monotonic(ms)));
  see(1);
  scrapeAt(0, 9_999);
  assertEquals(lines, []);
  scrapeAt(10_000, 20_000);
  assertEquals(lines, ["Node metrics cannot be read 1"]);
  see(2);
  scrapeAt(30_000, 39_000);
  notices.scraped(READ, monotonic(39_500));
  scrapeAt(60_000);
  assertEquals(lines, ["Node metrics cannot be read 1"]);
  see(3);
  scrapeAt(70_000, 80_000);
  assertEquals(lines.at(-1), "Node metrics cannot be read 3");
});
