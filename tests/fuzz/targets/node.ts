// Owns the fuzz targets of what the guard reads: the node's metrics, /proc, the permit file.
// Never lets garbage say that a node stopped, that a process is gone, or that a permit runs longer.

import { carriedFrom } from "../../../lib/guard/carried_permit.ts";
import { parseUptime } from "../../../lib/guard/clocks.ts";
import { parseHttpAnswer } from "../../../lib/guard/http_get.ts";
import { parseNodeMetrics } from "../../../lib/guard/node_metrics.ts";
import { foundPermit } from "../../../lib/guard/permit_file.ts";
import {
  isGone,
  listeningInodes,
  namesSocket,
  parseCommandLine,
  parseStat,
  startsNonProducing,
} from "../../../lib/guard/proc_entry.ts";
import { type GuardInstant, monotonic, permitTime, wallTime } from "../../../lib/core/time.ts";
import { broken, bytes, type FuzzTarget, json, text } from "../target.ts";

const P = "cardano_node_metrics_";
const METRICS = `# TYPE ${P}forging_enabled_int gauge
${P}forging_enabled_int 0
${P}Forge_about_to_lead_counter 42
${P}slotNum_int 1234567
${P}remainingKESPeriods_int 60
rts_gc_num_gcs 12
`;
const LABELLED = `${P}forging_enabled_int{instance="a",path="\\"}"} 1 1700000000000\n`;

const nodeMetrics: FuzzTarget = {
  name: "node-metrics",
  holds: "forging reads 0 or 1 only where a sample of that gauge has exactly that value",
  seeds: [bytes(METRICS), bytes(LABELLED), bytes(METRICS.replace("int 0", "int 1"))],
  words: [
    P,
    "forging_enabled",
    "_int",
    " 0",
    " 1",
    "{",
    "}",
    '"',
    '"} 0 ',
    "\n",
    "\r",
    "\0",
    "\\",
    "NaN",
  ],
  check(input) {
    const { forgingEnabled, ...counts } = parseNodeMetrics(text(input));
    if (forgingEnabled !== undefined && !samplesOfGauge(text(input)).includes(forgingEnabled)) {
      broken("a gauge from garbage", forgingEnabled);
    }
    for (const [name, value] of Object.entries(counts)) {
      if (value !== undefined && !Number.isFinite(value)) broken(name, String(value));
    }
  },
};

/** The text format of Prometheus, character by character. */
function samplesOfGauge(metrics: string): readonly number[] {
  return metrics.split("\n").flatMap((line) => {
    const name = /^cardano_node_metrics_forging_enabled(_int|_counter|_real)?/.exec(line)?.[0];
    if (name === undefined) return [];
    let at = name.length;
    if (line[at] === "{") {
      let quoted = false;
      for (at++; at < line.length && (quoted || line[at] !== "}"); at++) {
        if (quoted && line[at] === "\\") at++;
        else if (line[at] === '"') quoted = !quoted;
      }
      at++;
    }
    if (line[at] !== " " && line[at] !== "\t") return [];
    const [value = "", time, ...more] = line.slice(at).trim().split(/[ \t]+/);
    if (more.length > 0 || (time !== undefined && !/^-?\d+$/.test(time))) return [];
    return /^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value) ? [Number(value)] : [];
  });
}

const ANSWERS = [
  "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n",
  "HTTP/1.0 503 No\r\n\r\n",
];

const httpAnswer: FuzzTarget = {
  name: "http-answer",
  holds: "an answer has a status of three digits and no more text than came",
  seeds: ANSWERS.map(bytes),
  words: [
    "\r\n",
    "\r\n\r\n",
    "Transfer-Encoding: chunked\r\n",
    "0\r\n",
    "fffffff\r\n",
    "HTTP/1.1 200",
  ],
  check(input) {
    const answer = parseHttpAnswer(input);
    if (answer?.kind !== "answered") return;
    if (!(answer.status >= 0 && answer.status <= 999)) broken("no status", answer.status);
    if (answer.body.length > input.length) broken("more than came", answer.body.length);
  },
};

const STAT =
  "42 (cardano-node) S 1 1 1 0 -1 4194560 100 0 0 0 5 3 0 0 20 0 1 0 4711 1000 200 1844\n";

const procStat: FuzzTarget = {
  name: "proc-stat",
  holds:
    "a process is gone only by the state after the last parenthesis, and its numbers are whole",
  seeds: [
    bytes(STAT),
    bytes(STAT.replace("(cardano-node)", "(a) Z 1 ()")),
    bytes(STAT.replace(" S ", " Z ")),
  ],
  words: ["(", ")", ") Z ", " 4711 ", " 5 3 ", "99999999999999999999", " "],
  check(input) {
    const stat = parseStat(text(input));
    if (stat === undefined) return;
    const fields = text(input).slice(text(input).lastIndexOf(")") + 1).trim().split(/\s+/);
    if (isGone(stat) && !["Z", "X", "x"].includes(fields[0]!)) broken("gone", stat);
    if (stat.startTicks !== Number(fields[19]) || !Number.isSafeInteger(stat.startTicks)) {
      broken("another start", stat.startTicks, fields[19]);
    }
    if (!Number.isSafeInteger(stat.pid)) broken("no pid", stat.pid);
    if (stat.cpuTicks !== Number(fields[11]) + Number(fields[12])) {
      broken("another CPU time", stat.cpuTicks, fields[11], fields[12]);
    }
  },
};

const COMMAND =
  "cardano-node\0run\0--socket-path\0/ipc/node.socket\0--start-as-non-producing-node\0";

const commandLine: FuzzTarget = {
  name: "proc-cmdline",
  holds: "a flag counts only as an argument of its own",
  seeds: [bytes(COMMAND), bytes("cardano-node\0run\0--socket-path=/ipc/node.socket\0")],
  words: [
    "\0",
    "--start-as-non-producing-node",
    "x--non-producing-node",
    "--socket-path",
    "=",
    "/ipc/node.socket",
  ],
  check(input) {
    const args = parseCommandLine(text(input));
    const padded = `\0${text(input)}${text(input).endsWith("\0") ? "" : "\0"}`;
    if (startsNonProducing(args)) {
      if (!/\0--(start-as-)?non-producing-node\0/.test(padded)) broken("a flag", text(input));
    }
    if (namesSocket(args, "/ipc/node.socket")) {
      if (!/\0--socket-path[=\0]\/ipc\/node\.socket\0/.test(padded)) {
        broken("a socket", text(input));
      }
    }
  },
};

const SOCKETS = `Num       RefCount Protocol Flags    Type St Inode Path
0000000000000000: 00000002 00000000 00010000 0001 01 101 /ipc/node.socket
0000000000000000: 00000003 00000000 00000000 0001 03 102 /ipc/node.socket
0000000000000000: 00000002 00000000 00010000 0001 01   103 @abstract
0000000000000000: 00000002 00000000 00010000 0001 01 104 /ipc/node.socket2
`;

const unixSockets: FuzzTarget = {
  name: "proc-net-unix",
  holds: "a socket listens on a path only by a line that ends in exactly it",
  seeds: [bytes(SOCKETS)],
  words: ["/ipc/node.socket", "00010000", " ", "\n", "@", ": "],
  check(input) {
    const lines = text(input).split("\n");
    for (const inode of listeningInodes(text(input), "/ipc/node.socket")) {
      const isThere = lines.some((line) =>
        line.endsWith(" /ipc/node.socket") && line.includes(` ${inode} `)
      );
      if (!isThere || !/^\d+$/.test(inode)) broken("a listener from nothing", inode);
    }
  },
};

const uptime: FuzzTarget = {
  name: "proc-uptime",
  holds: "the boot clock is a whole number of hundredths, or unreadable",
  seeds: [bytes("12345.67 45678.90\n")],
  words: [".", " ", "9", "-", "e9"],
  check(input) {
    const ms = parseUptime(text(input));
    if (ms !== undefined && !(Number.isSafeInteger(ms) && ms >= 0 && ms % 10 === 0)) {
      broken("no clock", ms);
    }
  },
};

const PERMIT = {
  bootId: "boot-1",
  podUid: "uid-1",
  endBootMs: 59_000,
  endWallMs: 1_790_000_009_000,
  nonces: ["a", "b"],
};
const RENEW_DEADLINE_MS = 9_000;
const CLOCKS = { bootId: () => "boot-1", bootMs: () => 50_000, wallMs: () => 1_790_000_000_000 };
const NOW: GuardInstant = {
  monotonic: monotonic(1_000),
  permit: permitTime(70_000),
  wall: wallTime(1_790_000_000_000),
};

const permitFile: FuzzTarget = {
  name: "permit-file",
  holds:
    "what is carried over lasts no longer than a hold, of this boot and this pod only; a torn " +
    "file is worth nothing",
  seeds: [PERMIT, { ...PERMIT, endBootMs: 1e9, endWallMs: 2e12 }]
    .map((one) => bytes(JSON.stringify(one))),
  words: ['"endBootMs":', '"nonces":', "1e308", "boot-1", "uid-1", "null", "-1"],
  isJson: true,
  check(input) {
    const found = foundPermit(text(input), CLOCKS);
    const rules = { podUid: "uid-1", renewDeadlineMs: RENEW_DEADLINE_MS, now: NOW };
    const { carried, nonces } = carriedFrom(found, rules);
    if (nonces.length > 16) broken("too many nonces", nonces.length);
    if (carried === undefined && nonces.length === 0) return;
    const { bootId, podUid, endBootMs, endWallMs } = json(text(input));
    if (podUid !== "uid-1") broken("of another pod", podUid);
    if (carried === undefined) return;
    const leftMs = carried.until - NOW.permit;
    const mostMs = Math.min(endBootMs - 50_000, endWallMs - 1_790_000_000_000, RENEW_DEADLINE_MS);
    if (!(leftMs <= mostMs && leftMs > 0) || bootId !== "boot-1") broken("lasts", leftMs, mostMs);
  },
};

export const NODE_TARGETS = [
  nodeMetrics,
  httpAnswer,
  procStat,
  commandLine,
  unixSockets,
  uptime,
  permitFile,
];
