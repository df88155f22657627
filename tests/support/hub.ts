// Owns one pool's place on a coordination API for tests: its namespace, accounts, forge lease, resources.
// Never lets a cluster do more there than its role needs.

import type { LeaseObject } from "../../lib/core/lease_object.ts";
import type { DemoKeys } from "../../lib/demo/keys.ts";
import { expectStatus, type Json } from "./api_request.ts";
import type { PolicyRule, RealApiServer } from "./apiserver.ts";
import { putReleasedLease } from "./released_lease.ts";

const LEASE_RULE: PolicyRule = {
  apiGroups: ["coordination.k8s.io"],
  resources: ["leases"],
  verbs: ["get", "list", "watch", "create", "update"],
};
const READ_LEASES: PolicyRule = { ...LEASE_RULE, verbs: ["get", "list", "watch"] };
const CLUSTER_RULES: readonly PolicyRule[] = [
  {
    apiGroups: ["cardano.io"],
    resources: ["cardanoforgeclusters"],
    verbs: ["get", "list", "watch", "create", "patch"],
  },
  { apiGroups: ["cardano.io"], resources: ["cardanoforgeclusters/status"], verbs: ["patch"] },
  { apiGroups: ["events.k8s.io"], resources: ["events"], verbs: ["create", "patch"] },
];
const MERGE = "application/merge-patch+json";

export interface HubOptions {
  readonly server: RealApiServer;
  /** Created for this pool. */
  readonly namespace: string;
  readonly network: string;
  readonly keys: DemoKeys;
}

export class Hub {
  readonly server: RealApiServer;
  readonly namespace: string;
  /** What the names of the pool's resources begin with. */
  readonly scope: string;

  private constructor({ server, namespace, network, keys }: HubOptions) {
    this.server = server;
    this.namespace = namespace;
    this.scope = `${network}-${keys.poolId.slice(0, 10)}`;
  }

  static async make(options: HubOptions & { readonly released: boolean }): Promise<Hub> {
    const { server, namespace, keys, released } = options;
    await server.createNamespace(namespace);
    const hub = new Hub(options);
    const name = hub.leaseName;
    if (released) await putReleasedLease(server, { namespace, name, poolId: keys.poolIdHex });
    return hub;
  }

  get leaseName(): string {
    return `cardano-forge-${this.scope}`;
  }

  /** Path of a kubeconfig by which this account reaches the hub at that address. */
  async kubeconfig(account: string, url: string): Promise<string> {
    const { server, namespace } = this;
    const rules = [...CLUSTER_RULES, LEASE_RULE];
    const token = await server.serviceAccountToken({ namespace, name: account }, rules);
    return await server.writeKubeconfig({ token, namespace, server: url });
  }

  /** "read": its heartbeats go on, and whatever it does to the forge lease is forbidden. */
  async setLeaseRights(account: string, rights: "read" | "write"): Promise<void> {
    const rules = [...CLUSTER_RULES, rights === "write" ? LEASE_RULE : READ_LEASES];
    const path = `/apis/rbac.authorization.k8s.io/v1/namespaces/${this.namespace}/roles/${account}`;
    const options = { body: { rules }, contentType: MERGE };
    expectStatus(200, await this.server.request("PATCH", path, options));
  }

  /** The forge lease; undefined when there is none. */
  async lease(): Promise<LeaseObject | undefined> {
    const path = `/apis/coordination.k8s.io/v1/namespaces/${this.namespace}/leases`;
    const answer = await this.server.request("GET", `${path}/${this.leaseName}`);
    if (answer.status === 404) return undefined;
    expectStatus(200, answer);
    return answer.body;
  }

  /** When the holder last renewed, by the record. */
  async renewedAtMs(): Promise<number> {
    return Date.parse((await this.lease())?.spec?.renewTime ?? "");
  }

  /** A CardanoForgeCluster; undefined when there is none. */
  async resource(region: string): Promise<Json | undefined> {
    const answer = await this.server.request("GET", this.#resourcePath(region));
    if (answer.status === 404) return undefined;
    expectStatus(200, answer);
    return answer.body;
  }

  /** What an operator edits. */
  async edit(region: string, spec: Json): Promise<void> {
    const options = { body: { spec }, contentType: MERGE };
    expectStatus(200, await this.server.request("PATCH", this.#resourcePath(region), options));
  }

  async deleteResource(region: string): Promise<void> {
    expectStatus(200, await this.server.request("DELETE", this.#resourcePath(region)));
  }

  #resourcePath(region: string): string {
    const path = `/apis/cardano.io/v1/namespaces/${this.namespace}/cardanoforgeclusters`;
    return `${path}/${this.scope}-${region}`;
  }
}
