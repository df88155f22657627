// Owns the stories of the alerts about replicas: when each fires, stays quiet and clears.
// Never more series in a story than it needs.

import {
  type Firing,
  info,
  NAMESPACE,
  OTHER_POOL,
  own,
  POOL,
  replica,
  type Story,
} from "./story.ts";

const forging = (pod: string, pool = POOL) => replica("forging_enabled", pod, pool);
const leads = (pod: string) => replica("leader_status", pod);
const forgeHold = (pod: string) => own("tier_permit_left_seconds", pod, { tier: "forge" });
const counter = (pod: string, pool = POOL) => own("operational_certificate_counter", pod, pool);
const expiry = (pod: string) => own("kes_expiry_timestamp_seconds", pod, POOL);
const known = (pod: string) => own("forger_known", pod, { cluster: "mainnet-eu", ...POOL });

const twoForge: Firing = { severity: "critical", labels: POOL, value: "2" };
const noneForges: Firing = { severity: "warning", labels: POOL };
const stillNone: Firing = { severity: "critical", labels: POOL };
const unconfirmed: Firing = { severity: "warning", labels: { ...POOL, ...NAMESPACE, pod: "bp-0" } };
const missing: Firing = unconfirmed;
/** Of a pod made anew: another address. */
const anew = (series: string) => series.replace(/instance="[^"]*"/, 'instance="10.0.0.9:8000"');
const named = { ...POOL, ...NAMESPACE, pod_name: "bp-0" };
const noStop: Firing = { severity: "critical", labels: named };
const late: Firing = { severity: "warning", labels: named, value: "2" };
const oneInvalid: Firing = { severity: "warning", labels: named };
const otherInvalid: Firing = { severity: "warning", labels: { ...named, pod_name: "bp-1" } };
const allInvalid: Firing = {
  severity: "critical",
  labels: { ...NAMESPACE, job: "cardano/pool-a", network: POOL.network },
};
const kes = (severity: Firing["severity"], value: string): Firing => {
  return { severity, labels: { ...POOL, ...NAMESPACE }, value };
};
const counters: Firing = { severity: "warning", labels: POOL };

export const REPLICA_STORIES: readonly Story[] = [
  {
    alert: "MultipleLocalForgers",
    tells: "a second node forges for three minutes",
    series: { [forging("bp-0")]: "1x20", [forging("bp-1")]: "0x1 1x5 0x20" },
    at: { "75s": [], "2m": [twoForge], "5m": [] },
  },
  {
    alert: "MultipleLocalForgers",
    tells: "a lost forger's last sample is still there when its successor's comes",
    series: { [forging("bp-0")]: "1x3 stale", [forging("bp-1")]: "0x2 1x9" },
    at: { "105s": [], "2m": [], "3m": [] },
  },
  {
    alert: "MultipleLocalForgers",
    tells: "two pools forge, each once",
    series: { [forging("bp-0")]: "1x20", [forging("other-0", OTHER_POOL)]: "1x20" },
    at: { "5m": [] },
  },
  {
    alert: "NoActiveForger",
    tells: "all nodes stop, and one begins again",
    series: { [forging("bp-0")]: "1x1 0x12 1x9", [forging("bp-1")]: "0x30" },
    at: { "90s": [], "135s": [noneForges], "195s": [noneForges, stillNone], "8m": [] },
  },
  {
    alert: "NoActiveForger",
    tells: "every series vanishes, and the pool is still named",
    series: {
      [forging("bp-0")]: "1x4 stale _x20 1x9",
      [forging("other-0", OTHER_POOL)]: "1x40",
    },
    at: { "2m": [], "10m": [noneForges, stillNone], "14m": [] },
  },
  {
    alert: "NoActiveForger",
    tells: "a standby's leader no longer knows of a forging cluster",
    series: { [forging("bp-0")]: "0x40", [known("bp-0")]: "1x3 0x9 1x20" },
    at: { "90s": [], "5m": [noneForges, stillNone], "8m": [] },
  },
  {
    alert: "NoActiveForger",
    tells: "a standby's leader knows that another cluster forges",
    series: { [forging("bp-0")]: "0x40", [known("bp-0")]: "1x40" },
    at: { "2m": [], "15m": [] },
  },
  {
    alert: "NoActiveForger",
    tells: "a standby is scaled to zero",
    series: { [forging("bp-0")]: "0x4 stale", [known("bp-0")]: "1x4 stale" },
    at: { "10m": [] },
  },
  {
    alert: "NoActiveForger",
    tells: "a hand-over, and a replica that has no certificate yet",
    series: {
      [forging("bp-0")]: "1x5 stale",
      [forging("bp-1")]: "0x6 1x20",
      [forging("bp-2", { ...POOL, pool_id: "" })]: "0x30",
    },
    at: { "4m": [], "10m": [] },
  },
  {
    alert: "ForgingNotConfirmed",
    tells: "a leader's node begins to forge after three minutes",
    series: { [leads("bp-0")]: "1x20", [forging("bp-0")]: "0x6 1x20" },
    at: { "30s": [], "2m": [unconfirmed], "4m": [] },
  },
  {
    alert: "ForgingNotConfirmed",
    tells: "a leader whose cluster holds the forge lease, too",
    series: {
      [leads("bp-0")]: "1x20",
      [forging("bp-0")]: "0x20",
      [forgeHold("bp-0")]: "0x6 15x6 0x20",
    },
    at: { "3m": [], "5m": [unconfirmed], "8m": [] },
  },
  {
    alert: "ForgingNotConfirmed",
    tells: "a leader of a standby, and a follower",
    series: {
      [leads("bp-0")]: "1x20",
      [forging("bp-0")]: "0x20",
      [forgeHold("bp-0")]: "0x20",
      [leads("bp-1")]: "0x20",
      [forging("bp-1")]: "0x20",
    },
    at: { "5m": [] },
  },
  {
    alert: "ForgingNotConfirmed",
    tells: "a forging node hangs and shows nothing for three minutes",
    series: {
      [leads("bp-0")]: "1x20",
      [forging("bp-0")]: "1x20",
      [own("forging_verified", "bp-0")]: "1x6 0x6 1x20",
    },
    at: { "2m": [], "4m30s": [unconfirmed], "7m": [] },
  },
  {
    alert: "ForgingNotConfirmed",
    tells: "a forging node whose metrics were never readable",
    series: {
      [leads("bp-0")]: "1x20",
      [forging("bp-0")]: "1x20",
      [own("forging_verified", "bp-0")]: "0x20",
    },
    at: { "5m": [] },
  },
  {
    alert: "ForgeManagerMissing",
    tells: "a forger is seen no more for quarter of an hour, and another forges",
    series: {
      [forging("bp-0")]: "1x9 stale _x30 0x9",
      [forging("bp-1")]: "0x10 1x60",
    },
    at: { "9m": [], "11m": [missing], "20m": [missing], "21m": [] },
  },
  {
    alert: "ForgeManagerMissing",
    tells: "a forger never comes back: for an hour",
    series: { [forging("bp-0")]: "1x9 stale", [forging("bp-1")]: "0x10 1x200" },
    at: { "60m": [missing], "66m": [] },
  },
  {
    alert: "ForgeManagerMissing",
    tells: "a forger is seen no more for four minutes",
    series: { [forging("bp-0")]: "1x9 stale _x7 1x30" },
    at: { "9m": [], "12m": [], "20m": [] },
  },
  {
    alert: "ForgeManagerMissing",
    tells: "a forger's pod is made anew, elsewhere",
    series: { [forging("bp-0")]: "1x9 stale", [anew(forging("bp-0"))]: "_x12 0x60" },
    at: { "12m": [], "30m": [] },
  },
  {
    alert: "ForgeManagerMissing",
    tells: "the pool is named when the certificate is read, and a set of two is scaled to zero",
    series: {
      [forging("bp-0", { ...POOL, pool_id: "" })]: "1 stale",
      [forging("bp-0")]: "_x1 1x9 0x1 stale",
      [forging("bp-1")]: "0x12 stale",
    },
    at: { "5m": [], "15m": [], "30m": [] },
  },
  {
    alert: "FenceUnconfirmed",
    tells: "a stop is not confirmed for two minutes",
    series: { [info("bp-0")]: "1x20", [own("fence_unconfirmed", "bp-0")]: "0x1 1x4 0x9" },
    at: { "75s": [], "2m": [noStop], "4m": [] },
  },
  {
    alert: "FenceUnconfirmed",
    tells: "a scrape falls into a fence",
    series: { [info("bp-0")]: "1x20", [own("fence_unconfirmed", "bp-0")]: "0 1 0x9" },
    at: { "45s": [], "1m": [], "2m": [] },
  },
  {
    alert: "PermitMarginLow",
    tells: "two looks find less than a third",
    series: {
      [info("bp-0")]: "1x60",
      [forging("bp-0")]: "1x60",
      [own("renew_deadline_seconds", "bp-0")]: "9x60",
      [own("permit_left_seconds", "bp-0")]: "7x3 2x3 7x60",
    },
    at: { "2m": [], "4m": [late], "16m": [late], "20m": [] },
  },
  {
    alert: "PermitMarginLow",
    tells: "one look finds less than a third, and a follower has none",
    series: {
      [info("bp-0")]: "1x60",
      [forging("bp-0")]: "1x60",
      [own("renew_deadline_seconds", "bp-0")]: "9x60",
      [own("permit_left_seconds", "bp-0")]: "7x3 2x1 3.5x60",
      [info("bp-1")]: "1x60",
      [forging("bp-1")]: "0x60",
      [own("renew_deadline_seconds", "bp-1")]: "9x60",
      [own("permit_left_seconds", "bp-1")]: "0x60",
    },
    at: { "3m": [], "15m": [] },
  },
  {
    alert: "CredentialsInvalid",
    tells: "one of two replicas gets wrong files, then right ones",
    series: {
      [info("bp-0")]: "1x60",
      [own("credentials_valid", "bp-0")]: "1x2 0x14 1x20",
      [info("bp-1")]: "1x60",
      [own("credentials_valid", "bp-1")]: "1x60",
    },
    at: { "4m": [], "8m": [oneInvalid], "12m": [] },
  },
  {
    alert: "CredentialsInvalid",
    tells: "both replicas get wrong files, then one of them right ones",
    series: {
      [info("bp-0")]: "1x60",
      [own("credentials_valid", "bp-0")]: "1x2 0x14 1x20",
      [info("bp-1")]: "1x60",
      [own("credentials_valid", "bp-1")]: "1x2 0x60",
    },
    at: { "4m": [allInvalid], "8m": [oneInvalid, otherInvalid, allInvalid], "12m": [otherInvalid] },
  },
  {
    alert: "CredentialsInvalid",
    tells: "the certificate is another pool's",
    series: {
      [info("bp-0")]: "1x60",
      [own("credentials_valid", "bp-0")]: "1x60",
      [own("pool_id_matches", "bp-0", POOL)]: "0x16 1x20",
    },
    at: { "4m": [], "8m": [oneInvalid], "12m": [] },
  },
  {
    alert: "CredentialsInvalid",
    tells: "a start, before the files are read",
    series: {
      [info("bp-0")]: "1x60",
      [own("credentials_valid", "bp-0")]: "0x2 1x60",
      [own("pool_id_matches", "bp-0", POOL)]: "_x2 1x60",
    },
    at: { "30s": [], "2m": [], "10m": [] },
  },
  {
    alert: "KesExpiring",
    tells: "13 days are left, then 90",
    series: {
      [expiry("bp-0")]: "1123200x59 7776000x60",
      [expiry("bp-1")]: "1123200x59 7776000x60",
    },
    at: { "5m": [], "20m": [kes("warning", "13.0")], "40m": [] },
  },
  {
    alert: "KesExpiring",
    tells: "two days are left on one of two replicas, then 90",
    series: { [expiry("bp-0")]: "172800x59 7776000x60", [expiry("bp-1")]: "7776000x120" },
    at: { "5m": [], "20m": [kes("warning", "2.0"), kes("critical", "2.0")], "40m": [] },
  },
  {
    alert: "KesExpiring",
    tells: "three weeks are left",
    series: { [expiry("bp-0")]: "1814400x60" },
    at: { "20m": [] },
  },
  {
    alert: "OpCertCounterMismatch",
    tells: "one of two replicas keeps the old certificate, then gets the new one",
    series: { [counter("bp-0")]: "3x1 4x80", [counter("bp-1")]: "3x50 4x30" },
    at: { "10m": [], "20m": [counters], "30m": [] },
  },
  {
    alert: "OpCertCounterMismatch",
    tells: "a leader sees another cluster's older counter, and then the same",
    series: {
      [counter("bp-0")]: "4x80",
      [own("cluster_certificate_counter", "bp-0", { cluster: "mainnet-eu" })]: "4x80",
      [own("cluster_certificate_counter", "bp-0", { cluster: "mainnet-us" })]: "3x50 4x30",
    },
    at: { "10m": [], "20m": [counters], "30m": [] },
  },
  {
    alert: "OpCertCounterMismatch",
    tells: "a rotation within ten minutes, and a pool with another counter",
    series: {
      [counter("bp-0")]: "3x1 4x80",
      [counter("bp-1")]: "3x20 4x60",
      [counter("other-0", OTHER_POOL)]: "9x80",
    },
    at: { "9m": [], "30m": [] },
  },
];
