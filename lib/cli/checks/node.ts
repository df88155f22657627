// Owns the checks of the node beside us: seen, its flag, its socket, its metrics.
// Never signals it.

import type { Config } from "../../config.ts";
import { scrapeNode } from "../../guard/node_metrics.ts";
import { socketAccepts } from "../../guard/node_socket.ts";
import { findNode, type NodeSearch } from "../../guard/process.ts";
import { type Check, failed, ok, unknown } from "./check.ts";

const TIMEOUT_MS = 2_000;

export async function checkNode({ node }: Config): Promise<Check[]> {
  const search = findNode(node);
  return [
    nodeSeen(search, node),
    nodeFlag(search),
    await nodeSocket(node),
    await nodeMetrics(node, search),
  ];
}

function nodeSeen(search: NodeSearch, { socketCheck }: Config["node"]): Check {
  const name = "the node's process is seen";
  if (search.kind === "found") return ok(name, `pid ${search.identity.pid}`);
  // A trial without a node is meant to run without one.
  return socketCheck ? failed(name, search.note) : unknown(name, search.note);
}

function nodeFlag(search: NodeSearch): Check {
  const name = "the node starts without forging";
  if (search.kind === "not_found") return unknown(name, "no node was seen");
  return search.startsNonProducing
    ? ok(name, "--start-as-non-producing-node is set")
    : failed(name, "add --start-as-non-producing-node, else it forges until it is fenced");
}

async function nodeSocket({ socketPath, socketCheck }: Config["node"]): Promise<Check> {
  const name = "the node's socket accepts a connection";
  if (!socketCheck) return unknown(name, "DISABLE_SOCKET_CHECK is set");
  const answer = await socketAccepts(socketPath, { timeoutMs: TIMEOUT_MS });
  return answer === "accepts" ? ok(name, socketPath) : failed(name, `${socketPath}: ${answer}`);
}

async function nodeMetrics(
  { metricsUrl, socketCheck }: Config["node"],
  search: NodeSearch,
): Promise<Check> {
  const name = "the node's metrics can be read";
  if (metricsUrl === undefined) return unknown(name, "NODE_METRICS_URL is empty");
  // A trial without a node is meant to run without its metrics, too.
  if (!socketCheck && search.kind === "not_found") return unknown(name, "no node was seen");
  const scrape = await scrapeNode(metricsUrl, { timeoutMs: TIMEOUT_MS });
  if (scrape.kind === "unreadable") return failed(name, scrape.message);
  if (scrape.forgingEnabled === undefined) {
    return ok(name, `${metricsUrl}, without forging_enabled: the node never forged yet`);
  }
  return ok(name, `${metricsUrl}, forging_enabled is ${scrape.forgingEnabled}`);
}
