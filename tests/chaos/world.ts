// Owns what a campaign sees of the replicas it plays with, be they of one cluster or of two.
// Never decides what happens to them.

import type { NetworkListener } from "../../lib/demo/emulator/listener.ts";
import type { DemoKeys } from "../../lib/demo/keys.ts";
import type { NodeRecords } from "../../lib/demo/slots.ts";
import type { Cluster } from "../support/cluster.ts";
import type { RealApiServer } from "../support/apiserver.ts";
import type { Replica } from "../support/replica.ts";
import { claim } from "./fault.ts";

/** A way from some pods to an API server, which can be broken. */
export interface ChaosLink {
  readonly name: string;
  readonly network: NetworkListener;
  /** At its other end. */
  readonly server: string;
}

export interface ChaosServer {
  readonly name: string;
  readonly api: RealApiServer;
}

export interface ChaosLease {
  readonly name: string;
  readonly server: ChaosServer;
  readonly path: string;
  readonly durationMs: number;
  /** Whether that holder stands for this pod. */
  readonly isHeldBy: (holder: string, pod: ChaosPod) => boolean;
  /** Of whose forging it decides. */
  readonly concerns: (pod: ChaosPod) => boolean;
}

export interface ChaosPod {
  /** Unique in the world; the node's in all records. */
  readonly label: string;
  readonly replica: Replica;
  readonly links: readonly ChaosLink[];
}

export interface ChaosWorld extends AsyncDisposable {
  readonly kind: "one cluster" | "two clusters";
  readonly pods: readonly ChaosPod[];
  readonly links: readonly ChaosLink[];
  readonly servers: readonly ChaosServer[];
  readonly leases: readonly ChaosLease[];
  /** None where there is one cluster. */
  readonly clusters: readonly Cluster[];
  /** From the end of all faults to the first slot forged. */
  readonly recoveryBoundMs: number;
  /** The newest set that is in order. */
  keys: DemoKeys;
  /** Gives all pods such files, as a changed Secret does. */
  install(keys: Pick<DemoKeys, "kes" | "vrf" | "opcert">): void;
}

export function recordsOf({ pods }: Pick<ChaosWorld, "pods">): NodeRecords {
  return Object.fromEntries(pods.map(({ label, replica }) => [label, replica.record.lines()]));
}

export function forgerOf({ pods }: Pick<ChaosWorld, "pods">): ChaosPod | undefined {
  return pods.find(({ replica }) => replica.forges());
}

/** All that a pod's renewals go through. */
export function waysOf(pod: ChaosPod): readonly string[] {
  return [
    claim.account({ pod }),
    ...pod.links.flatMap(({ name, server }) => [claim.link(name), claim.api(server)]),
  ];
}
