// Owns running the same cases against the emulator and against a real API server.
// Never holds a case: a fact about Kubernetes is written where it is checked.

import { realApiServerTest } from "../support/apiserver.ts";
import { DISCOVERY_CASES } from "./discovery_cases.ts";
import { EVENT_CASES } from "./event_cases.ts";
import { LEADER_CASES } from "./leader_cases.ts";
import { LEASE_FIELD_CASES } from "./lease_field_cases.ts";
import { LEASE_WRITE_CASES } from "./lease_write_cases.ts";
import { POD_CASES } from "./pod_cases.ts";
import { SELECTOR_CASES } from "./selector_cases.ts";
import {
  type Cases,
  setScene,
  startEmulatedTarget,
  startRealTarget,
  type Target,
} from "./target.ts";
import { WATCH_CASES } from "./watch_cases.ts";

const TABLES: Readonly<Record<string, Cases>> = {
  "lease writes": LEASE_WRITE_CASES,
  "lease fields": LEASE_FIELD_CASES,
  "custom resources": LEADER_CASES,
  "discovery and errors": DISCOVERY_CASES,
  "selectors": SELECTOR_CASES,
  "pods": POD_CASES,
  "events": EVENT_CASES,
  "watches": WATCH_CASES, // last, since one of them makes the server forget its history
};

async function runAll(t: Deno.TestContext, target: Target): Promise<void> {
  let count = 0;
  for (const [table, cases] of Object.entries(TABLES)) {
    await t.step(table, async (t) => {
      for (const [name, run] of Object.entries(cases)) {
        await t.step(name, async () => run(await setScene(target, `case-${++count}`)));
      }
    });
  }
}

Deno.test("the emulator keeps the contract", async (t) => {
  await using target = await startEmulatedTarget();
  await runAll(t, target);
});

realApiServerTest("a real API server keeps the contract", async (t) => {
  await using target = await startRealTarget();
  await runAll(t, target);
});
