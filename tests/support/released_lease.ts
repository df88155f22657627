// Owns a Lease as an earlier holder left it in order, so that the first claim need not wait.
// Never overwrites one that exists.

import { readLease } from "../../lib/core/lease_record.ts";
import { releasedLease, vacantLease } from "../../lib/core/lease_writes.ts";
import { wallTime } from "../../lib/core/time.ts";
import { expectStatus } from "./api_request.ts";
import type { RealApiServer } from "./apiserver.ts";

export async function putReleasedLease(
  server: RealApiServer,
  lease: { readonly namespace: string; readonly name: string; readonly poolId: string },
): Promise<void> {
  const vacant = vacantLease({ ...lease, durationSeconds: 15, transitions: 1 });
  const path = `/apis/coordination.k8s.io/v1/namespaces/${lease.namespace}/leases`;
  const created = await server.request("POST", path, { body: vacant });
  expectStatus(201, created);
  const record = readLease(created.body)!;
  const now = wallTime(Date.now());
  const mark = { nonce: crypto.randomUUID(), now };
  const fencedSecond = Math.floor(now / 1_000) - 1;
  const body = releasedLease(record, { by: "an-earlier-pod", mark, fencedSecond });
  expectStatus(200, await server.request("PUT", `${path}/${lease.name}`, { body }));
}
