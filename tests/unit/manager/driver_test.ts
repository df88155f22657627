// Owns the proof that the driver carries the machine's wishes to the API and the guard, and back.
// Never asserts on how long something took.

import { assert, assertEquals } from "@std/assert";
import { startEmulator } from "../../../lib/demo/emulator.ts";
import { until } from "../../support/until.ts";
import {
  Actor,
  clientFor,
  config,
  hasReceipt,
  holderIn,
  leaderStatusIn,
  leaseIn,
  releasedStage,
} from "./stage.ts";

function actor(emulator: Parameters<typeof holderIn>[0], name: string): Actor {
  return new Actor(emulator, { config: config(name), podUid: `uid-of-${name}` });
}

Deno.test("a driver claims a released lease, is granted nothing before, and renews", async () => {
  await using emulator = await releasedStage();
  using first = actor(emulator, "bp-0");
  await until("bp-0 to hold the lease", () => holderIn(emulator) === "bp-0");
  await until("a grant", () => first.told.some(({ kind }) => kind === "grant"));
  assertEquals(first.told.map(({ kind }) => kind).slice(0, 2), ["stamp_request", "grant"]);
  const renewed = leaseIn(emulator)?.spec?.renewTime;
  await until("a renewal", () => leaseIn(emulator)?.spec?.renewTime !== renewed);
  assertEquals(hasReceipt(emulator), false);
  const view = first.driver.snapshot();
  assertEquals([view.leads, view.lease.isOurs, view.leadershipChanges], [true, true, 1]);
});

Deno.test("every renewal has a stamp of its own, and no request goes out without one", async () => {
  await using emulator = await releasedStage();
  using first = actor(emulator, "bp-0");
  await until("three grants", () => first.told.filter(({ kind }) => kind === "grant").length >= 3);
  const puts = first.requests.filter((one) => one.startsWith("update leases")).length;
  const stamps = first.told.filter(({ kind }) => kind === "stamp_request").length;
  assert(stamps >= puts, `${puts} writes by ${stamps} stamps`);
  const grants = first.told.flatMap((one) => one.kind === "grant" ? [one.stamp.serial] : []);
  assertEquals(new Set(grants).size, grants.length);
});

Deno.test("of two drivers one leads, and the other sends nothing while it watches", async () => {
  await using emulator = await releasedStage();
  using first = actor(emulator, "bp-0");
  await until("bp-0 to lead", () => first.driver.snapshot().leads);
  using second = actor(emulator, "bp-1");
  await until("bp-1 to watch", () => second.driver.snapshot().watchConnected);
  const sent = second.requests.length;
  const renewals = first.told.length;
  await until("five renewals", () => first.told.length >= renewals + 10);
  assertEquals(second.requests.slice(sent), []);
  assertEquals(second.driver.snapshot().leads, false);
  assertEquals(second.driver.snapshot().lease.holder, "bp-0");
});

Deno.test("shutdown releases with a receipt, says finished, and hands over at once", async () => {
  await using emulator = await releasedStage();
  using first = actor(emulator, "bp-0");
  await until("bp-0 to lead", () => first.driver.snapshot().guard?.forging === "forging");
  using second = actor(emulator, "bp-1");
  await until("bp-1 to watch", () => second.driver.snapshot().watchConnected);
  first.driver.receive({ kind: "shutdown" });
  await until("the end", () => first.told.some(({ kind }) => kind === "finished"));
  const kinds = first.told.map(({ kind }) => kind);
  assert(kinds.indexOf("revoke") < kinds.indexOf("finished"));
  await until("bp-1 to lead", () => second.driver.snapshot().leads);
  assertEquals(holderIn(emulator), "bp-1");
  await until("its word", () => leaderStatusIn(emulator)?.leaderPod === "bp-1");
  assertEquals(first.driver.snapshot().leadershipChanges, 2);
  assertEquals(first.messages.filter((one) => one === "Leadership ends").length, 1);
});

Deno.test("a lease is kept, not released, until the guard has confirmed the stop", async () => {
  await using emulator = await releasedStage();
  using first = actor(emulator, "bp-0");
  await until("bp-0 to lead", () => first.driver.snapshot().leads);
  const unfit = { code: "node_refusing", message: "its socket refuses" } as const;
  first.report({ unfit, epoch: 9, fencing: true, fencedSecond: undefined, forging: "unknown" });
  const kept = leaseIn(emulator)?.spec?.renewTime;
  await until("a renewal without a permit", () => leaseIn(emulator)?.spec?.renewTime !== kept);
  assertEquals([holderIn(emulator), first.driver.snapshot().leads], ["bp-0", false]);
  const fencedSecond = Math.floor(Date.now() / 1_000);
  first.report({ epoch: 11, fencing: false, fencedSecond, forging: "stopped", files: "absent" });
  await until("the release", () => holderIn(emulator) === "");
  assertEquals(hasReceipt(emulator), true);
});

Deno.test("what happens before the API can be reached is done when it can", async () => {
  await using emulator = await startEmulator();
  using first = actor(emulator, "bp-0");
  // The driver was made before it was connected: its watch began all the same.
  await until("a watch", () => first.driver.snapshot().watchConnected);
  assertEquals(first.requests[0], "list leases 200");
});

Deno.test("a failing API is told of once, and its recovery too", async () => {
  let isDown = false;
  await using emulator = await startEmulator({
    onRequest: () => isDown ? new Response("down\n", { status: 503 }) : undefined,
  });
  isDown = true;
  using first = actor(emulator, "bp-0");
  await until("a few failures", () => first.requests.length >= 2);
  isDown = false;
  await until("a watch", () => first.driver.snapshot().watchConnected);
  const told = first.messages.filter((one) => one.startsWith("API request"));
  assertEquals(told, ["API request failed", "API requests succeed again"]);
  clientFor(emulator.url).close();
});
