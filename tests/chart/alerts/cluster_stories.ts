// Owns the stories of the alerts about clusters: when each fires, stays quiet and clears.
// Never more series in a story than it needs.

import { clusters, type Firing, OTHER_POOL, own, POOL, pools, type Story } from "./story.ts";

const EU = { cluster: "eu" };
const inRegion = (region: string) => ({ ...POOL, region, cluster: `mainnet-${region}` });
const enabled = (region: string, leader = `${region}-0`, pool = POOL) =>
  pools("forge_enabled", region, { leader, pool });
const priority = (region: string) => pools("forge_priority", region);
const reachable = (leader: string) => own("coordination_reachable", leader, EU);

const warning = (labels: Firing["labels"], value?: string): Firing => {
  return { severity: "warning", labels, ...(value === undefined ? {} : { value }) };
};
const twoForge: Firing = { severity: "critical", labels: POOL, value: "2" };
const down: Firing = { severity: "critical", labels: EU };
const moved = (region: string): Firing => ({ severity: "info", labels: inRegion(region) });

export const CLUSTER_STORIES: readonly Story[] = [
  {
    alert: "MultipleClusterForgers",
    tells: "a second cluster forges for three minutes",
    series: { [enabled("eu")]: "1x20", [enabled("us")]: "0x1 1x5 0x20" },
    at: { "75s": [], "2m": [twoForge], "5m": [] },
  },
  {
    alert: "MultipleClusterForgers",
    tells: "two leaders of one cluster are seen, and another pool forges elsewhere",
    series: {
      [enabled("eu", "eu-0")]: "1x20",
      [enabled("eu", "eu-1")]: "1x20",
      [enabled("us", "us-0", OTHER_POOL)]: "1x20",
    },
    at: { "5m": [] },
  },
  {
    alert: "ClusterHealthDegraded",
    tells: "checks fail, and then succeed",
    series: { [clusters("health_check_consecutive_failures", "eu")]: "0x1 1 2x8 1 0x20" },
    at: { "2m": [], "5m": [warning(EU, "2")], "8m": [] },
  },
  {
    alert: "ClusterHealthDegraded",
    tells: "one check fails, and the leader changes",
    series: {
      [clusters("health_check_consecutive_failures", "eu", { leader: "eu-0" })]: "1x9 stale",
      [clusters("health_check_consecutive_failures", "eu", { leader: "eu-1" })]: "_x9 1x20",
    },
    at: { "10m": [] },
  },
  {
    alert: "CardanoClusterUnhealthy",
    tells: "unhealthy for six minutes, through a change of the leader",
    series: {
      [clusters("health_status", "eu", { leader: "eu-0" })]: "0x5 stale",
      [clusters("health_status", "eu", { leader: "eu-1" })]: "_x5 0x6 1x9",
    },
    at: { "4m": [], "345s": [warning(EU)], "8m": [] },
  },
  {
    alert: "CardanoClusterUnhealthy",
    tells: "unhealthy for four minutes",
    series: { [clusters("health_status", "eu")]: "1 0x8 1x20" },
    at: { "4m": [], "8m": [] },
  },
  {
    alert: "CardanoClusterHealthCheckDown",
    tells: "checks fail for four minutes",
    series: { [clusters("health_check_success", "eu")]: "1 0x8 1x9" },
    at: { "2m": [], "4m": [down], "6m": [] },
  },
  {
    alert: "CardanoClusterHealthCheckDown",
    tells: "every second check fails",
    series: { [clusters("health_check_success", "eu")]: "1 0 1 0 1 0 1 0 1 0 1" },
    at: { "3m": [], "270s": [] },
  },
  {
    alert: "CardanoClusterHealthCheckSlow",
    tells: "checks take seven seconds for six minutes",
    series: { [clusters("health_check_duration_seconds", "eu")]: "1 7x12 1x9" },
    at: { "4m": [], "6m": [warning(EU, "7.0")], "8m": [] },
  },
  {
    alert: "CardanoClusterHealthCheckSlow",
    tells: "checks take four seconds",
    series: { [clusters("health_check_duration_seconds", "eu")]: "4x30" },
    at: { "10m": [] },
  },
  {
    alert: "CardanoClusterFailover",
    tells: "forging moves from one cluster to the other",
    series: { [enabled("eu")]: "1x9 0x50", [enabled("us")]: "0x9 1x50" },
    at: { "4m": [], "8m": [moved("eu"), moved("us")], "20m": [] },
  },
  {
    alert: "CardanoClusterFailover",
    tells: "another pod of the same cluster takes over",
    series: {
      [enabled("eu", "eu-0")]: "1x9 stale",
      [enabled("eu", "eu-1")]: "_x9 0x2 1x40",
      [enabled("us")]: "0x60",
    },
    at: { "345s": [], "6m": [], "10m": [], "15m": [] },
  },
  {
    alert: "CardanoSecondaryClusterForging",
    tells: "the second forges while the first is there, then the first again",
    series: {
      [enabled("eu")]: "0x30 1x30",
      [priority("eu")]: "10x60",
      [enabled("us")]: "1x30 0x30",
      [priority("us")]: "20x60",
    },
    at: { "9m": [], "12m": [warning(inRegion("us"), "20")], "20m": [] },
  },
  {
    alert: "CardanoSecondaryClusterForging",
    tells: "the second forges while the first is penalised",
    series: {
      [enabled("eu")]: "0x60",
      [priority("eu")]: "110x60",
      [enabled("us")]: "1x60",
      [priority("us")]: "20x60",
    },
    at: { "20m": [] },
  },
  {
    alert: "CoordinationUnreachable",
    tells: "no answer for three minutes",
    series: { [reachable("eu-0")]: "1 0x6 1x20" },
    at: { "1m": [], "2m": [warning(EU)], "5m": [] },
  },
  {
    alert: "CoordinationUnreachable",
    tells: "one request without an answer",
    series: { [reachable("eu-0")]: "1 0 1x20" },
    at: { "45s": [], "2m": [] },
  },
];
