// Owns the protocol bugs that the simulation of one cluster must find.
// Never touches lib/core itself: each is applied to a copy (mutation.ts).

import { guardMutant, type Mutant, mutant } from "./mutant.ts";

export const MUTANTS: readonly Mutant[] = [
  mutant(1, "permit counts from the answer's time", [
    "permit.ts",
    "const until = addMs(stamp.at, Math.min(request.holdMs, holdMsMax));",
    "const until = addMs(now, Math.min(request.holdMs, holdMsMax));",
  ]),
  mutant(1, "permit lasts as long as the lease", [
    "permit.ts",
    "Math.min(request.holdMs, holdMsMax)",
    "request.holdMs",
  ], [
    "election.ts",
    "hold: { stamp, holdMs: settings.holdMs, fencedSecond, sentAt },",
    "hold: { stamp, holdMs: settings.durationMs, fencedSecond, sentAt },",
  ]),
  // Each half alone is covered by the other: the manager grants nothing while it gives up, and the
  // guard would not take it.
  mutant(1, "grant of an older epoch is given and honoured", [
    "manager_forge.ts",
    "if (request === undefined || nonce === undefined || givingUp !== undefined) return;",
    "if (request === undefined || nonce === undefined) return;",
  ], [
    "permit.ts",
    'if (stamp.epoch !== book.epoch) return { kind: "refused", why: "old_epoch" };',
    "",
  ], [
    "permit.ts",
    "return { ...book, epoch: book.epoch + 1, outstanding: [] };",
    "return { ...book, epoch: book.epoch + 1 };",
  ]),
  mutant(1, "carried permit starts a node", [
    "forging_start.ts",
    "if (turn.state.permit?.carried) return endCarriedPermit(turn);",
    "",
  ]),
  mutant(1, "permit file outlives the fence", [
    "forging_turn.ts",
    "  });\n  keepPermit(turn);\n}\n",
    "  });\n}\n",
  ], [
    "forging_turn.ts",
    "if (permit === undefined && isOnFile) keepPermit(turn);",
    "",
  ]),
  mutant(7, "a restarted guard gives the node all its time anew", [
    "forging_turn.ts",
    "since: stopOwedSince === undefined\n        ? now\n        : instantAgo(now, elapsedMs(stopOwedSince, now.permit)),",
    "since: now,",
  ]),
  mutant(2, "PUT without uid", [
    "lease_writes.ts",
    "metadata: { ...object.metadata, annotations },",
    "metadata: { ...object.metadata, annotations, uid: undefined as never },",
  ]),
  mutant(2, "PUT without resourceVersion", [
    "lease_writes.ts",
    "metadata: { ...object.metadata, annotations },",
    "metadata: { ...object.metadata, annotations, resourceVersion: undefined as never },",
  ]),
  mutant(2, "unknown outcome counts as a hold", [
    "election.ts",
    "  const failures = election.failures + 1;\n",
    `  if (business?.kind === "writing" && business.stamp !== undefined && outcomeIsUnknown(failure)) {
    const { stamp, nonce, sentAt } = business;
    update(turn, {
      nonces: [nonce],
      hold: { stamp, holdMs: election.settings.holdMs, fencedSecond: undefined, sentAt },
    });
    turn.effects.push({ kind: "wrote", name: election.settings.name, write: "renew" });
  }
  const failures = election.failures + 1;
`,
  ]),
  mutant(3, "wait counts on the wall clock", [
    "election.ts",
    "at: context.now.monotonic,\n    ownDurationMs",
    "at: context.now.wall as never,\n    ownDurationMs",
  ], [
    "election_moves.ts",
    "return leaseStanding(election.view, { self, now });",
    "return leaseStanding(election.view, { self, now: (election as never as { wall: never }).wall ?? now });",
  ], [
    "election.ts",
    "const turn: Turn = { election, effects: [], context };",
    "const turn: Turn = { election: { ...election, wall: context.now.wall } as never, effects: [], context };",
  ], [
    "election.ts",
    'standing.kind === "wait" ? standing.until : undefined',
    'standing.kind === "wait" ? addMs(now.monotonic, 500) : undefined',
  ]),
  mutant(3, "wait is our own duration only", [
    "lease.ts",
    "Math.max(ownDurationMs, recordMs, view.longestDurationMs, foreignMs)",
    "ownDurationMs",
  ]),
  mutant(3, "claim without the wait", [
    "lease.ts",
    'if (isBefore(now, until)) return { kind: "wait", record: seen, until };',
    'if (isBefore(now, stillSince)) return { kind: "wait", record: seen, until };',
  ]),
  mutant(3, "wait counts from the first sight of the lease", [
    "lease.ts",
    "stillSince: still ? view.stillSince : at,",
    "stillSince: view.stillSince ?? at,",
  ]),
  mutant(3, "transitions that went back are believed", [
    "lease.ts",
    "const wentBack = !goesOn && seen.transitions < view.highestTransitions;",
    "const wentBack = false;",
  ]),
  mutant(4, "receipt is bound to nothing", [
    "lease_record.ts",
    "return bound ? receipt : undefined;",
    "return receipt ?? (bound ? receipt : undefined);",
  ]),
  mutant(4, "receipt stays when claimed", [
    "lease_writes.ts",
    "    [ANNOTATION.receipt]: undefined,\n    [ANNOTATION.movedTo]: undefined,",
    "    [ANNOTATION.movedTo]: undefined,",
  ]),
  mutant(4, "release before the stop is confirmed", [
    "manager.ts",
    'if (guard.epoch <= givingUp.epoch || guard.fencing) return { kind: "keep" };',
    'if (guard.fencing) return { kind: "release", fencedSecond: 0 };',
  ]),
  mutant(4, "release by a report from before the revoke", [
    "manager.ts",
    "if (guard.epoch <= givingUp.epoch || guard.fencing)",
    "if (guard.fencing)",
  ]),
  mutant(5, "mine by name alone", [
    "lease.ts",
    "return wroteIt && seen.holder === self.holder && seen.holderUid === self.holderUid;",
    "return seen.holder === self.holder;",
  ]),
  mutant(5, "mine by name and nonce's presence", [
    "lease.ts",
    "seen.nonce !== undefined && self.nonces.includes(seen.nonce);",
    "seen.nonce !== undefined;",
  ]),
  mutant(6, "lease given away by hand is ignored", [
    "election.ts",
    "if (!foreign || !ours) return;",
    "if (ours || !foreign) return;",
  ]),
  mutant(6, "written back without a running permit", [
    "election_moves.ts",
    'if (wish.kind === "lead" && vacant && holdRuns(turn.election, now.monotonic)) {',
    'if (wish.kind === "lead" && vacant && now !== undefined) {',
  ], [
    "election.ts",
    'if (write.kind === "write_back" && event.permitLeftMs <= 0) {',
    'if (write.kind === "write_back" && event.permitLeftMs < 0) {',
  ]),
  mutant(7, "no signal when the files are gone already", [
    "forging_stop.ts",
    'if (fence === undefined || files.inPlace === "installed" ||',
    'if (fence === undefined || isBefore(files.triedAt ?? monotonic(0), fence.since.monotonic) || files.inPlace === "installed" ||',
  ]),
  mutant(7, "stop confirmed by a gauge that was 0 before", [
    "node_life.ts",
    "const confirmed = effectSeen || startCannotBeUnderWay;",
    "const confirmed = effectSeen || startCannotBeUnderWay || gauge === 0;",
  ]),
  mutant(7, "two signals in flight", [
    "node_life.ts",
    "return signal === undefined || signal.effectSeen || !isBefore(now, addMs(signal.at, settleMs));",
    "return signal === undefined || signal.effectSeen || !isBefore(now, addMs(signal.at, settleMs - settleMs));",
  ]),
  mutant(7, "first signal taken for done by a gauge that stood at 0", [
    "node_life.ts",
    "const effectSeen = fellSinceSignal || settled || signal.effectSeen;",
    "const effectSeen = fellSinceSignal || settled || signal.effectSeen || startCannotBeUnderWay;",
  ]),
  mutant(7, "no kill", [
    "forging_stop.ts",
    "if (killIsDue(turn) && !doubtsMetrics(turn)) return kill(turn);",
    "if (killIsDue(turn)) doubtsMetrics(turn);",
  ]),
  mutant(7, "a node that hangs counts as stopped", [
    "node_life.ts",
    "return { ...node, cpuTime: cpuTimeSeen(node.cpuTime, { ticks: sighting.cpuTicks, at }) };",
    `const seen = { ...node, cpuTime: cpuTimeSeen(node.cpuTime, { ticks: sighting.cpuTicks, at }) };
  return isSilent(seen) ? { ...seen, suspicion: "none", forging: false } : seen;`,
  ], [
    "node_life.ts",
    "import { type CpuTime, cpuTimeSeen }",
    "import { type CpuTime, cpuTimeSeen, isSilent }",
  ]),
  mutant(7, "a node that hangs keeps the lead", [
    "guard_verdicts.ts",
    "return !metricsUnreliable && isSilent(node);",
    "return metricsUnreliable && isSilent(node);",
  ]),
  mutant(7, "patience without an end", [
    "fence.ts",
    "return addMs(now.monotonic, elapsedMs(now.permit, addMs(patientUntil, halfMs)));",
    "return addMs(now.monotonic, elapsedMs(now.permit, now.permit) + halfMs);",
  ]),
  mutant(7, "forging without a permit is not seen", [
    "node_life.ts",
    "  if (gauge === 1) {\n",
    '  if (gauge === 1 && node.suspicion === "none") return read;\n  if (gauge === 1) {\n',
  ]),
  mutant(8, "no slot rule", [
    "forging_start.ts",
    "if (wallSecond(turn.now.wall) > fenced) return false;",
    "if (wallSecond(turn.now.wall) > fenced || fenced > 0) return false;",
  ]),
  mutant(8, "a slot's second is lost by who passes the lease on", [
    "manager.ts",
    "fencedSecond: secondToRelease(turn, guard.fencedSecond)",
    "fencedSecond: guard.fencedSecond",
  ]),
  mutant(10, "previous names are not asked for", [
    "manager_previous.ts",
    'if (at.kind === "mine") return true;\n  if (at.kind === "moved"',
    'if (at.kind !== "moved") return true;\n  if (at.kind === "moved"',
  ]),
  mutant(10, "of two marks the earlier counts too", [
    "election_moves.ts",
    "return movedTo.includes(to) && transitions > above;",
    "return movedTo.includes(to) || transitions > above;",
  ]),
  mutant(10, "a missing previous lock counts as left", [
    "manager_previous.ts",
    'if (at.kind === "other_pool") return true;',
    'if (at.kind === "other_pool" || at.kind === "absent" || (at.kind === "wait" && at.record.renewTime === "")) return true;',
  ]),
  mutant(10, "another pool's lease is claimed", [
    "lease.ts",
    "if (seen.poolId !== undefined && seen.poolId !== self.poolId) {",
    'if (seen.poolId === "") {',
  ]),
  guardMutant(1, "a node beside a frozen guard is found out too late", "is_probed_too_seldom"),
  guardMutant(7, "files are truncated, not unlinked", "truncates_for_unlinking"),
  mutant(7, "files are removed and nothing is signalled", [
    "forging_stop.ts",
    '  sighup(turn, fresh ? "startup_cleanup" : "disable_forging");',
    '  if (fresh) sighup(turn, "startup_cleanup");',
  ]),
  mutant(7, "a node that starts producing gets its files again", [
    "forging_moves.ts",
    "return awaitsStart && node.startsNonProducing === true;",
    "return awaitsStart;",
  ], [
    "node_life.ts",
    "const knownHarmless = startsNonProducing && !firstLook;",
    "const knownHarmless = !firstLook;",
  ]),
  mutant(8, "new credentials are signalled inside a slot", [
    "forging_start.ts",
    `    openFence(turn, { reason: "credentials_changed", claimableAt: undefined });
    update(turn, { refreshing: true });`,
    `    update(turn, { files: { ...files, generation: credentials.generation } });
    sighup(turn, "credentials_changed");`,
  ]),
];
