// Owns the proof that CardanoLeader is written on change only, by who leads, and never over a successor.
// Never looks at what the status says but for who wrote it.

import { assertEquals } from "@std/assert";
import { type Emulator, startEmulator } from "../../../lib/demo/emulator.ts";
import { FailureLog } from "../../../lib/kubernetes/failure_log.ts";
import { LeaderStatusWriter } from "../../../lib/manager/leader_status_writer.ts";
import type { Snapshot } from "../../../lib/manager/snapshot.ts";
import { until } from "../../support/until.ts";
import { report, snapshot } from "../http/sample.ts";
import { clientFor, config, leaderStatusIn, testLog } from "./stage.ts";

class Writer implements Disposable {
  readonly requests: string[] = [];
  readonly lines: string[] = [];
  readonly update: (view: Snapshot) => void;
  readonly #client;

  constructor(emulator: Emulator, pod = "bp-0") {
    this.#client = clientFor(emulator.url, this.requests);
    const log = testLog(this.lines);
    const writer = new LeaderStatusWriter({
      config: config(pod),
      client: this.#client,
      log,
      outcomes: new FailureLog(({ level, message }) => log[level](message)),
    });
    this.update = (view) => writer.update({ ...view, pod });
  }

  get writes(): number {
    return this.requests.filter((one) => one.startsWith("patch")).length;
  }

  [Symbol.dispose](): void {
    this.#client.close();
  }
}

const FOLLOWS = snapshot({
  leads: false,
  guard: report({ forging: "stopped", files: "absent" }),
  lease: { ...snapshot().lease, isOurs: false, holder: "bp-9" },
});
const RELEASED: Snapshot = { ...FOLLOWS, lease: { ...FOLLOWS.lease, holder: "" } };

Deno.test("a follower asks for nothing and writes nothing", async () => {
  await using emulator = await startEmulator();
  using writer = new Writer(emulator);
  for (let i = 0; i < 5; i++) writer.update(FOLLOWS);
  using leader = new Writer(emulator, "bp-1");
  leader.update(snapshot());
  await until("the leader's word", () => leader.writes === 1);
  assertEquals(writer.requests, []);
});

Deno.test("what changes by time alone is no reason to write", async () => {
  await using emulator = await startEmulator();
  using writer = new Writer(emulator);
  writer.update(snapshot());
  await until("a write", () => writer.writes === 1);
  for (let i = 1; i <= 20; i++) {
    writer.update(snapshot({
      permitLeftMs: 9_000 - i,
      lastRenewalSeconds: i,
      turnAgeMs: i,
      guardReportAgeMs: i,
      guard: report({ permitLeftMs: i, memory: { residentBytes: i, anonymousBytes: i } }),
      lease: { ...snapshot().lease, standing: `claimable in ${i} s` },
    }));
  }
  writer.update(snapshot({ guard: report({ forging: "unknown" }) }));
  await until("the change", () => leaderStatusIn(emulator)?.forgingEnabled === false);
  assertEquals(writer.requests.filter((one) => one !== "patch cardanoleaders/status 200"), [
    "get cardanoleaders 404",
    "create cardanoleaders 201",
  ]);
  assertEquals(writer.writes, 2);
});

Deno.test("whoever releases says so once", async () => {
  await using emulator = await startEmulator();
  using writer = new Writer(emulator);
  writer.update(snapshot());
  await until("its word", () => leaderStatusIn(emulator)?.leaderPod === "bp-0");
  writer.update(RELEASED);
  await until("the release", () => leaderStatusIn(emulator)?.leaderPod === "");
  const { reason, forgingEnabled } = leaderStatusIn(emulator);
  assertEquals([reason, forgingEnabled], ["Released", false]);
  const sent = writer.requests.length;
  writer.update(RELEASED);
  assertEquals(writer.requests.length, sent);
});

Deno.test("a pod that ceased to lead never overwrites its successor", async () => {
  await using emulator = await startEmulator();
  using former = new Writer(emulator);
  former.update(snapshot());
  await until("its word", () => leaderStatusIn(emulator)?.leaderPod === "bp-0");
  using successor = new Writer(emulator, "bp-1");
  successor.update(snapshot());
  await until("the successor's", () => leaderStatusIn(emulator)?.leaderPod === "bp-1");
  former.update(RELEASED); // late, as after a hold that ran out
  await until("an answer", () => former.requests.at(-1) === "patch cardanoleaders/status 409");
  former.update(RELEASED);
  assertEquals(leaderStatusIn(emulator)?.leaderPod, "bp-1");
  assertEquals(former.requests.at(-1), "patch cardanoleaders/status 409");
});

Deno.test("a leader that finds another's word reads again and writes its own", async () => {
  await using emulator = await startEmulator();
  using leader = new Writer(emulator);
  leader.update(snapshot());
  await until("its word", () => leader.writes === 1);
  using other = new Writer(emulator, "bp-1");
  other.update(snapshot());
  await until("another's", () => leaderStatusIn(emulator)?.leaderPod === "bp-1");
  leader.update(snapshot({ guard: report({ forging: "unknown" }) }));
  await until("its own again", () => leaderStatusIn(emulator)?.leaderPod === "bp-0");
});

Deno.test("a type that is not installed is told of once and carried on without", async () => {
  await using emulator = await startEmulator({ customResources: [] });
  using writer = new Writer(emulator);
  writer.update(snapshot());
  await until("a warning", () => writer.lines.length > 0);
  for (let i = 0; i < 5; i++) {
    writer.update(snapshot({ guard: report({ forging: i % 2 ? "forging" : "unknown" }) }));
  }
  assertEquals(writer.requests, ["get cardanoleaders 404"]);
  assertEquals(writer.lines.map((line) => JSON.parse(line).level), ["WARNING"]);
});

Deno.test("a refusal is told of once and tried again later, not with every turn", async () => {
  await using emulator = await startEmulator({
    onRequest: () => new Response("no\n", { status: 403 }),
  });
  using writer = new Writer(emulator);
  writer.update(snapshot());
  await until("a warning", () => writer.lines.length > 0);
  for (let i = 0; i < 5; i++) writer.update(snapshot());
  assertEquals(writer.requests, ["get cardanoleaders 403"]);
});
