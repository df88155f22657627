// Owns which values of a Lease's fields are kept, changed, dropped or refused.
// Never concerns who may write: lease_write_cases.ts.

import { assertEquals, assertMatch } from "@std/assert";
import { type Cases, lease, type Scene } from "./target.ts";
import type { Json } from "../support/api_request.ts";

const MERGE = "application/merge-patch+json";

async function specAfterPost({ request, leases }: Scene, spec: Json): Promise<Json> {
  const { status, body } = await request("POST", leases, { body: lease("l", spec) });
  return status === 201 ? body.spec : [status, body.reason];
}

async function specAfterPatch({ request, leases }: Scene, spec: Json): Promise<Json> {
  const options = { body: { spec }, contentType: MERGE };
  const { status, body } = await request("PATCH", `${leases}/l`, options);
  return status === 200 ? body.spec : [status, body.reason];
}

const REFUSED_TIMES = [
  "2026-01-01T00:00:00Z",
  "2026-01-01T00:00:00.123Z",
  "2026-01-01T00:00:00.123456789Z",
  "2026-13-01T00:00:00.000000Z",
  "2026-01-01",
  "now",
  "",
];

export const LEASE_FIELD_CASES: Cases = {
  "all known fields come back as sent": async (s) => {
    const spec = {
      holderIdentity: "a",
      leaseDurationSeconds: 15,
      acquireTime: "2026-01-01T00:00:00.000001Z",
      renewTime: "2026-01-01T00:00:00.100000Z",
      leaseTransitions: 0,
    };
    assertEquals(await specAfterPost(s, spec), spec);
  },
  "preferredHolder and strategy are dropped without a word, alone and together": async (s) => {
    const strategy = "OldestEmulationVersion";
    assertEquals(await specAfterPost(s, { preferredHolder: "b" }), {});
    assertEquals(await specAfterPatch(s, { preferredHolder: "b", strategy }), {});
    assertEquals(await specAfterPatch(s, { strategy }), {});
  },
  "other unknown fields are dropped": async (s) => {
    assertEquals(await specAfterPost(s, { holderIdentity: "a", bogus: 1 }), {
      holderIdentity: "a",
    });
  },
  "an empty holderIdentity is kept as empty text, by POST, PATCH and PUT": async (s) => {
    assertEquals(await specAfterPost(s, { holderIdentity: "" }), { holderIdentity: "" });
    assertEquals(await specAfterPatch(s, { holderIdentity: "a" }), { holderIdentity: "a" });
    assertEquals(await specAfterPatch(s, { holderIdentity: "" }), { holderIdentity: "" });
    const { body } = await s.request("GET", `${s.leases}/l`);
    assertEquals((await s.request("PUT", `${s.leases}/l`, { body })).body.spec, {
      holderIdentity: "",
    });
  },
  "a null holderIdentity, and no spec at all, come back as missing": async (s) => {
    assertEquals(await specAfterPost(s, { holderIdentity: null }), {});
    assertEquals(await specAfterPatch(s, { holderIdentity: null }), {});
    const { body } = await s.request("POST", s.leases, {
      body: { ...lease("m"), spec: undefined },
    });
    assertEquals(body.spec, {});
  },
  "a duration of 0 or less and negative transitions are 422": async (s) => {
    for (
      const spec of [{ leaseDurationSeconds: 0 }, { leaseDurationSeconds: -1 }, {
        leaseTransitions: -1,
      }]
    ) {
      assertEquals(await specAfterPost(s, spec), [422, "Invalid"]);
    }
    await specAfterPost(s, {});
    assertEquals(await specAfterPatch(s, { leaseDurationSeconds: 0 }), [422, "Invalid"]);
  },
  "a duration that is no int32 is 400, and 422 in a merge patch": async (s) => {
    for (const leaseDurationSeconds of [1.5, "15", 3_000_000_000]) {
      assertEquals(await specAfterPost(s, { leaseDurationSeconds }), [400, "BadRequest"]);
    }
    await specAfterPost(s, {});
    assertEquals(await specAfterPatch(s, { leaseDurationSeconds: "15" }), [422, "Invalid"]);
  },
  "leaseTransitions end at 2147483647: the next number is 400, by POST, PUT and dry run": async (
    s,
  ) => {
    const last = { leaseTransitions: 2_147_483_647 };
    const next = { leaseTransitions: 2_147_483_648 };
    assertEquals(await specAfterPost(s, next), [400, "BadRequest"]);
    assertEquals(await specAfterPost(s, { leaseTransitions: 1 }), { leaseTransitions: 1 });
    assertEquals(await specAfterPatch(s, last), last);
    const { body } = await s.request("GET", `${s.leases}/l`);
    for (const path of [`${s.leases}/l`, `${s.leases}/l?dryRun=All`]) {
      const answer = await s.request("PUT", path, { body: { ...body, spec: next } });
      assertEquals([answer.status, answer.body.reason], [400, "BadRequest"]);
      assertMatch(answer.body.message, /cannot unmarshal number 2147483648 .*leaseTransitions/);
    }
    const renewed = { ...body, spec: { ...last, holderIdentity: "a" } };
    assertEquals((await s.request("PUT", `${s.leases}/l`, { body: renewed })).status, 200);
  },
  "leaseTransitions above 2147483647 are 422 in a merge patch": async (s) => {
    await specAfterPost(s, { leaseTransitions: 1 });
    assertEquals(await specAfterPatch(s, { leaseTransitions: 2_147_483_648 }), [422, "Invalid"]);
  },
  "a renewTime needs exactly six fractional digits: else 400, and 422 in a merge patch": async (
    s,
  ) => {
    for (const renewTime of REFUSED_TIMES) {
      assertEquals(await specAfterPost(s, { renewTime }), [400, "BadRequest"]);
    }
    await specAfterPost(s, {});
    assertEquals(await specAfterPatch(s, { renewTime: REFUSED_TIMES[0] }), [422, "Invalid"]);
  },
  // So times may be compared as text only after they came back from the server.
  "a renewTime with an offset comes back in UTC": async (s) => {
    assertEquals(await specAfterPost(s, { renewTime: "2026-01-01T00:00:00.123456+02:00" }), {
      renewTime: "2025-12-31T22:00:00.123456Z",
    });
  },
  "a malformed body is told before a conflict, a conflict before a value out of range": async (
    s,
  ) => {
    const old = (await s.request("POST", s.leases, { body: lease("l") })).body;
    const stale = { ...old.metadata, resourceVersion: "1" };
    const put = (spec: Json) =>
      s.request("PUT", `${s.leases}/l`, { body: { ...old, metadata: stale, spec } });
    assertEquals((await put({ renewTime: "now" })).status, 400);
    assertEquals((await put({ leaseDurationSeconds: 0 })).status, 409);
  },
  "a name that is no DNS name, and none at all, are 422": async (s) => {
    for (const name of ["Upper_Case", ""]) {
      const { status, body } = await s.request("POST", s.leases, { body: lease(name) });
      assertEquals([status, body.reason], [422, "Invalid"]);
    }
  },
};
