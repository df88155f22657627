// Owns what the guard tells the manager, and when it is worth telling.
// Never tells a byte of a key.

import type { Guarding } from "../core/forging_state.ts";
import {
  deadManVerdict,
  forgingVerdict,
  isFencing,
  isVerified,
  owesSignal,
  socketIsOverdue,
  unfitness,
} from "../core/guard_verdicts.ts";
import { isUp } from "../core/node_life.ts";
import { permitLeftMs } from "../core/permit.ts";
import type { GuardInstant } from "../core/time.ts";
import type { GuardReport } from "../door.ts";
import type { CredentialKeeper } from "./credential_keeper.ts";

export interface ReportSources {
  readonly state: Guarding;
  readonly now: GuardInstant;
  readonly keeper: CredentialKeeper;
  readonly signals: GuardReport["signals"];
  readonly fileOperations: GuardReport["fileOperations"];
  readonly memory: GuardReport["memory"];
}

export function makeReport(
  { state, now, keeper, signals, fileOperations, memory }: ReportSources,
): GuardReport {
  const { node, files } = state;
  const forging = forgingVerdict(state);
  const nodeIsUp = isUp(node);
  return {
    epoch: state.stamps.epoch,
    node: {
      phase: node.phase,
      pid: node.phase === "gone" ? undefined : node.identity?.pid,
      startsNonProducing: node.startsNonProducing,
      searchNote: node.searchNote,
      socketOverdue: socketIsOverdue(state, now.monotonic),
    },
    forging,
    verified: isVerified(state),
    fencedSecond: state.fencedSecond,
    permitLeftMs: permitLeftMs(state.permit, now.permit),
    signalOwed: owesSignal(state),
    unfit: unfitness(state, now.monotonic),
    fencing: isFencing(state),
    startFailed: state.backoff !== undefined,
    files: files.inPlace,
    credentials: keeper.verdict,
    rejectedSource: keeper.rejected,
    startupReady: nodeIsUp || node.phase === "starting" ||
      (files.inPlace === "installed" && keeper.verdict.kind === "valid") ||
      (!state.settings.nodeRequired && keeper.verdict.kind === "valid"),
    deadMan: deadManVerdict(state, now),
    signals: { ...signals },
    fileOperations: { ...fileOperations },
    fenceMarginsMs: state.fenceMarginsMs,
    fences: state.fences,
    nodeMetricsReadable: node.metricsReadable,
    memory,
  };
}

/** Equal for reports between which nothing happened but time. */
export function reportKey(report: GuardReport, { permit }: Guarding): string {
  const { permitLeftMs: _time, memory: _memory, deadMan, unfit, ...lasting } = report;
  const until = permit?.until;
  return JSON.stringify({ ...lasting, until, live: deadMan.live, unfit: unfit?.code });
}
