// Owns the proof that a Lease is only written in the ways that are safe, and only read when it is one.
// Never needs a cluster.

import { assertEquals, assertThrows } from "@std/assert";
import type { LeaseObject } from "../../../lib/core/lease_object.ts";
import { leaseApi, parseLease } from "../../../lib/kubernetes/lease.ts";
import { clientFor, jsonResponse, serve, statusObject } from "./servers.ts";

const NAME = { namespace: "cardano", name: "forge" };
const LIMITS = { timeoutMs: 5_000 };
const LEASE: LeaseObject = {
  apiVersion: "coordination.k8s.io/v1",
  kind: "Lease",
  metadata: { ...NAME, uid: "u1", resourceVersion: "7" },
  spec: { holderIdentity: "pod-0", leaseDurationSeconds: 15, leaseTransitions: 1 },
};

Deno.test("a Lease is read, created by POST and replaced by PUT", async () => {
  await using server = serve(() => jsonResponse(LEASE));
  const client = clientFor(server.url);
  const leases = leaseApi(client, NAME);
  const { uid: _uid, resourceVersion: _version, ...metadata } = LEASE.metadata;
  const answers = [
    await leases.read(LIMITS),
    await leases.create({ ...LEASE, metadata }, LIMITS),
    await leases.replace(LEASE, LIMITS),
  ];
  const collection = "/apis/coordination.k8s.io/v1/namespaces/cardano/leases";
  assertEquals(server.requests, [
    `GET ${collection}/forge`,
    `POST ${collection}`,
    `PUT ${collection}/forge`,
  ]);
  for (const answer of answers) assertEquals(answer, { kind: "lease", lease: LEASE });
  client.close();
});

Deno.test("a write that lost is a conflict", async () => {
  await using server = serve(() => jsonResponse(statusObject(409, "Conflict"), { status: 409 }));
  const client = clientFor(server.url);
  assertEquals((await leaseApi(client, NAME).replace(LEASE, LIMITS)).kind, "conflict");
  client.close();
});

for (
  const [what, metadata] of [
    ["without uid", { ...NAME, resourceVersion: "7" }],
    ["without resourceVersion", { ...NAME, uid: "u1" }],
    ["with an empty uid", { ...NAME, uid: "", resourceVersion: "7" }],
    ["of another name", { ...LEASE.metadata, name: "other" }],
  ] as const
) {
  Deno.test(`replace() throws for a Lease ${what}, and sends nothing`, () => {
    const leases = leaseApi(clientFor("http://127.0.0.1:9"), NAME);
    assertThrows(() => leases.replace({ ...LEASE, metadata }, LIMITS), TypeError);
  });
}

Deno.test("an answer that is not that Lease is malformed", async () => {
  await using server = serve(() => jsonResponse({ ...LEASE, metadata: { name: "other" } }));
  const client = clientFor(server.url);
  assertEquals(await leaseApi(client, NAME).read(LIMITS), {
    kind: "malformed",
    message: "Cannot get leases cardano/forge: the answer is not that Lease",
  });
  client.close();
});

for (
  const [what, value] of [
    ["null", null],
    ["a list", []],
    ["of another kind", { ...LEASE, kind: "Pod" }],
    ["without uid", { ...LEASE, metadata: { ...NAME, resourceVersion: "7" } }],
    ["with a number for a holder", { ...LEASE, spec: { holderIdentity: 1 } }],
    ["with text for transitions", { ...LEASE, spec: { leaseTransitions: "1" } }],
    ["with a fraction for a duration", { ...LEASE, spec: { leaseDurationSeconds: 1.5 } }],
    ["with a list for annotations", { ...LEASE, metadata: { ...LEASE.metadata, annotations: [] } }],
    ["with a list for a spec", { ...LEASE, spec: [] }],
  ] as const
) {
  Deno.test(`parseLease() refuses a value ${what}`, () => {
    assertEquals(parseLease(value, NAME), undefined);
  });
}

Deno.test("parseLease() keeps what it does not know, and names the kind that lists leave out", () => {
  const { apiVersion: _version, kind: _kind, ...bare } = LEASE;
  const extra = { ...bare, metadata: { ...LEASE.metadata, managedFields: [1] } };
  assertEquals(parseLease(extra, NAME), { ...LEASE, metadata: extra.metadata });
  assertEquals(parseLease({ ...LEASE, spec: null }, NAME)?.spec, undefined);
});
