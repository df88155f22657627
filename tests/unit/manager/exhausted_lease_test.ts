// Owns the proof that Leases without a number left to claim by are told of, and left alone.
// Never waits by time: a test awaits what it wants to see.

import { assertEquals, assertMatch } from "@std/assert";
import { TRANSITIONS_MAX } from "../../../lib/core/lease.ts";
import { vacantLease } from "../../../lib/core/lease_writes.ts";
import { type Emulator, startEmulator } from "../../../lib/demo/emulator.ts";
import { leaseApi } from "../../../lib/kubernetes/lease.ts";
import { until } from "../../support/until.ts";
import { VALID } from "../http/sample.ts";
import { Actor, clientFor, config, NAMESPACE } from "./stage.ts";

const LOCKS = ["cardano-node-leader", "older"];

async function useUp(emulator: Emulator, name: string): Promise<void> {
  const client = clientFor(emulator.url);
  const api = leaseApi(client, { namespace: NAMESPACE, name });
  const lease = vacantLease({
    name,
    namespace: NAMESPACE,
    poolId: VALID.poolIdHex,
    durationSeconds: 15,
    transitions: TRANSITIONS_MAX,
  });
  const { kind } = await api.create(lease, {
    timeoutMs: 5_000,
    signal: new AbortController().signal,
  });
  assertEquals(kind, "lease");
  client.close();
}

Deno.test("of locks at the API's last number log and status say what to do, and nothing is sent", async () => {
  await using emulator = await startEmulator();
  for (const name of LOCKS) await useUp(emulator, name);
  using first = new Actor(emulator, {
    config: config("bp-0", { previousNames: ["older"] }),
    podUid: "uid",
  });
  const exhausted = () => first.driver.snapshot().lease.exhausted;
  await until("both to be seen", () => exhausted().length === LOCKS.length);
  assertEquals(exhausted(), LOCKS);
  assertMatch(first.driver.snapshot().lease.standing, /^vacant; nobody can claim it: .*2147483647/);
  const told = first.lines.map((line) => JSON.parse(line)).filter(({ level }) => level === "ERROR");
  assertEquals(told.map(({ lease }) => lease), LOCKS);
  for (const { next } of told) assertMatch(next, /^delete the Lease/);
  assertEquals(first.requests.filter((one) => /^(create|update) leases/.test(one)), []);
});
