// Owns what the node's own metrics tell: whether it forges, how far it is, how long its key lasts.
// Never concludes from them: lib/core/forging.ts does.

import { httpGet } from "./http_get.ts";

/** Figures found in one scrape. Each is undefined while the node does not emit it. */
export interface NodeFigures {
  /** Gauge set at each block forging update, a moment before it takes effect. Absent before the first. */
  readonly forgingEnabled: 0 | 1 | undefined;
  /** Counter of leadership checks, one a slot while a forge thread lives. Absent before the first. */
  readonly aboutToLead: number | undefined;
  /** Slot of the node's tip. */
  readonly slot: number | undefined;
  /** KES figures are stale on a node that stopped forging and absent on one that never did. */
  readonly remainingKesPeriods: number | undefined;
  readonly currentKesPeriod: number | undefined;
  readonly blocksForged: number | undefined;
}

export type NodeScrape =
  | ({ readonly kind: "read" } & NodeFigures)
  | { readonly kind: "unreadable"; readonly message: string };

const MAX_BYTES = 1024 * 1024;
const PREFIX = "cardano_node_metrics_";

/** Names without prefix and without the optional `_int`, `_counter` or `_real`; first one found counts. */
const NAMES = {
  forgingEnabled: ["forging_enabled"],
  aboutToLead: ["Forge_about_to_lead", "Forge_forge_about_to_lead"],
  slot: ["slotNum"],
  remainingKesPeriods: ["remainingKESPeriods"],
  currentKesPeriod: ["currentKESPeriod"],
  blocksForged: ["blocksForged", "blocksForgedNum", "Forge_forged"],
} as const satisfies Record<keyof NodeFigures, readonly string[]>;

/** Reads the metrics once, on a connection of its own, within `timeoutMs`. */
export async function scrapeNode(
  url: string,
  { timeoutMs }: { readonly timeoutMs: number },
): Promise<NodeScrape> {
  const answer = await httpGet(url, { timeoutMs, maxBytes: MAX_BYTES });
  if (answer.kind === "failed") return { kind: "unreadable", message: answer.message };
  if (answer.status !== 200) {
    return { kind: "unreadable", message: `Cannot read ${url}: HTTP ${answer.status}` };
  }
  // Somebody else's metrics, or none yet: they say nothing about forging.
  if (!answer.body.includes(PREFIX)) {
    return { kind: "unreadable", message: `Cannot read ${url}: no ${PREFIX}* among its metrics` };
  }
  return { kind: "read", ...parseNodeMetrics(answer.body) };
}

/** Reads the Prometheus text format as far as this program needs it. Odd lines are skipped. */
export function parseNodeMetrics(text: string): NodeFigures {
  const values = readValues(text);
  const first = (names: readonly string[]) => {
    for (const name of names) {
      const value = values.get(name);
      if (value !== undefined) return value;
    }
    return undefined;
  };
  const gauge = first(NAMES.forgingEnabled);
  return {
    forgingEnabled: gauge === 0 || gauge === 1 ? gauge : undefined,
    aboutToLead: first(NAMES.aboutToLead),
    slot: first(NAMES.slot),
    remainingKesPeriods: first(NAMES.remainingKesPeriods),
    currentKesPeriod: first(NAMES.currentKesPeriod),
    blocksForged: first(NAMES.blocksForged),
  };
}

/**
 * Name, labels, value and an optional time, and nothing after them: a brace or a number inside the
 * quotes of a label is neither the end of the labels nor the value.
 */
const SAMPLE =
  /^cardano_node_metrics_(\w+?)(?:_int|_counter|_real)?(?:\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\})?[ \t]+(\S+)(?:[ \t]+-?\d+)?\s*$/;

function readValues(text: string): ReadonlyMap<string, number> {
  const values = new Map<string, number>();
  for (const line of text.split("\n")) {
    const match = SAMPLE.exec(line);
    if (match === null) continue;
    const value = parseValue(match[2] ?? "");
    const name = match[1] ?? "";
    if (value !== undefined && !values.has(name)) values.set(name, value);
  }
  return values;
}

function parseValue(text: string): number | undefined {
  return /^[+-]?(\d{1,20})(\.\d{1,20})?([eE][+-]?\d{1,3})?$/.test(text) ? Number(text) : undefined;
}
