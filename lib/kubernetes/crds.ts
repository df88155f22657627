// Owns the list of CustomResourceDefinitions: what `crds` prints and what the chart's files are checked against.
// Never installs them: that takes rights the program must not have.

import { CARDANO_LEADER } from "./crds/cardano_leader.ts";
import type { CustomResourceDefinition } from "./crds/definition.ts";
import { CARDANO_FORGE_CLUSTER } from "./crds/forge_cluster.ts";
import { toYaml } from "./yaml.ts";

export type { CustomResourceDefinition };

export const CUSTOM_RESOURCE_DEFINITIONS: readonly CustomResourceDefinition[] = [
  CARDANO_LEADER,
  CARDANO_FORGE_CLUSTER,
];

/** For `kubectl apply -f -`. */
export function crdsYaml(): string {
  return CUSTOM_RESOURCE_DEFINITIONS.map(crdYaml).join("---\n");
}

/** One of them, as the chart's file of the same name has it. */
export function crdYaml(crd: CustomResourceDefinition): string {
  return toYaml({ ...crd });
}
