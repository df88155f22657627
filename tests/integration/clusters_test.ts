// Owns the proof that of two clusters one forges, whatever is lost, edited, ill, or started.
// Never judges by what a sidecar says, but of what it says.

import { clustersTheme } from "../support/cluster_scenarios.ts";
import { HEALTH } from "./clusters/health.ts";
import { LOSSES } from "./clusters/losses.ts";
import { MOVES } from "./clusters/moves.ts";
import { STARTS } from "./clusters/starts.ts";

clustersTheme("clusters", { ...HEALTH, ...STARTS, ...LOSSES, ...MOVES }, { atOnce: 9 });
