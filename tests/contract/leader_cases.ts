// Owns what custom resources do with status, server-side apply and missing objects.
// Never concerns schemas: the emulator has none.

import { assertEquals, assertNotEquals } from "@std/assert";
import { type Cases, leader, type Scene } from "./target.ts";
import type { ApiAnswer, Json } from "../support/api_request.ts";

const MERGE = "application/merge-patch+json";

function condition(type: string, status: string): Json {
  return { type, status, reason: "R", message: "m", lastTransitionTime: "2026-01-01T00:00:00Z" };
}

function apply(
  { request, leaders }: Scene,
  path: string,
  { body, query = "fieldManager=one&force=true" }: { body: Json; query?: string },
): Promise<ApiAnswer> {
  const contentType = "application/apply-patch+yaml";
  return request("PATCH", `${leaders}/${path}?${query}`, { body, contentType });
}

async function appliedStatus(s: Scene, status: Json, query?: string): Promise<ApiAnswer> {
  const body = leader("c", { status });
  return await apply(s, "c/status", query === undefined ? { body } : { body, query });
}

const create = (s: Scene, fields: Json = {}): Promise<ApiAnswer> =>
  s.request("POST", s.leaders, { body: leader("c", fields) });

export const LEADER_CASES: Cases = {
  "POST drops the status and starts at generation 1": async (s) => {
    const { status, body } = await create(s, {
      spec: { description: "d" },
      status: { leaderPod: "a" },
    });
    assertEquals([status, body.spec, body.status, body.metadata.generation], [
      201,
      { description: "d" },
      undefined,
      1,
    ]);
  },
  "a missing one is 404 for GET, PUT, merge patch, DELETE and status apply": async (s) => {
    const path = `${s.leaders}/c`;
    assertEquals((await s.request("GET", path)).status, 404);
    // Unlike a Lease, which a PUT creates.
    assertEquals((await s.request("PUT", path, { body: leader("c") })).status, 404);
    assertEquals((await s.request("PATCH", path, { body: {}, contentType: MERGE })).status, 404);
    assertEquals((await s.request("DELETE", path)).status, 404);
    const { status, body } = await appliedStatus(s, { leaderPod: "a" });
    assertEquals([status, body.reason, body.details.kind], [404, "NotFound", "cardanoleaders"]);
  },
  "PUT with another uid or a stale resourceVersion is 409, without a resourceVersion 422": async (
    s,
  ) => {
    const { metadata } = (await create(s)).body;
    const put = async (changed: Json) => {
      const body = { ...leader("c"), metadata: { ...metadata, ...changed } };
      return (await s.request("PUT", `${s.leaders}/c`, { body })).status;
    };
    assertEquals(await put({ uid: "another" }), 409);
    assertEquals(await put({ resourceVersion: "1" }), 409);
    assertEquals(await put({ resourceVersion: undefined }), 422);
    assertEquals(await put({}), 200);
  },
  "the status endpoint leaves the spec alone, the main endpoint the status": async (s) => {
    await create(s, { spec: { description: "d" } });
    const body = { spec: { description: "e" }, status: { leaderPod: "a" } };
    const options = { body, contentType: MERGE };
    const status = await s.request("PATCH", `${s.leaders}/c/status`, options);
    assertEquals([status.body.spec, status.body.status], [{ description: "d" }, {
      leaderPod: "a",
    }]);
    assertEquals(status.body.metadata.generation, 1);
    const other = { body: { ...body, status: { leaderPod: "b" } }, contentType: MERGE };
    const main = await s.request("PATCH", `${s.leaders}/c`, other);
    assertEquals([main.body.spec, main.body.status], [{ description: "e" }, { leaderPod: "a" }]);
    assertEquals(main.body.metadata.generation, 2);
    assertEquals((await s.request("GET", `${s.leaders}/c/status`)).body.spec, { description: "e" });
  },
  "a status PUT follows the resourceVersion like any other": async (s) => {
    const old = (await create(s)).body;
    const put = () =>
      s.request("PUT", `${s.leaders}/c/status`, { body: { ...old, status: { leaderPod: "a" } } });
    assertEquals((await put()).status, 200);
    assertEquals((await put()).status, 409);
  },
  "status apply sets fields and conditions, in any order of conditions": async (s) => {
    await create(s);
    const conditions = [condition("A", "True"), condition("B", "False")];
    const { status, body } = await appliedStatus(s, { leaderPod: "a", conditions });
    assertEquals([status, body.status], [200, { leaderPod: "a", conditions }]);
  },
  "status apply with a stale resourceVersion is 409, by force too, and changes nothing": async (
    s,
  ) => {
    const { metadata: { resourceVersion: first } } = (await create(s)).body;
    const applyTo = (resourceVersion: string, leaderPod: string) => {
      const fields = leader("c", { status: { leaderPod } });
      const body = { ...fields, metadata: { ...fields.metadata, resourceVersion } };
      return apply(s, "c/status", { body });
    };
    const written = await applyTo(first, "a");
    assertEquals([written.status, written.body.status.leaderPod], [200, "a"]);
    const late = await applyTo(first, "b");
    assertEquals([late.status, late.body.reason], [409, "Conflict"]);
    assertEquals((await s.request("GET", `${s.leaders}/c`)).body.status.leaderPod, "a");
  },
  "status apply of the same again changes no resourceVersion": async (s) => {
    await create(s);
    const applied = { leaderPod: "a", conditions: [condition("A", "True")] };
    const first = await appliedStatus(s, applied);
    const second = await appliedStatus(s, applied);
    assertEquals(second.status, 200);
    assertEquals(second.body.metadata.resourceVersion, first.body.metadata.resourceVersion);
    const changed = await appliedStatus(s, { ...applied, leaderPod: "b" });
    assertNotEquals(changed.body.metadata.resourceVersion, first.body.metadata.resourceVersion);
  },
  "status apply removes what the manager applied before and leaves out now": async (s) => {
    await create(s);
    await appliedStatus(s, {
      leaderPod: "a",
      forgingEnabled: true,
      conditions: [condition("A", "True"), condition("B", "True")],
    });
    const conditions = [condition("B", "False")];
    const { body } = await appliedStatus(s, { forgingEnabled: false, conditions });
    assertEquals(body.status, { forgingEnabled: false, conditions });
  },
  "status apply removes a list and a status that it empties": async (s) => {
    await create(s);
    const conditions = [condition("A", "True")];
    await appliedStatus(s, { leaderPod: "a", conditions });
    assertEquals((await appliedStatus(s, { leaderPod: "a" })).body.status, { leaderPod: "a" });
    assertEquals((await appliedStatus(s, { conditions: [] })).body.status, undefined);
    await appliedStatus(s, { conditions });
    assertEquals((await appliedStatus(s, undefined)).body.status, undefined);
  },
  // To empty a text, apply "": null is not read as "remove", and a status emptied so becomes null.
  "status apply of a null, or of an empty status after another, is 422": async (s) => {
    await create(s);
    await appliedStatus(s, { leaderPod: "a" });
    for (const status of [{}, { leaderPod: null }]) {
      const answer = await appliedStatus(s, status);
      assertEquals([answer.status, answer.body.reason], [422, "Invalid"]);
    }
    assertEquals((await appliedStatus(s, { leaderPod: "" })).body.status, { leaderPod: "" });
  },
  "another manager's conditions and fields stay": async (s) => {
    await create(s);
    await appliedStatus(s, { conditions: [condition("A", "True")] });
    const theirs = { leaderPod: "b", conditions: [condition("Z", "True")] };
    await appliedStatus(s, theirs, "fieldManager=two");
    const { body } = await appliedStatus(s, { conditions: [condition("A", "False")] });
    assertEquals(body.status, {
      leaderPod: "b",
      conditions: [condition("A", "False"), condition("Z", "True")],
    });
  },
  "another manager's value is a 409 without force, and is taken over with it": async (s) => {
    await create(s);
    await appliedStatus(s, { leaderPod: "a" });
    const { status, body } = await appliedStatus(s, { leaderPod: "b" }, "fieldManager=two");
    assertEquals([status, body.reason, body.details.causes[0].field], [
      409,
      "Conflict",
      ".status.leaderPod",
    ]);
    const forced = await appliedStatus(s, { leaderPod: "b" }, "fieldManager=two&force=true");
    assertEquals(forced.body.status, { leaderPod: "b" });
    // Not the first manager's any more: leaving it out removes nothing.
    const { body: after } = await appliedStatus(s, { forgingEnabled: true });
    assertEquals(after.status, { leaderPod: "b", forgingEnabled: true });
  },
  "status apply restores what a foreign patch changed": async (s) => {
    await create(s);
    await appliedStatus(s, { leaderPod: "a" });
    const options = { body: { status: { leaderPod: "x" } }, contentType: MERGE };
    await s.request("PATCH", `${s.leaders}/c/status`, options);
    assertEquals((await appliedStatus(s, { leaderPod: "a" })).body.status, { leaderPod: "a" });
  },
  // A cached object with its uid from before a deletion goes unnoticed there.
  "status apply does not look at the uid it is given": async (s) => {
    await create(s);
    const body = {
      ...leader("c", { status: { leaderPod: "a" } }),
      metadata: { name: "c", uid: "another" },
    };
    assertEquals((await apply(s, "c/status", { body })).status, 200);
  },
  "apply of a whole object creates it without the status, and then updates it": async (s) => {
    const fields = { spec: { description: "d" }, status: { leaderPod: "a" } };
    const first = await apply(s, "c", { body: leader("c", fields) });
    assertEquals([first.status, first.body.spec, first.body.status], [
      201,
      { description: "d" },
      undefined,
    ]);
    await appliedStatus(s, { leaderPod: "a" });
    const again = await apply(s, "c", { body: leader("c", { spec: { description: "e" } }) });
    assertEquals([again.status, again.body.spec, again.body.status], [
      200,
      { description: "e" },
      { leaderPod: "a" },
    ]);
    assertEquals(again.body.metadata.generation, 2);
  },
  "apply with a uid creates nothing: 409": async (s) => {
    const body = { ...leader("c"), metadata: { name: "c", uid: "gone" } };
    const answer = await apply(s, "c", { body });
    assertEquals([answer.status, answer.body.reason], [409, "Conflict"]);
  },
  "apply without a fieldManager is 422, with managedFields or without a kind 400": async (s) => {
    await create(s);
    assertEquals((await appliedStatus(s, {}, "force=true")).status, 422);
    const managed = { ...leader("c"), metadata: { name: "c", managedFields: [] as Json[] } };
    managed.metadata.managedFields.push({ manager: "one", operation: "Apply" });
    assertEquals((await apply(s, "c", { body: managed })).status, 400);
    assertEquals((await apply(s, "c", { body: { metadata: { name: "c" } } })).status, 400);
  },
  "POST without a kind is 400, unlike for built-in resources": async (s) => {
    assertEquals(
      (await s.request("POST", s.leaders, { body: { metadata: { name: "c" } } })).status,
      400,
    );
    assertEquals(
      (await s.request("POST", s.leases, { body: { metadata: { name: "l" } } })).status,
      201,
    );
  },
};
