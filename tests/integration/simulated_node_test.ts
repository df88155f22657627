// Owns the proof that the simulated node does what the real one does, and that the guard's eyes see it.
// Never judges by how long something took.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { wallTime } from "../../lib/core/time.ts";
import { makeDemoKeys } from "../../lib/demo/keys.ts";
import { type SimulatedNodeOptions, startSimulatedNode } from "../../lib/demo/node_process.ts";
import { readRecord, type RecordEvent } from "../../lib/demo/slot_record.ts";
import { judgeSlots } from "../../lib/demo/slots.ts";
import { CredentialSet } from "../../lib/guard/credential_set.ts";
import { installCredentials, removeCredentials } from "../../lib/guard/credentials.ts";
import { scrapeNode } from "../../lib/guard/node_metrics.ts";
import { socketAccepts } from "../../lib/guard/node_socket.ts";
import { findNode, sightAgain, signal } from "../../lib/guard/process.ts";
import { until } from "../support/until.ts";

const TIMEOUT = { timeoutMs: 2000 };

async function validSet(): Promise<CredentialSet> {
  const keys = await makeDemoKeys({ network: "preview", now: wallTime(Date.now()) });
  const bytes = (text: string) => new TextEncoder().encode(text);
  return new CredentialSet({
    kes: bytes(keys.kes),
    vrf: bytes(keys.vrf),
    opcert: bytes(keys.opcert),
  });
}

type Arrangement = Omit<SimulatedNodeOptions, "dir" | "credentials"> & { readonly files?: boolean };

/** A node in a folder of its own, with valid files in place unless told otherwise. */
async function arrange({ files = true, ...options }: Arrangement = {}) {
  const dir = Deno.makeTempDirSync();
  const target = {
    kes: `${dir}/keys/kes.skey`,
    vrf: `${dir}/keys/vrf.skey`,
    opcert: `${dir}/keys/node.cert`,
  };
  const set = await validSet();
  if (files) installCredentials(set, { target });
  const start = () => startSimulatedNode({ dir, credentials: target, stderr: "null", ...options });
  const node = start();
  const events = () => readRecord(node.recordPath).map(({ event }) => event);
  const seen = (event: RecordEvent, times = 1) =>
    until(
      `${times} × "${event}"`,
      () => events().filter((each) => each === event).length >= times,
      { timeoutMs: 30_000 },
    );
  const scrape = async () => {
    const answer = await scrapeNode(node.metricsUrl, TIMEOUT);
    return answer.kind === "read" ? answer : undefined;
  };
  const dispose = async () => {
    await node.stop();
    Deno.removeSync(dir, { recursive: true });
  };
  return {
    dir,
    target,
    set,
    node,
    start,
    events,
    seen,
    scrape,
    ready: () => seen("socket_open"),
    find: () => findNode({ processName: "cardano-node", socketPath: node.socketPath }),
    [Symbol.asyncDispose]: dispose,
  };
}

Deno.test("a simulated node is found by its name and socket, signalled, and missed when killed", async () => {
  await using one = await arrange();
  await one.ready();
  assertEquals(Deno.readTextFileSync(`/proc/${one.node.pid}/comm`), "cardano-node\n");
  const found = one.find();
  assert(found.kind === "found");
  assertEquals([found.identity.pid, found.startsNonProducing], [one.node.pid, true]);
  assertEquals(sightAgain(found.identity).kind, "runs");
  assertEquals(signal(found.identity, "SIGHUP"), "signalled");
  await one.seen("able");
  assertEquals(await socketAccepts(one.node.socketPath, TIMEOUT), "accepts");
  assertEquals(signal(found.identity, "SIGKILL"), "signalled");
  await one.node.exited;
  assertEquals(sightAgain(found.identity).kind, "gone");
  assertEquals(signal(found.identity, "SIGHUP"), "absent");
  assertEquals(await socketAccepts(one.node.socketPath, TIMEOUT), "refuses"); // the file is still there
});

Deno.test("a node started non-producing forges after a SIGHUP and stops after one with a file missing", async () => {
  await using one = await arrange();
  await one.ready();
  const before = await one.scrape();
  assertEquals([before?.forgingEnabled, before?.aboutToLead], [0, undefined]);
  assert(!one.events().includes("able"));

  one.node.kill("SIGHUP");
  await one.seen("forged", 2);
  const forging = await one.scrape();
  assertEquals(forging?.forgingEnabled, 1);
  assert((forging?.aboutToLead ?? 0) >= 2);

  Deno.removeSync(one.target.vrf);
  one.node.kill("SIGHUP");
  await one.seen("unable");
  assertEquals((await one.scrape())?.forgingEnabled, 0);
  assertEquals(one.events().at(-1), "unable");

  const judged = judgeSlots({ one: readRecord(one.node.recordPath) });
  assertEquals([judged.slotsForgedTwice, judged.overlapMs], [[], 0]);
});

Deno.test("a node started without the flag forges once it is up", async () => {
  await using one = await arrange({ nonProducing: false });
  await one.seen("forged");
  const found = one.find();
  assertEquals(found.kind === "found" && found.startsNonProducing, false);
  assertEquals((await one.scrape())?.forgingEnabled, 1);
});

Deno.test("a node exits at its start when a file is missing, with the flag too", async () => {
  await using one = await arrange({ files: false });
  assertEquals((await one.node.exited).code, 1);
  const [line] = readRecord(one.node.recordPath);
  assertEquals(line?.event, "failed");
  assertStringIncludes(line?.note ?? "", one.target.opcert);
});

Deno.test("a SIGHUP during replay sets the gauge to 0 and changes nothing", async () => {
  await using one = await arrange({ replayMs: 600_000 });
  await one.seen("started");
  assertEquals((await until("metrics", one.scrape)).forgingEnabled, undefined);
  assertEquals(await socketAccepts(one.node.socketPath, TIMEOUT), "absent");
  one.node.kill("SIGHUP");
  await one.seen("not_effective");
  assertEquals((await one.scrape())?.forgingEnabled, 0);
  assert(!one.events().includes("able"));
});

Deno.test("any error but a missing file leaves the node as it was", async () => {
  await using one = await arrange();
  await one.ready();
  one.node.kill("SIGHUP");
  await one.seen("able");
  Deno.writeTextFileSync(one.target.opcert, '{"type": "NodeOp');
  one.node.kill("SIGHUP");
  await one.seen("update_error");
  installCredentials(await validSet(), { target: one.target });
  installCredentials(one.set, { target: { ...one.target, kes: `${one.dir}/elsewhere` } });
  one.node.kill("SIGHUP"); // a KES key of one set, a certificate of another
  await one.seen("update_error", 2);
  assert(!one.events().includes("unable"));
  assertEquals((await one.scrape())?.forgingEnabled, 1);
});

Deno.test("signals are handled side by side: a slow start can outlast a quick stop", async () => {
  await using one = await arrange({ handlerDelaysMs: [500, 0] });
  await one.ready();
  one.node.kill("SIGHUP");
  await one.seen("sighup");
  removeCredentials(one.target);
  one.node.kill("SIGHUP");
  await one.seen("able");
  assertEquals(one.events().filter((event) => event === "sighup").length, 2);
  assertEquals((await one.scrape())?.forgingEnabled, 1);
});

Deno.test("a node that refuses to stop forges on with the files gone", async () => {
  await using one = await arrange({ misbehaviours: ["refuse-stop"] });
  await one.ready();
  one.node.kill("SIGHUP");
  await one.seen("able");
  removeCredentials(one.target);
  one.node.kill("SIGHUP");
  await one.seen("update_error");
  await one.seen("forged", one.events().filter((event) => event === "forged").length + 1);
  assertEquals((await one.scrape())?.forgingEnabled, 1);
});

Deno.test("the other misbehaviours do what their names say", async () => {
  await using deaf = await arrange({ misbehaviours: ["ignore-sighup", "no-metrics"] });
  await using liar = await arrange({ misbehaviours: ["lying-metrics", "refuse-start"] });
  await using brittle = await arrange({ misbehaviours: ["crash-on-sighup"] });
  const nodes = [deaf, liar, brittle];
  await Promise.all(nodes.map((each) => each.ready()));
  for (const { node } of nodes) node.kill("SIGHUP");
  await deaf.seen("ignored");
  await liar.seen("update_error");
  assertEquals((await brittle.node.exited).code, 134);
  assertEquals(await deaf.scrape(), undefined);
  assertEquals((await liar.scrape())?.forgingEnabled, 1);
  assert(!liar.events().includes("able") && !deaf.events().includes("able"));
});

Deno.test("a stopped node records nothing, and a restarted one goes on in the same record", async () => {
  await using one = await arrange({ nonProducing: false });
  await one.seen("forged");
  one.node.kill("SIGSTOP");
  const state = () => Deno.readTextFileSync(`/proc/${one.node.pid}/stat`).includes(") T ");
  await until("the node to be stopped", state);
  const lines = one.events().length;
  const second = Math.floor(Date.now() / 1000);
  await until("another second", () => Math.floor(Date.now() / 1000) > second + 1);
  assertEquals(one.events().length, lines);
  one.node.kill("SIGCONT");
  await one.seen("forged", one.events().filter((event) => event === "forged").length + 1);
  await one.node.stop();

  await using again = one.start();
  await one.seen("socket_open", 2); // the socket file of the killed node was in the way
  again.kill("SIGTERM");
  assertEquals((await again.exited).code, 0);
  const judged = judgeSlots({ one: readRecord(one.node.recordPath) });
  assertEquals((judged.able.one?.length ?? 0) >= 3, true);
});
