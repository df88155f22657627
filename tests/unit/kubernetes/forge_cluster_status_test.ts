// Owns the proof of what a cluster's status says, and of what is more than a heartbeat.
// Never needs a cluster.

import { assertEquals } from "@std/assert";
import { wallTime } from "../../../lib/core/time.ts";
import {
  FORGE_CLUSTER_CONDITIONS,
  forgeClusterStatus,
  type ForgeClusterView,
  parseForgeClusterStatus,
} from "../../../lib/kubernetes/forge_cluster_status.ts";
import { FIRST, LATER, VIEW } from "./forge_cluster_objects.ts";

const AT_LATER = wallTime(Date.parse(LATER));
const { status: BEFORE } = forgeClusterStatus(VIEW, undefined);

Deno.test("forgeClusterStatus() says everything at first", () => {
  const { status, differs } = forgeClusterStatus(VIEW, undefined);
  assertEquals(differs, true);
  const { conditions, ...rest } = status;
  assertEquals(rest, {
    effectiveState: "Priority-based",
    effectivePriority: 11,
    activeLeader: "bp-0",
    forgingEnabled: true,
    lastTransition: FIRST,
    reason: "Forging",
    message: "bp-0 forges",
    healthStatus: {
      healthy: true,
      consecutiveFailures: 1,
      message: "HTTP 503",
      lastProbeTime: FIRST,
      responseTime: "120ms",
    },
    observedGeneration: 3,
    lastHeartbeatTime: FIRST,
    forgeEpoch: 7,
    betterSince: "2026-01-02T03:04:00Z",
    nodeFarBehind: false,
    credentials: {
      kesPeriodStart: 100,
      kesPeriodEnd: 162,
      expiresAt: "2026-03-01T00:00:00Z",
      certificateCounter: 4,
    },
  });
  assertEquals(conditions.map(({ type }) => type), [...FORGE_CLUSTER_CONDITIONS]);
  assertEquals(conditions[0], {
    type: "Ready",
    status: "True",
    lastTransitionTime: FIRST,
    reason: "Yes",
    message: "it is",
    observedGeneration: 3,
  });
});

Deno.test("forgeClusterStatus() leaves out what is not known", () => {
  const { status } = forgeClusterStatus({
    ...VIEW,
    generation: undefined,
    forgeEpoch: undefined,
    betterSince: undefined,
    credentials: undefined,
    health: { ...VIEW.health, lastProbeAt: undefined, responseMs: undefined },
  }, undefined);
  const names = [...Object.keys(status), ...Object.keys(status.healthStatus)];
  const optional = ["observedGeneration", "forgeEpoch", "betterSince", "credentials"];
  const absent = [...optional, "lastProbeTime", "responseTime"];
  assertEquals(names.filter((name) => absent.includes(name)), []);
});

const HEARTBEATS: Readonly<Record<string, Partial<ForgeClusterView>>> = {
  "time passed": {},
  "the endpoint was called again": {
    health: { ...VIEW.health, lastProbeAt: AT_LATER, responseMs: 4 },
  },
};
for (const [why, change] of Object.entries(HEARTBEATS)) {
  Deno.test(`forgeClusterStatus() is a heartbeat when ${why}`, () => {
    const stored = { ...BEFORE, conditions: [...BEFORE.conditions].reverse() };
    const { status, differs } = forgeClusterStatus({ ...VIEW, at: AT_LATER, ...change }, stored);
    assertEquals(differs, false);
    assertEquals([status.lastHeartbeatTime, status.lastTransition], [LATER, FIRST]);
    assertEquals(status.conditions, BEFORE.conditions);
  });
}

const DIFFERENCES: Readonly<Record<string, Partial<ForgeClusterView>>> = {
  "its state": { effectiveState: "Disabled" },
  "its priority": { effectivePriority: 1 },
  "its leader": { leaderPod: "bp-1" },
  "that it forges": { forgingEnabled: false },
  "the reason": { reason: "Waiting" },
  "the message": { message: "eu-west-1 waits" },
  "its health": { health: { ...VIEW.health, healthy: false } },
  "its failures": { health: { ...VIEW.health, consecutiveFailures: 2 } },
  "what the check found": { health: { ...VIEW.health, message: "HTTP 200" } },
  "the spec it has seen": { generation: 4 },
  "that it can claim": { forgeEpoch: undefined },
  "what it can claim": { forgeEpoch: 8 },
  "since when another is better": { betterSince: undefined },
  "that it is far behind": { farBehind: true },
  "its keys": { credentials: { ...VIEW.credentials!, certificateCounter: 5 } },
  "that it has keys": { credentials: undefined },
  "a condition": {
    findings: { ...VIEW.findings, Ready: { status: "Unknown", reason: "Yes", message: "it is" } },
  },
  "a condition's message": {
    findings: { ...VIEW.findings, Ready: { ...VIEW.findings.Ready, message: "it is so" } },
  },
};
for (const [what, change] of Object.entries(DIFFERENCES)) {
  Deno.test(`forgeClusterStatus() differs in ${what}`, () => {
    assertEquals(forgeClusterStatus({ ...VIEW, ...change }, BEFORE).differs, true);
  });
}

Deno.test("forgeClusterStatus() shows no leader of a cluster that does not forge", () => {
  const view = { ...VIEW, at: AT_LATER, forgingEnabled: false };
  const { status } = forgeClusterStatus(view, BEFORE);
  assertEquals([status.activeLeader, status.lastTransition], ["", LATER]);
});

Deno.test("forgeClusterStatus() moves the times of what moved, and no other", () => {
  const Ready = { status: "False", reason: "Not", message: "" } as const;
  const view = { ...VIEW, at: AT_LATER, findings: { ...VIEW.findings, Ready }, reason: "Other" };
  const { status } = forgeClusterStatus(view, BEFORE);
  assertEquals(status.lastTransition, FIRST);
  assertEquals(
    status.conditions.map(({ lastTransitionTime }) => lastTransitionTime),
    [LATER, ...Array(FORGE_CLUSTER_CONDITIONS.length - 1).fill(FIRST)],
  );
});

Deno.test("forgeClusterStatus() lets other managers' conditions be", () => {
  const theirs = { ...BEFORE.conditions[0]!, type: "example.com/Audited" };
  const stored = { ...BEFORE, conditions: [...BEFORE.conditions, theirs] };
  const { status, differs } = forgeClusterStatus(VIEW, stored);
  assertEquals([differs, status.conditions.length], [
    false,
    FORGE_CLUSTER_CONDITIONS.length,
  ]);
});

Deno.test("parseForgeClusterStatus() takes what we write and refuses an older manager's", () => {
  assertEquals(parseForgeClusterStatus(BEFORE), BEFORE);
  const older = { activeLeader: "bp-0", forgingEnabled: true, lastTransition: FIRST };
  assertEquals(parseForgeClusterStatus(older), undefined);
  assertEquals(parseForgeClusterStatus({ ...BEFORE, healthStatus: undefined }), undefined);
  assertEquals(parseForgeClusterStatus({ ...BEFORE, conditions: [{ type: 1 }] }), undefined);
  assertEquals(parseForgeClusterStatus(undefined), undefined);
});
