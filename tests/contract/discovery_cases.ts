// Owns how servers describe themselves and how they refuse what they do not serve.
// Never concerns what a served object holds.

import { assert, assertEquals } from "@std/assert";
import { type Cases, lease } from "./target.ts";
import type { Json } from "../support/api_request.ts";

export const DISCOVERY_CASES: Cases = {
  "/readyz and /version answer": async ({ request }) => {
    assertEquals((await request("GET", "/readyz")).body, "ok");
    assertEquals(typeof (await request("GET", "/version")).body.gitVersion, "string");
  },
  "discovery lists leases, the custom resource and its status": async ({ request }) => {
    const names = async (groupVersion: string): Promise<Json> =>
      (await request("GET", `/apis/${groupVersion}`)).body.resources.map((r: Json) => r.name);
    assert((await names("coordination.k8s.io/v1")).includes("leases"));
    assertEquals(await names("cardano.io/v1"), ["cardanoleaders", "cardanoleaders/status"]);
    const { body } = await request("GET", "/apis");
    const groups = body.groups.map((group: Json) => group.name);
    assert(groups.includes("coordination.k8s.io") && groups.includes("cardano.io"));
  },
  "a SelfSubjectAccessReview is answered with 201 and allowed": async ({ request }) => {
    const { status, body } = await request(
      "POST",
      "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
      {
        body: {
          apiVersion: "authorization.k8s.io/v1",
          kind: "SelfSubjectAccessReview",
          spec: { resourceAttributes: { resource: "leases", verb: "update" } },
        },
      },
    );
    assertEquals([status, body.status.allowed], [201, true]);
  },
  "a missing object is a 404 Status that names it, in JSON": async ({ request, leases }) => {
    const { status, headers, body } = await request("GET", `${leases}/l`);
    assertEquals([status, headers.get("content-type"), body], [404, "application/json", {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: 'leases.coordination.k8s.io "l" not found',
      reason: "NotFound",
      details: { name: "l", group: "coordination.k8s.io", kind: "leases" },
      code: 404,
    }]);
  },
  // No Status: the two kinds of 404 differ by content type alone.
  "a resource whose CRD is not installed is a 404 in plain text, for every verb": async (
    { request },
  ) => {
    const path = "/apis/cardano.io/v1/namespaces/default/cardanoforgeclusters";
    const apply = { body: {}, contentType: "application/apply-patch+yaml" };
    for (
      const answer of [
        await request("GET", path),
        await request("GET", `${path}/c`),
        await request("POST", path, { body: {} }),
        await request("PATCH", `${path}/c/status?fieldManager=m`, apply),
      ]
    ) {
      const type = answer.headers.get("content-type")?.split(";")[0];
      assertEquals([answer.status, type, answer.body], [404, "text/plain", "404 page not found\n"]);
    }
  },
  "a subresource that does not exist is 404, a verb that does not fit 405, both with a Status":
    async (s) => {
      const status = await s.request("GET", `${s.leases}/l/status`);
      assertEquals([status.status, status.body.reason], [404, "NotFound"]);
      const contentType = "application/merge-patch+json";
      const patch = await s.request("PATCH", s.leases, { body: {}, contentType });
      assertEquals([patch.status, patch.body.reason], [405, "MethodNotAllowed"]);
    },
  "a content type that does not fit is 415": async ({ request, leases }) => {
    const text = await request("POST", leases, { body: lease("l"), contentType: "text/plain" });
    assertEquals([text.status, text.body.reason], [415, "UnsupportedMediaType"]);
    const json = await request("PATCH", `${leases}/l`, { body: {} });
    assertEquals([json.status, json.body.reason], [415, "UnsupportedMediaType"]);
  },
  "a body that is no JSON object, or of another kind, is 400": async ({ request, leases }) => {
    for (const body of ["{nope", "[]", "", { ...lease("l"), kind: "Pod", apiVersion: "v1" }]) {
      const answer = await request("POST", leases, { body });
      assertEquals([answer.status, answer.body.reason], [400, "BadRequest"]);
    }
  },
  "a list carries the resourceVersion, and by fieldSelector only the one named": async (s) => {
    for (const name of ["l", "m"]) await s.request("POST", s.leases, { body: lease(name) });
    const names = async (query: string) => {
      const { body } = await s.request("GET", `${s.leases}?${query}`);
      assertEquals([body.kind, body.apiVersion], ["LeaseList", "coordination.k8s.io/v1"]);
      assert(Number(body.metadata.resourceVersion) > 0);
      return body.items.map((item: Json) => item.metadata.name);
    };
    assertEquals(await names(""), ["l", "m"]);
    assertEquals(await names("fieldSelector=metadata.name%3Dm"), ["m"]);
    assertEquals(await names("fieldSelector=metadata.name%3Dnone"), []);
    const unknown = await s.request("GET", `${s.leases}?fieldSelector=spec.holderIdentity%3Da`);
    assertEquals(unknown.status, 400);
  },
  // A reader of lists has to add them itself.
  "the items of a Lease list have no kind, those of a custom resource do": async (s) => {
    await s.request("POST", s.leases, { body: lease("l") });
    const body = { apiVersion: "cardano.io/v1", kind: "CardanoLeader", metadata: { name: "c" } };
    await s.request("POST", s.leaders, { body });
    const kinds = async (path: string) =>
      (await s.request("GET", path)).body.items.map((item: Json) => item.kind);
    assertEquals(await kinds(s.leases), [undefined]);
    assertEquals(await kinds(s.leaders), ["CardanoLeader"]);
  },
};
