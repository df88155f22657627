// Owns the proof that the right process is taken for the node, or none.
// Never signals: processes here are files in a folder made to look like /proc.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { findNode, type NodeSearch, sightAgain, signal } from "../../../lib/guard/process.ts";

interface FakeProcess {
  readonly pid: number;
  readonly comm: string;
  readonly args?: readonly string[];
  readonly exe?: string;
  readonly state?: string;
  readonly start?: number;
  readonly cpu?: readonly [user: number, system: number];
  readonly sockets?: readonly number[];
}

const SOCKET = "/ipc/node.socket";
const OPTIONS = { processName: "cardano-node", socketPath: SOCKET };

function makeProc(processes: readonly FakeProcess[], listeners: readonly number[] = []) {
  const root = Deno.makeTempDirSync();
  for (const process of processes) {
    const { pid, comm, args, exe, state = "S", start = 100, cpu = [1, 1], sockets = [] } = process;
    const folder = `${root}/${pid}`;
    Deno.mkdirSync(`${folder}/fd`, { recursive: true });
    const middle = `${"1 ".repeat(10)}${cpu.join(" ")} ${"1 ".repeat(6)}`;
    Deno.writeTextFileSync(`${folder}/stat`, `${pid} (${comm}) ${state} ${middle}${start} 0 0\n`);
    const line = (args ?? [comm]).map((arg) => `${arg}\0`).join("");
    Deno.writeTextFileSync(`${folder}/cmdline`, line);
    if (exe !== "") Deno.symlinkSync(exe ?? `/bin/${comm}`, `${folder}/exe`);
    sockets.forEach((inode, i) => Deno.symlinkSync(`socket:[${inode}]`, `${folder}/fd/${i}`));
  }
  Deno.mkdirSync(`${root}/net`);
  const lines = listeners.map((inode) =>
    `0: 00000002 00000000 00010000 0001 01 ${inode} ${SOCKET}\n`
  );
  Deno.writeTextFileSync(`${root}/net/unix`, `Num RefCount\n${lines.join("")}`);
  return { root, [Symbol.dispose]: () => Deno.removeSync(root, { recursive: true }) };
}

function search(processes: readonly FakeProcess[], listeners?: readonly number[]): NodeSearch {
  using proc = makeProc(processes, listeners);
  return findNode(OPTIONS, proc.root);
}

function foundPid(found: NodeSearch): number | undefined {
  return found.kind === "found" ? found.identity.pid : undefined;
}

const PAUSE = { pid: 1, comm: "pause" };
const SHELL = {
  pid: 50,
  comm: "sh",
  args: ["sh", "-c", "cardano-node run --socket-path " + SOCKET],
};

const ONE_NODE: readonly [fact: string, node: FakeProcess][] = [
  ["by comm", { pid: 9, comm: "cardano-node", args: ["run"], exe: "/x" }],
  ["by its program file", { pid: 9, comm: "main", args: ["main"], exe: "/bin/cardano-node" }],
  ["by a replaced program file", { pid: 9, comm: "main", exe: "/bin/cardano-node (deleted)" }],
  ["by argv[0]", { pid: 9, comm: "main", args: ["/opt/cardano-node", "run"], exe: "/x" }],
  ["when its program file is hidden", { pid: 9, comm: "cardano-node", exe: "" }],
];
for (const [fact, node] of ONE_NODE) {
  Deno.test(`findNode() finds the node ${fact}`, () => {
    assertEquals(foundPid(search([PAUSE, SHELL, node])), 9);
  });
}

Deno.test("findNode() tells a name of 15 characters from a longer one by the program file", () => {
  using proc = makeProc([{ pid: 9, comm: "cardano-node-te", exe: "/bin/cardano-node-testnet" }]);
  const options = { ...OPTIONS, processName: "cardano-node-testnet" };
  assertEquals(foundPid(findNode(options, proc.root)), 9);
});

Deno.test("findNode() takes a program that merely mentions the node for no node, and lists it", () => {
  const signer = { pid: 8, comm: "mithril-signer", args: ["mithril-signer", "/bin/cardano-node"] };
  const found = search([PAUSE, SHELL, signer]);
  assertEquals(found.kind, "not_found");
  if (found.kind === "not_found") {
    assertStringIncludes(found.note, 'No process is named "cardano-node"');
    assertStringIncludes(found.note, "1 pause, 8 mithril-signer, 50 sh");
  }
});

const NODE_A = { pid: 10, comm: "cardano-node", args: ["cardano-node", "run"], sockets: [7, 8] };
const NODE_B = { pid: 11, comm: "cardano-node", args: ["cardano-node", "run"], sockets: [9] };
const NAMING = { ...NODE_B, args: ["cardano-node", "run", "--socket-path", SOCKET] };

Deno.test("findNode() prefers the one of several whose arguments name the socket", () => {
  assertEquals(foundPid(search([NODE_A, NAMING], [8])), 11);
});

Deno.test("findNode() asks who owns the listening socket when no arguments decide", () => {
  assertEquals(foundPid(search([NODE_A, NODE_B], [8])), 10);
  assertEquals(foundPid(search([NODE_A, NODE_B], [9])), 11);
  assertEquals(foundPid(search([NAMING, { ...NAMING, pid: 12, sockets: [3] }], [3])), 12);
});

for (const listeners of [[], [77], [8, 9]]) {
  Deno.test(`findNode() takes none of two when the listeners are [${listeners}]`, () => {
    const found = search([NODE_A, NODE_B, PAUSE], listeners);
    assertEquals(found.kind, "not_found");
    if (found.kind === "not_found") {
      assertStringIncludes(found.note, "2 processes");
      assertStringIncludes(found.note, "10 cardano-node, 11 cardano-node");
    }
  });
}

Deno.test("findNode() takes a zombie for no node", () => {
  const zombie = { pid: 9, comm: "cardano-node", args: [], exe: "", state: "Z" };
  const found = search([zombie]);
  assertEquals(found.kind, "not_found");
  if (found.kind === "not_found") assertStringIncludes(found.note, "9 cardano-node (ended)");
  assertEquals(foundPid(search([zombie, NODE_A])), 10);
});

Deno.test("findNode() never takes this very process for the node", () => {
  assertEquals(search([{ pid: Deno.pid, comm: "cardano-node" }]).kind, "not_found");
});

Deno.test("findNode() tells whether the node starts without producing", () => {
  const flagged = { ...NODE_A, args: ["cardano-node", "run", "--start-as-non-producing-node"] };
  const found = search([flagged]);
  assertEquals(found.kind === "found" && found.startsNonProducing, true);
  const plain = search([NODE_A]);
  assertEquals(plain.kind === "found" && plain.startsNonProducing, false);
});

Deno.test("findNode() limits the list of what it saw", () => {
  const many = Array.from({ length: 40 }, (_, i) => ({ pid: 100 + i, comm: `p${i}` }));
  const found = search(many);
  if (found.kind === "not_found") assertStringIncludes(found.note, "and 28 more");
});

Deno.test("sightAgain() is about one process and no later one of the same pid", () => {
  using proc = makeProc([
    { ...NODE_A, start: 100, cpu: [30, 12] },
    { ...NODE_B, start: 100, state: "Z" },
  ]);
  const sight = (pid: number, startTicks: number) => sightAgain({ pid, startTicks }, proc.root);
  assertEquals(sight(10, 100), { kind: "runs", cpuTicks: 42 });
  assertEquals(sight(10, 101), { kind: "gone" });
  assertEquals(sight(11, 100), { kind: "gone" });
  assertEquals(sight(12, 100), { kind: "gone" });
});

Deno.test("findNode() tells the node's CPU time, that of a stopped one, too", () => {
  const found = search([{ ...NODE_A, state: "T", cpu: [30, 12] }]);
  assertEquals(found.kind === "found" && found.cpuTicks, 42);
});

Deno.test("sightAgain() takes nothing for gone that it merely cannot read, and signal() spares it", () => {
  using proc = makeProc([NODE_A]);
  Deno.removeSync(`${proc.root}/10/stat`);
  Deno.mkdirSync(`${proc.root}/10/stat`);
  assertEquals(sightAgain({ pid: 10, startTicks: 100 }, proc.root), { kind: "unreadable" });
  assertEquals(signal({ pid: 10, startTicks: 100 }, "SIGKILL", proc.root), "denied");
  assertEquals(findNode(OPTIONS, "/nowhere"), {
    kind: "not_found",
    note: 'Cannot list "/nowhere": no such file',
  });
});

Deno.test("signal() reaches nobody when the pid belongs to another process by now", () => {
  using proc = makeProc([{ ...NODE_A, start: 100 }]);
  assertEquals(signal({ pid: 10, startTicks: 99 }, "SIGKILL", proc.root), "absent");
});
