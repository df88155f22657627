// Owns the list of what could be wrong with the second tier and would have to be found, as patches of lib/core.
// Never touches lib/core itself: each is applied to a copy (cluster_mutation.ts).

import type { ViolationKind } from "./world.ts";

export interface Edit {
  /** File in lib/core. */
  readonly file: string;
  /** Stands there exactly once. */
  readonly find: string;
  readonly put: string;
}

export interface ClusterMutant {
  readonly name: string;
  /** What it endangers: safety is found by overlaps, policy by moves and by who forges in the end. */
  readonly endangers: "safety" | "policy";
  /** Seeds within which it is to be found. */
  readonly seeds: number;
  readonly edits: readonly Edit[];
}

const POLICY: readonly ViolationKind[] = ["needless_move", "wrong_winner", "nobody_forges"];
const SAFETY: readonly ViolationKind[] = ["two_forgers", "two_permits", "slot_twice"];

export function isOfKind({ endangers }: ClusterMutant, kind: ViolationKind): boolean {
  return endangers === "policy" ? POLICY.includes(kind) : SAFETY.includes(kind);
}

function mutant(
  endangers: ClusterMutant["endangers"],
  name: string,
  seeds: number,
  ...edits: [string, string, string][]
): ClusterMutant {
  return { name, endangers, seeds, edits: edits.map(([file, find, put]) => ({ file, find, put })) };
}

const WITHOUT_VERSION = "resourceVersion: undefined as never";

export const CLUSTER_MUTANTS: readonly ClusterMutant[] = [
  mutant("safety", "inheritance and renewal without CAS", 300, [
    "lease_record.ts",
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
  mutant("safety", "mine by name without uid", 300, [
    "manager_forge.ts",
    "    holder: `${cluster}@${seen.uid}`,\n    holderUid: seen.uid,",
    '    holder: cluster,\n    holderUid: "any",',
  ]),
  mutant("safety", "mine by the holder's text alone", 300, [
    "lease.ts",
    "const isOurs = seen.holder === self.holder && seen.holderUid === self.holderUid;",
    "const isOurs = seen.holder === self.holder;",
  ]),
  mutant("safety", "release with a foreign resourceVersion", 600, [
    "lease_record.ts",
    '  return rewritten(record, {\n    spec: { holderIdentity: "", renewTime },',
    `  record = {
    ...record,
    object: { ...record.object, metadata: { ...record.object.metadata, ${WITHOUT_VERSION} } },
  };
  return rewritten(record, {\n    spec: { holderIdentity: "", renewTime },`,
  ], [
    // Who remembers what came after it waits: only who begins afresh is deceived.
    "lease.ts",
    "if (!wentBack) return next;",
    "if (!wentBack || wentBack) return next;",
  ]),
  mutant("safety", "yield before the stop is confirmed", 100, [
    "forge_tier.ts",
    `  if (guard.epoch <= epoch || guard.fencing) return { kind: "keep" };
  if (guard.fencedSecond === undefined) return { kind: "lapse" };
  return { kind: "release", fencedSecond: guard.fencedSecond, preferredCluster: to, lapses };`,
    `  if (guard.epoch < epoch) return { kind: "keep" };
  return { kind: "release", fencedSecond: guard.fencedSecond ?? 0, preferredCluster: to, lapses };`,
  ]),
  mutant("safety", "permit from one hold only", 100, [
    "permit.ts",
    "if (hold === undefined || (first",
    "if (hold === undefined) continue;\n    if ((first",
  ]),
  mutant("safety", "forge lease claimed without the wait", 100, [
    "lease.ts",
    'if (isBefore(now, until)) return { kind: "wait", record: seen, until };',
    'if (isBefore(now, stillSince)) return { kind: "wait", record: seen, until };',
  ]),
  mutant("safety", "forge lease's wait is our own duration only", 600, [
    "lease.ts",
    "Math.max(ownDurationMs, recordMs, view.longestDurationMs, foreignMs)",
    "Math.max(ownDurationMs, foreignMs)",
  ]),
  mutant("safety", "grants while yielding", 300, [
    "manager_forge.ts",
    "if (forge?.givingUp !== undefined) return;",
    "",
  ], [
    "forge_tier.ts",
    'if (guard.epoch <= epoch || guard.fencing) return { kind: "keep" };',
    'if (guard.epoch < epoch || guard.fencing) return { kind: "keep" };',
  ]),
  mutant("policy", "stale heartbeat accepted for a yield", 600, [
    "policy_heartbeat.ts",
    'if (!isBefore(now, addMs(heartbeat.since, staleAfterMs))) return "stale";',
    'if (!isBefore(now, addMs(heartbeat.since, staleAfterMs))) return "fresh";',
  ]),
  mutant("policy", "answer of an older epoch accepted for a yield", 600, [
    "policy_yield_plan.ts",
    ": rival.forgeEpoch !== lease.transitions",
    ": rival.forgeEpoch === -1",
  ]),
  mutant("policy", "failback without delay", 200, [
    "policy_yield_plan.ts",
    "return latest(addMs(latest(held, aheadSince), delayMs), addMs(held, minimumStayMs));",
    "return latest(aheadSince, addMs(held, minimumStayMs - delayMs));",
  ]),
  mutant("policy", "a cluster that cannot forge renews", 100, [
    "forge_tier.ts",
    '? { kind: "lead" } : { kind: "lapse" };',
    '? { kind: "lead" } : { kind: "lead" };',
  ], [
    "forge_tier.ts",
    'return { epoch: context.localEpoch, reason: "start_failed", to: undefined, lapses: true };',
    "return undefined;",
  ], [
    "forge_tier.ts",
    'if (context.localGivesUp !== "no") return only({ kind: "lapse" });',
    'if (context.localGivesUp !== "no") return only({ kind: "keep" });',
  ], [
    "forge_tier.ts",
    'if (!guard.isFit) return only({ kind: "lapse" });',
    'if (!guard.isFit) return only({ kind: "keep" });',
  ]),
  mutant("policy", "what ran out under our name stays as it is", 300, [
    "forge_tier.ts",
    "return silentAt === undefined || isBefore(now, silentAt) ? undefined : silentAt;",
    "return silentAt === undefined || isBefore(now, silentAt) ? undefined : undefined;",
  ]),
  mutant("policy", "rank delay ignored", 300, [
    "policy.ts",
    "return cluster.rank * CLAIM_STEP_MS;",
    "return cluster.rank * 0 * CLAIM_STEP_MS;",
  ]),
  mutant("policy", "disabled cluster claims", 100, [
    "policy_judge.ts",
    'excluded: disabled ? "disabled" : undefined,',
    "excluded: undefined,",
  ], [
    "policy_judge.ts",
    "canForge: !disabled && unable === undefined,",
    "canForge: unable === undefined,",
  ]),
];
