// Owns what POST, PUT, PATCH and DELETE of a Lease do when somebody else was faster.
// Never concerns what the fields mean: lease_field_cases.ts.

import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { type Cases, lease, type Scene } from "./target.ts";
import type { Json } from "../support/api_request.ts";

const MERGE = "application/merge-patch+json";

async function created({ request, leases }: Scene, spec: Json = {}): Promise<Json> {
  const { status, body } = await request("POST", leases, { body: lease("l", spec) });
  assertEquals(status, 201);
  return body;
}

export const LEASE_WRITE_CASES: Cases = {
  "POST creates with a uid, a resourceVersion and a creation time in whole seconds": async (s) => {
    const { metadata } = await created(s);
    assertMatch(metadata.uid, /^[0-9a-f-]{36}$/);
    assertMatch(metadata.resourceVersion, /^[1-9][0-9]*$/);
    assertMatch(metadata.creationTimestamp, /^[\d-]{10}T[\d:]{8}Z$/);
  },
  "POST of an existing Lease is 409 AlreadyExists": async (s) => {
    await created(s);
    const { status, body } = await s.request("POST", s.leases, { body: lease("l") });
    assertEquals([status, body.reason, body.details], [409, "AlreadyExists", {
      name: "l",
      group: "coordination.k8s.io",
      kind: "leases",
    }]);
  },
  "POST ignores a uid that it is given, and answers 500 to a resourceVersion": async (s) => {
    const kept = await s.request("POST", s.leases, { body: lease("l", {}, { uid: "mine" }) });
    assertNotEquals(kept.body.metadata.uid, "mine");
    const body = lease("m", {}, { resourceVersion: "5" });
    assertEquals((await s.request("POST", s.leases, { body })).status, 500);
  },
  "PUT with the present uid and resourceVersion writes and gives a new resourceVersion": async (
    s,
  ) => {
    const old = await created(s);
    const body = { ...old, spec: { holderIdentity: "a" } };
    const answer = await s.request("PUT", `${s.leases}/l`, { body });
    assertEquals([answer.status, answer.body.spec], [200, { holderIdentity: "a" }]);
    assertEquals(answer.body.metadata.uid, old.metadata.uid);
    assertNotEquals(answer.body.metadata.resourceVersion, old.metadata.resourceVersion);
  },
  "PUT with a stale resourceVersion is 409 Conflict": async (s) => {
    const old = await created(s);
    await s.request("PUT", `${s.leases}/l`, { body: { ...old, spec: { holderIdentity: "a" } } });
    const { status, body } = await s.request("PUT", `${s.leases}/l`, { body: old });
    assertEquals([status, body.reason], [409, "Conflict"]);
  },
  "of two PUTs with one resourceVersion exactly one succeeds": async (s) => {
    const old = await created(s);
    const answers = await Promise.all(
      ["a", "b", "c"].map((holderIdentity) =>
        s.request("PUT", `${s.leases}/l`, { body: { ...old, spec: { holderIdentity } } })
      ),
    );
    assertEquals(answers.map(({ status }) => status).sort(), [200, 409, 409]);
  },
  "PUT with another uid is 409 Conflict, with or without a resourceVersion": async (s) => {
    const { metadata } = await created(s);
    for (const resourceVersion of [metadata.resourceVersion, undefined]) {
      const body = lease("l", {}, { uid: "another", resourceVersion });
      const answer = await s.request("PUT", `${s.leases}/l`, { body });
      assertEquals([answer.status, answer.body.reason], [409, "Conflict"]);
    }
  },
  // Not an unconditional overwrite, as for most built-in resources.
  "PUT without a resourceVersion on an existing Lease is 422 Invalid": async (s) => {
    await created(s);
    const { status, body } = await s.request("PUT", `${s.leases}/l`, { body: lease("l") });
    assertEquals([status, body.reason, body.details.causes[0].field], [
      422,
      "Invalid",
      "metadata.resourceVersion",
    ]);
  },
  "PUT without a uid creates a deleted Lease again, under a new uid": async (s) => {
    const old = await created(s);
    await s.request("DELETE", `${s.leases}/l`);
    const answer = await s.request("PUT", `${s.leases}/l`, { body: lease("l") });
    assertEquals(answer.status, 201);
    assertNotEquals(answer.body.metadata.uid, old.metadata.uid);
  },
  // So a resourceVersion is no proof that the Lease still exists; only a uid is.
  "PUT with a resourceVersion but no uid creates a deleted Lease again too": async (s) => {
    const { metadata: { resourceVersion } } = await created(s);
    await s.request("DELETE", `${s.leases}/l`);
    const body = lease("l", {}, { resourceVersion });
    assertEquals((await s.request("PUT", `${s.leases}/l`, { body })).status, 201);
  },
  // 409 as for a lost race, and not 404: the next read tells the two apart.
  "PUT with a uid on a deleted Lease is 409 Conflict": async (s) => {
    const old = await created(s);
    await s.request("DELETE", `${s.leases}/l`);
    const { status, body } = await s.request("PUT", `${s.leases}/l`, { body: old });
    assertEquals([status, body.reason], [409, "Conflict"]);
    assertEquals((await s.request("GET", `${s.leases}/l`)).status, 404);
  },
  "PUT that changes nothing keeps the resourceVersion": async (s) => {
    const old = await created(s, { holderIdentity: "a" });
    const { status, body } = await s.request("PUT", `${s.leases}/l`, { body: old });
    assertEquals([status, body.metadata.resourceVersion], [200, old.metadata.resourceVersion]);
  },
  "PUT under another name is 400": async (s) => {
    await created(s);
    const { status, body } = await s.request("PUT", `${s.leases}/m`, { body: lease("l") });
    assertEquals([status, body.reason], [400, "BadRequest"]);
  },
  "a foreign merge patch leaves annotations it does not name, and makes our next PUT conflict":
    async (s) => {
      const body = lease("l", { holderIdentity: "a" }, { annotations: { ours: "1", nonce: "2" } });
      const old = (await s.request("POST", s.leases, { body })).body;
      const patch = {
        metadata: { annotations: { theirs: "3", nonce: null } },
        spec: { holderIdentity: "" },
      };
      const patched = await s.request("PATCH", `${s.leases}/l`, {
        body: patch,
        contentType: MERGE,
      });
      assertEquals(patched.body.metadata.annotations, { ours: "1", theirs: "3" });
      assertEquals(patched.body.spec, { holderIdentity: "" });
      assertEquals((await s.request("PUT", `${s.leases}/l`, { body: old })).status, 409);
    },
  "a merge patch of a missing Lease is 404, with a stale resourceVersion 409, with another uid 422":
    async (s) => {
      const patch = (body: Json) =>
        s.request("PATCH", `${s.leases}/l`, { body, contentType: MERGE });
      assertEquals((await patch({})).status, 404);
      await created(s);
      assertEquals((await patch({ metadata: { resourceVersion: "1" } })).status, 409);
      assertEquals((await patch({ metadata: { uid: "another" } })).status, 422);
    },
  "DELETE answers a Status of success with the uid, and 404 the second time": async (s) => {
    const { metadata: { uid } } = await created(s);
    const { status, body } = await s.request("DELETE", `${s.leases}/l`);
    assertEquals([status, body.kind, body.status, body.details.uid], [
      200,
      "Status",
      "Success",
      uid,
    ]);
    assertEquals((await s.request("DELETE", `${s.leases}/l`)).status, 404);
  },
  "DELETE with preconditions that do not hold is 409": async (s) => {
    await created(s);
    for (const preconditions of [{ uid: "another" }, { resourceVersion: "1" }]) {
      const body = { kind: "DeleteOptions", apiVersion: "v1", preconditions };
      assertEquals((await s.request("DELETE", `${s.leases}/l`, { body })).status, 409);
    }
    assertEquals((await s.request("GET", `${s.leases}/l`)).status, 200);
  },
  "a dry run answers as if it wrote and writes nothing": async (s) => {
    const dry = "?dryRun=All";
    assertEquals((await s.request("POST", `${s.leases}${dry}`, { body: lease("l") })).status, 201);
    assertEquals((await s.request("GET", `${s.leases}/l`)).status, 404);
    const old = await created(s);
    const body = { ...old, spec: { holderIdentity: "a" } };
    assertEquals((await s.request("PUT", `${s.leases}/l${dry}`, { body })).status, 200);
    assertEquals((await s.request("DELETE", `${s.leases}/l${dry}`)).status, 200);
    assertEquals((await s.request("GET", `${s.leases}/l`)).body.spec, {});
    const stale = { ...old, metadata: { ...old.metadata, resourceVersion: "1" } };
    assertEquals((await s.request("PUT", `${s.leases}/l${dry}`, { body: stale })).status, 409);
  },
};
