// Owns the whole table of faults for each kind of world.
// Never holds one that a world has nothing for.

import { API_FAULTS } from "./api_faults.ts";
import { CLUSTER_FAULTS } from "./cluster_faults.ts";
import type { Fault } from "./fault.ts";
import { LEASE_FAULTS } from "./lease_faults.ts";
import { LINK_FAULTS } from "./link_faults.ts";
import { MACHINE_FAULTS } from "./machine_faults.ts";
import { PROCESS_FAULTS } from "./process_faults.ts";
import type { ChaosWorld } from "./world.ts";

const EVERYWHERE = [
  ...PROCESS_FAULTS,
  ...LINK_FAULTS,
  ...API_FAULTS,
  ...LEASE_FAULTS,
  ...MACHINE_FAULTS,
];

export function faultsOf(kind: ChaosWorld["kind"]): readonly Fault[] {
  return kind === "one cluster" ? EVERYWHERE : [...EVERYWHERE, ...CLUSTER_FAULTS];
}
