// Owns the proof of which series of the second tier are shown, by whom and with which values.
// Never scrapes a running program.

import { assert, assertEquals } from "@std/assert";
import { ApiMetrics } from "../../../lib/http/api_metrics.ts";
import { Metrics } from "../../../lib/http/metrics.ts";
import type { TierSnapshot } from "../../../lib/manager/tier_snapshot.ts";
import { snapshot } from "./sample.ts";
import { FOLLOWING, TIER } from "./tier_sample.ts";

/** Samples of the second tier, in the order of the exposition. */
async function samples(tier: TierSnapshot | undefined, metrics = new Metrics(new ApiMetrics())) {
  const text = await metrics.render(snapshot({ tier }));
  return text.split("\n").filter((line) =>
    /^cardano_(cluster|forge_manager_(coord|tier|cl|du|forge))/.test(line)
  );
}

const POOL = 'cluster="eu",region="eu-west-1",network="preview",pool_id="pool1leader"';

Deno.test("the local leader shows its own cluster, and how it sees the others", async () => {
  assertEquals(await samples(TIER), [
    `cardano_cluster_forge_enabled{${POOL}} 1`,
    `cardano_cluster_forge_priority{${POOL}} 11`,
    'cardano_cluster_health_check_success{cluster="eu"} 0',
    'cardano_cluster_health_check_consecutive_failures{cluster="eu"} 1',
    'cardano_cluster_health_check_last_success_timestamp{cluster="eu"} 30',
    'cardano_cluster_health_check_duration_seconds{cluster="eu"} 0.045',
    'cardano_cluster_health_status{cluster="eu"} 1',
    'cardano_forge_manager_forger_known{cluster="eu",network="preview",pool_id="pool1leader"} 1',
    'cardano_forge_manager_forge_lease_holder_info{lease="cardano-forge-mainnet-pool1abc12",holder="eu"} 1',
    'cardano_forge_manager_duplicate_cluster_name{cluster="eu"} 0',
    'cardano_forge_manager_tier_permit_left_seconds{tier="local"} 8.5',
    'cardano_forge_manager_tier_permit_left_seconds{tier="forge"} 17.25',
    'cardano_forge_manager_cluster_heartbeat_age_seconds{cluster="us"} 3.5',
    'cardano_forge_manager_cluster_certificate_counter{cluster="eu"} 3',
    'cardano_forge_manager_cluster_certificate_counter{cluster="us"} 2',
    'cardano_forge_manager_coordination_reachable{cluster="eu"} 1',
    "cardano_forge_manager_coordination_shared 1",
    'cardano_forge_manager_cluster_moves_total{reason="edit"} 2',
    'cardano_forge_manager_cluster_moves_total{reason="holder_silent"} 1',
  ]);
});

Deno.test("a replica that ceases to lead shows no cluster any more, else sums would count twice", async () => {
  const metrics = new Metrics(new ApiMetrics());
  await samples(TIER, metrics);
  assertEquals(await samples(FOLLOWING, metrics), [
    'cardano_forge_manager_tier_permit_left_seconds{tier="local"} 0',
    'cardano_forge_manager_tier_permit_left_seconds{tier="forge"} 0',
    "cardano_forge_manager_coordination_shared 1",
    'cardano_forge_manager_cluster_moves_total{reason="edit"} 2',
    'cardano_forge_manager_cluster_moves_total{reason="holder_silent"} 1',
  ]);
});

Deno.test("no forger is known where the local leader says why nobody forges", async () => {
  const found = await samples({ ...TIER, nobodyForges: "eu-west-1 is Disabled" });
  const known = found.filter((line) => line.includes("forger_known"));
  assertEquals(known.map((line) => line.at(-1)), ["0"]);
});

Deno.test("without cluster management not even the names are shown", async () => {
  const text = await new Metrics(new ApiMetrics()).render(snapshot());
  assert(!/cardano_cluster|coordination|tier_permit/.test(text));
});

Deno.test("a cluster that nobody checked yet has no result of a check", async () => {
  const health = { ...TIER.own!.health, lastCheck: undefined, lastSuccessAt: undefined };
  const found = await samples({ ...TIER, own: { ...TIER.own!, health } });
  const checks = found.filter((line) => line.includes("_health_"));
  assertEquals(checks, [
    'cardano_cluster_health_check_consecutive_failures{cluster="eu"} 1',
    'cardano_cluster_health_status{cluster="eu"} 1',
  ]);
});
