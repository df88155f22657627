// Owns the Grafana dashboard: `deno task dashboard` writes chart/cardano-node/files/dashboard.json from this.
// Never a metric that the program lacks, nor a panel that Grafana's own types refuse: tests compare.

import { CLUSTER_PANELS } from "./dashboard/cluster_panels.ts";
import { COURSE_PANELS } from "./dashboard/course_panels.ts";
import { FILE, HEAD } from "./dashboard/frame.ts";
import { layOut } from "./dashboard/panel.ts";
import { POOL_PANELS } from "./dashboard/pool_panels.ts";

export function dashboardText(): string {
  const panels = layOut([...POOL_PANELS, ...CLUSTER_PANELS, ...COURSE_PANELS]);
  return `${JSON.stringify({ ...HEAD, panels }, undefined, 2)}\n`;
}

if (import.meta.main) Deno.writeTextFileSync(FILE, dashboardText());
