// Owns the list of all fuzz targets.
// Never holds one: each stands with its kind.

import type { FuzzTarget } from "./target.ts";
import { ACCESS_TARGETS } from "./targets/access.ts";
import { CREDENTIAL_TARGETS } from "./targets/credentials.ts";
import { CLUSTER_TARGETS } from "./targets/forge_cluster.ts";
import { LEASE_TARGETS } from "./targets/lease.ts";
import { NODE_TARGETS } from "./targets/node.ts";
import { SETTING_TARGETS } from "./targets/settings.ts";

export const TARGETS: readonly FuzzTarget[] = [
  ...CREDENTIAL_TARGETS,
  ...LEASE_TARGETS,
  ...CLUSTER_TARGETS,
  ...NODE_TARGETS,
  ...ACCESS_TARGETS,
  ...SETTING_TARGETS,
];
