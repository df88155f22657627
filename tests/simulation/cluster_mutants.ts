// Owns the bugs of the second tier that the simulation of several clusters must find.
// Never touches lib/core itself: each is applied to a copy (mutation.ts).

import { clusterMutant, type Mutant } from "./mutant.ts";

const WITHOUT_VERSION = "resourceVersion: undefined as never";

export const CLUSTER_MUTANTS: readonly Mutant[] = [
  clusterMutant(9, "inheritance and renewal without CAS", [
    "lease_writes.ts",
    `  return rewritten(record, {
    spec: {
      holderIdentity: writer.holder,
      leaseDurationSeconds: writer.durationSeconds,
      renewTime: isoMicroTime(mark.now),
    },
    annotations: holderAnnotations(writer, mark),
  });`,
    `  const renewed = rewritten(record, {
    spec: {
      holderIdentity: writer.holder,
      leaseDurationSeconds: writer.durationSeconds,
      renewTime: isoMicroTime(mark.now),
    },
    annotations: holderAnnotations(writer, mark),
  });
  return { ...renewed, metadata: { ...renewed.metadata, ${WITHOUT_VERSION} } };`,
  ]),
  clusterMutant(9, "mine by name without uid", [
    "manager_forge.ts",
    "    holder: `${cluster}@${seen.uid}`,\n    holderUid: seen.uid,",
    '    holder: cluster,\n    holderUid: "any",',
  ]),
  clusterMutant(9, "mine by the holder's text alone", [
    "lease.ts",
    "const isOurs = seen.holder === self.holder && seen.holderUid === self.holderUid;",
    "const isOurs = seen.holder === self.holder;",
  ]),
  clusterMutant(9, "acts on the forge lease without proof of leading", [
    "election.ts",
    "return provenUntil === undefined || !isBefore(stamp.at, provenUntil);",
    "return false;",
  ]),
  clusterMutant(9, "a release that was sent proves and permits on", [
    "election_moves.ts",
    "return ends ? undefined : hold;",
    "return ends ? hold : hold;",
  ], [
    "manager.ts",
    'if (forgeReleaseIsDue(turn)) return { kind: "keep" };',
    "",
  ]),
  clusterMutant(9, "release with a foreign resourceVersion", [
    "lease_writes.ts",
    '  return rewritten(record, {\n    spec: { holderIdentity: "", renewTime },',
    `  record = {
    ...record,
    object: { ...record.object, metadata: { ...record.object.metadata, ${WITHOUT_VERSION} } },
  };
  return rewritten(record, {\n    spec: { holderIdentity: "", renewTime },`,
  ], [
    // Who remembers what came after it waits: only who begins afresh is deceived.
    "lease.ts",
    "if (!wentBack && !isAnother) return next;",
    "if (!wentBack || wentBack) return next;",
  ]),
  clusterMutant(9, "yield before the stop is confirmed", [
    "forge_tier_wish.ts",
    `  if (guard.epoch <= epoch || guard.fencing) return { kind: "keep" };
  if (guard.fencedSecond === undefined) return { kind: "lapse" };
  return { kind: "release", fencedSecond: guard.fencedSecond, preferredCluster: to, lapses };`,
    `  if (guard.epoch < epoch) return { kind: "keep" };
  return { kind: "release", fencedSecond: guard.fencedSecond ?? 0, preferredCluster: to, lapses };`,
  ]),
  clusterMutant(9, "permit from one hold only", [
    "permit.ts",
    "if (hold === undefined || (first",
    "if (hold === undefined) continue;\n    if ((first",
  ]),
  clusterMutant(9, "forge lease claimed without the wait", [
    "lease.ts",
    'if (isBefore(now, until)) return { kind: "wait", record: seen, until };',
    'if (isBefore(now, stillSince)) return { kind: "wait", record: seen, until };',
  ]),
  clusterMutant(9, "forge lease's wait is our own duration only", [
    "lease.ts",
    "Math.max(ownDurationMs, recordMs, view.longestDurationMs, foreignMs)",
    "Math.max(ownDurationMs, foreignMs)",
  ]),
  clusterMutant(9, "grants while yielding", [
    "manager_forge.ts",
    "if (forge?.givingUp !== undefined) return;",
    "",
  ], [
    "forge_tier_wish.ts",
    'if (guard.epoch <= epoch || guard.fencing) return { kind: "keep" };',
    'if (guard.epoch < epoch || guard.fencing) return { kind: "keep" };',
  ]),
  clusterMutant("policy", "stale heartbeat accepted for a yield", [
    "policy_heartbeat.ts",
    'if (!isBefore(now, addMs(heartbeat.since, staleAfterMs))) return "stale";',
    'if (!isBefore(now, addMs(heartbeat.since, staleAfterMs))) return "fresh";',
  ]),
  clusterMutant("policy", "answer of an older epoch accepted for a yield", [
    "policy_yield_plan.ts",
    ": rival.forgeEpoch !== lease.transitions",
    ": rival.forgeEpoch === -1",
  ]),
  clusterMutant("policy", "failback without delay", [
    "policy_yield_plan.ts",
    "return latest(addMs(latest(held, aheadSince), delayMs), addMs(held, minimumStayMs));",
    "return latest(aheadSince, addMs(held, minimumStayMs - delayMs));",
  ]),
  clusterMutant("policy", "a cluster that cannot forge renews", [
    "forge_tier_wish.ts",
    '? { kind: "lead" } : { kind: "lapse" };',
    '? { kind: "lead" } : { kind: "lead" };',
  ], [
    "forge_tier_wish.ts",
    'return { epoch: context.localEpoch, reason: "start_failed", to: undefined, lapses: true };',
    "return undefined;",
  ], [
    "forge_tier_wish.ts",
    'if (context.localGivesUp !== "no") return only({ kind: "lapse" });',
    'if (context.localGivesUp !== "no") return only({ kind: "keep" });',
  ], [
    "forge_tier_wish.ts",
    'if (!guard.isFit) return only({ kind: "lapse" });',
    'if (!guard.isFit) return only({ kind: "keep" });',
  ]),
  clusterMutant("policy", "what ran out under our name stays as it is", [
    "forge_tier.ts",
    "return silentAt === undefined || isBefore(now, silentAt) ? undefined : silentAt;",
    "return silentAt === undefined || isBefore(now, silentAt) ? undefined : undefined;",
  ]),
  clusterMutant("policy", "rank delay ignored", [
    "policy.ts",
    "return cluster.rank * CLAIM_STEP_MS;",
    "return cluster.rank * 0 * CLAIM_STEP_MS;",
  ]),
  clusterMutant("policy", "disabled cluster claims", [
    "policy_judge.ts",
    'excluded: disabled ? "disabled" : undefined,',
    "excluded: undefined,",
  ], [
    "policy_judge.ts",
    "canForge: !disabled && unable === undefined,",
    "canForge: unable === undefined,",
  ]),
  // Of two epochs alone harms nothing: whoever gives a lease up grants nothing until its hold has run
  // out. Both rules together are what keeps a release that is under way from being forged beside.
  clusterMutant(9, "holds of two epochs combined, and granted while yielding", [
    "permit.ts",
    "if (hold === undefined || (first !== undefined && hold.stamp.epoch !== first.stamp.epoch)) {",
    "if (hold === undefined) {",
  ], [
    "manager_forge.ts",
    "if (forge?.givingUp !== undefined) return;",
    "",
  ]),
];
