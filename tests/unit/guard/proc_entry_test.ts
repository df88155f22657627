// Owns the proof that /proc is read right, whatever names processes give themselves.
// Never reads the machine's own /proc.

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  baseName,
  isGone,
  listeningInodes,
  namesSocket,
  parseCommandLine,
  parseStat,
  startsNonProducing,
} from "../../../lib/guard/proc_entry.ts";

function statText(
  pid: number,
  comm: string,
  { state = "S", start = 4711, cpu = "5 3" } = {},
): string {
  const before = `1 1 1 0 -1 4194560 100 0 0 0 ${cpu} 21 22 20 0 1 0`.split(" ");
  return `${pid} (${comm}) ${state} ${before.join(" ")} ${start} 1000 200 18446744073709551615\n`;
}

Deno.test("parseStat() reads name, state, start and CPU time of a process", () => {
  assertEquals(parseStat(statText(42, "cardano-node")), {
    pid: 42,
    comm: "cardano-node",
    state: "S",
    startTicks: 4711,
    cpuTicks: 8,
  });
});

for (const cpu of ["x 3", "5 -3", "5.5 3", "1e9 3", "9999999999999999 3"]) {
  Deno.test(`parseStat() takes "${cpu}" for no CPU time, and for no process`, () => {
    assertEquals(parseStat(statText(42, "cardano-node", { cpu })), undefined);
  });
}

for (const comm of ["a) R 1", "((", "))", "x y", ") S 1 1 1 (", "", "\n"]) {
  Deno.test(`parseStat() is not misled by the name ${JSON.stringify(comm)}`, () => {
    assertEquals(parseStat(statText(7, comm, { start: 99 }))?.startTicks, 99);
    assertEquals(parseStat(statText(7, comm))?.comm, comm);
  });
}

for (const text of ["", "42", "42 (x", "42 x) S 1", "(x) S", "x (y) S 1 2 3", "42 (x) S 1 2 3"]) {
  Deno.test(`parseStat() finds nothing in ${JSON.stringify(text)}`, () => {
    assertEquals(parseStat(text), undefined);
  });
}

Deno.test("parseStat() never throws, and reads back any name, start and CPU time", () => {
  fc.assert(fc.property(fc.string(), (text) => {
    parseStat(text);
  }));
  const numbers = fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.nat());
  fc.assert(fc.property(fc.string(), numbers, (comm, [pid, start, user, system]) => {
    const stat = parseStat(statText(pid, comm, { start, cpu: `${user} ${system}` }));
    assertEquals([stat?.pid, stat?.comm, stat?.startTicks], [pid, comm, start]);
    assertEquals(stat?.cpuTicks, user + system);
  }));
});

for (const [state, gone] of [["Z", true], ["X", true], ["x", true], ["T", false], ["R", false]]) {
  Deno.test(`isGone() is ${gone} in state ${state}`, () => {
    const stat = parseStat(statText(1, "x", { state: String(state) }));
    assertEquals(stat && isGone(stat), gone);
  });
}

Deno.test("parseCommandLine() reads back any arguments, empty ones included", () => {
  assertEquals(parseCommandLine(""), []);
  assertEquals(parseCommandLine("a\0\0b\0"), ["a", "", "b"]);
  assertEquals(parseCommandLine("title without end"), ["title without end"]);
  const arg = fc.string().map((text) => text.replaceAll("\0", ""));
  fc.assert(fc.property(fc.array(arg, { minLength: 1 }), (args) => {
    assertEquals(parseCommandLine(args.map((each) => `${each}\0`).join("")), args);
  }));
});

const FLAGS: readonly [args: string, nonProducing: boolean][] = [
  ["run --start-as-non-producing-node", true],
  ["--non-producing-node run", true],
  ["run", false],
  ["run --start-as-non-producing-nodes", false],
  ["run --config=--start-as-non-producing-node", false],
];
for (const [args, expected] of FLAGS) {
  Deno.test(`startsNonProducing() is ${expected} for "${args}"`, () => {
    assertEquals(startsNonProducing(args.split(" ")), expected);
  });
}

const SOCKETS: readonly [args: string, names: boolean][] = [
  ["run --socket-path /ipc/node.socket", true],
  ["run --socket-path=/ipc/node.socket --port 1", true],
  ["run --socket-path /ipc/node.socket2", false],
  ["socat UNIX:/ipc/node.socket -", false],
  ["run /ipc/node.socket --socket-path", false],
];
for (const [args, expected] of SOCKETS) {
  Deno.test(`namesSocket() is ${expected} for "${args}"`, () => {
    assertEquals(namesSocket(args.split(" "), "/ipc/node.socket"), expected);
  });
}

Deno.test("listeningInodes() finds listeners on exactly that path, connected sockets not", () => {
  const text = `Num       RefCount Protocol Flags    Type St Inode Path
0000000000000000: 00000002 00000000 00010000 0001 01 101 /ipc/node.socket
0000000000000000: 00000003 00000000 00000000 0001 03 102 /ipc/node.socket
0000000000000000: 00000002 00000000 00010000 0001 01   103 /ipc/node.socket
0000000000000000: 00000002 00000000 00010000 0001 01 104 /ipc/node.socket2
0000000000000000: 00000002 00000000 00010000 0001 01 105 /with two words
0000000000000000: 00000003 00000000 00000000 0001 03 106
`;
  assertEquals([...listeningInodes(text, "/ipc/node.socket")], ["101", "103"]);
  assertEquals([...listeningInodes(text, "/with two words")], ["105"]);
  fc.assert(fc.property(fc.string(), fc.string(), (any, path) => {
    listeningInodes(any, path);
  }));
});

Deno.test("baseName() is the last part of a path, also of a replaced file", () => {
  assertEquals(baseName("/usr/local/bin/cardano-node"), "cardano-node");
  assertEquals(baseName("/nix/store/cardano-node (deleted)"), "cardano-node");
  assertEquals(baseName("cardano-node"), "cardano-node");
  assertEquals(baseName(""), "");
});
