// Owns what hands do to Leases: emptied, deleted, given to a stranger, shortened, labelled.
// Never touches the program's own annotations: that would forge a receipt.

import { expectStatus } from "../support/api_request.ts";
import { claim, type Fault, type Strike } from "./fault.ts";
import type { ChaosLease } from "./world.ts";

function leaseOf({ world, pod, chance }: Strike): ChaosLease {
  const leases = world.leases.filter((lease) => lease.concerns(pod));
  const lease = leases[Math.floor(chance * leases.length)];
  if (lease === undefined) throw new RangeError(`There is no lease of ${pod.label}`);
  return lease;
}

function claims(strike: Strike): readonly string[] {
  const { name, server } = leaseOf(strike);
  return [claim.lease(name), claim.api(server.name)];
}

function patch(bodyOf: (strike: Strike) => unknown) {
  return async (strike: Strike): Promise<"absent" | void> => {
    const { server, path } = leaseOf(strike);
    const body = bodyOf(strike);
    const contentType = "application/merge-patch+json";
    const answer = await server.api.request("PATCH", path, { body, contentType });
    if (answer.status === 404) return "absent";
    expectStatus(200, answer);
  };
}

export const LEASE_FAULTS: readonly Fault[] = [
  {
    name: "lease_emptied",
    weight: 2,
    claims,
    inject: patch(() => ({ spec: { holderIdentity: "" } })),
  },
  {
    name: "lease_given_away",
    weight: 1,
    claims,
    inject: patch(() => ({ spec: { holderIdentity: "an-operator" } })),
  },
  {
    // To another replica, which does not know of it.
    name: "lease_given_to_a_replica",
    weight: 1,
    claims,
    inject: patch(({ world, chance }) => {
      const { pods } = world;
      const pod = pods[Math.floor((chance * 1_000) % 1 * pods.length)];
      return { spec: { holderIdentity: pod?.replica.pod.name } };
    }),
  },
  {
    name: "lease_shortened",
    weight: 1,
    claims,
    inject: patch(() => ({ spec: { leaseDurationSeconds: 1 } })),
  },
  {
    name: "lease_labelled",
    weight: 1,
    claims,
    inject: patch(({ chance }) => ({ metadata: { labels: { chaos: String(chance) } } })),
  },
  {
    name: "lease_deleted",
    weight: 2,
    claims,
    inject: async (strike) => {
      const { server, path } = leaseOf(strike);
      const answer = await server.api.request("DELETE", path);
      if (answer.status === 404) return "absent";
      expectStatus(200, answer);
    },
  },
];
