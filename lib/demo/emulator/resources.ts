// Owns which resources the emulator serves and how each differs.
// Never serves one.

export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  /** Custom resources: a PUT never creates, the status is a resource of its own, kind is required. */
  readonly isCustom: boolean;
}

const custom = { group: "cardano.io", version: "v1", isCustom: true } as const;

export const CUSTOM_RESOURCES: readonly Resource[] = [
  { ...custom, plural: "cardanoleaders", kind: "CardanoLeader" },
  { ...custom, plural: "cardanoforgeclusters", kind: "CardanoForgeCluster" },
];

export const BUILT_IN_RESOURCES: readonly Resource[] = [
  { group: "coordination.k8s.io", version: "v1", plural: "leases", kind: "Lease", isCustom: false },
  { group: "events.k8s.io", version: "v1", plural: "events", kind: "Event", isCustom: false },
  { group: "", version: "v1", plural: "events", kind: "Event", isCustom: false },
  { group: "", version: "v1", plural: "pods", kind: "Pod", isCustom: false },
];

/** `leases.coordination.k8s.io`, as error messages name it. */
export function collectionOf({ plural, group }: Resource): string {
  return group === "" ? plural : `${plural}.${group}`;
}

export function apiVersionOf({ group, version }: Resource): string {
  return group === "" ? version : `${group}/${version}`;
}

export function apiPathOf(resource: Resource): string {
  return resource.group === "" ? `/api/${resource.version}` : `/apis/${apiVersionOf(resource)}`;
}
