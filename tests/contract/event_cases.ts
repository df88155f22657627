// Owns what the API demands of the Events that this program writes.
// Never knows why one is written.

import { assertEquals } from "@std/assert";
import type { Json } from "../support/api_request.ts";
import type { Cases, Scene } from "./target.ts";

const AT = "2026-09-21T14:13:20.123000Z";
const LATER = "2026-09-21T14:14:20.123000Z";

function event(s: Scene, change: Json = {}): Json {
  const namespace = s.events.split("/").at(-2);
  return {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    metadata: { name: "bp-0.1" },
    eventTime: AT,
    reportingController: "cardano.io/forge-manager",
    reportingInstance: "bp-0",
    action: "Elect",
    reason: "LeaderElected",
    regarding: { apiVersion: "v1", kind: "Pod", name: "bp-0", namespace, uid: "some-uid" },
    type: "Normal",
    note: "bp-0 holds the lease",
    ...change,
  };
}

async function post(s: Scene, change: Json = {}): Promise<number> {
  return (await s.request("POST", s.events, { body: event(s, change) })).status;
}

export const EVENT_CASES: Cases = {
  "one is created with a time to the microsecond, and a resource of ours may be what it is about":
    async (s) => {
      assertEquals(await post(s), 201);
      const { body } = await s.request("GET", `${s.events}/bp-0.1`);
      assertEquals([body.eventTime, body.regarding.uid, body.note], [
        AT,
        "some-uid",
        "bp-0 holds the lease",
      ]);
      const { namespace } = body.metadata;
      const regarding = {
        apiVersion: "cardano.io/v1",
        kind: "CardanoLeader",
        name: "c",
        namespace,
      };
      assertEquals(await post(s, { metadata: { name: "bp-0.2" }, regarding }), 201);
    },
  "that it came again is a merge patch of its series": async (s) => {
    await post(s);
    const { status, body } = await s.request("PATCH", `${s.events}/bp-0.1`, {
      body: { series: { count: 3, lastObservedTime: LATER } },
      contentType: "application/merge-patch+json",
    });
    assertEquals([status, body.series], [200, { count: 3, lastObservedTime: LATER }]);
    assertEquals([body.note, body.eventTime], ["bp-0 holds the lease", AT]);
  },
  "one that begins as a series is taken, and a series of one is not": async (s) => {
    assertEquals(await post(s, { series: { count: 2, lastObservedTime: LATER } }), 201);
    const one = { metadata: { name: "bp-0.2" }, series: { count: 1, lastObservedTime: LATER } };
    assertEquals(await post(s, one), 422);
  },
  "the same name twice is a conflict, and a series of one that is gone is not found": async (s) => {
    await post(s);
    assertEquals(await post(s), 409);
    const { status, body } = await s.request("PATCH", `${s.events}/bp-0.2`, {
      body: { series: { count: 2, lastObservedTime: LATER } },
      contentType: "application/merge-patch+json",
    });
    assertEquals([status, body.reason], [404, "NotFound"]);
  },
  "a note of more than 1024 bytes is refused, whatever its characters": async (s) => {
    assertEquals(await post(s, { note: "é".repeat(512) }), 201);
    const long = { metadata: { name: "bp-0.2" }, note: "é".repeat(513) };
    assertEquals(await post(s, long), 422);
  },
  "without a time, a reason, an action or who reports it is refused": async (s) => {
    for (const field of ["eventTime", "reason", "action", "reportingController"]) {
      assertEquals(await post(s, { [field]: undefined }), 422, field);
    }
  },
};
