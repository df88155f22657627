// Owns what the guard tells the manager, and when it is worth telling; and the log lines of what it thus tells.
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
import { elapsedMs, type GuardInstant, type Monotonic } from "../core/time.ts";
import type { CredentialsVerdict } from "../credentials/verdict.ts";
import type { GuardReport, GuardToManager } from "../door.ts";
import type { Log } from "../log.ts";
import { reasonWord } from "../reason.ts";
import type { CredentialKeeper } from "./credential_keeper.ts";
import type { Hands } from "./hands.ts";
import { readMemory } from "./memory.ts";

/** A sign of life, where nothing changes. */
const REPORT_MS = 5_000;
/** What changes by time alone, as the end of a back-off, is looked for this often. */
const LOOK_MS = 1_000;
/** Everything else that findings are made of; each is replaced, never changed in place. */
const SOURCES = [
  "stamps",
  "permit",
  "node",
  "files",
  "credentials",
  "fence",
  "backoff",
  "fencedSecond",
  "fences",
  "metricsUnreliable",
  "shuttingDown",
] as const satisfies readonly (keyof Guarding)[];

export interface ReporterOptions {
  readonly keeper: Pick<CredentialKeeper, "verdict" | "rejected">;
  readonly hands: Pick<Hands, "signals" | "kills" | "fileOperations">;
  readonly log: Log;
  readonly tell: (message: GuardToManager) => void;
}

export class Reporter {
  readonly #options: ReporterOptions;
  #lookedAt: { state: Guarding; verdict: CredentialsVerdict; at: Monotonic } | undefined;
  #key = "";
  #toldAt: Monotonic | undefined;
  #unfitCode: string | undefined;
  #isFirst = true;
  #wasOverdue = false;
  #tipSlot: number | undefined;

  constructor(options: ReporterOptions) {
    this.#options = options;
  }

  /** Goes out with the next report: nobody waits for it. */
  noteTip(slot: number | undefined): void {
    this.#tipSlot = slot;
  }

  /** After each turn of the machine: tells what changed, or that nothing did for a while. */
  turn(state: Guarding, now: GuardInstant): void {
    if (!this.#mayDiffer(state, now)) return;
    this.#lookedAt = { state, verdict: this.#options.keeper.verdict, at: now.monotonic };
    const findings = this.#findings(state, now);
    const key = reportKey(findings, state);
    const isDue = this.#toldAt === undefined ||
      elapsedMs(this.#toldAt, now.monotonic) >= REPORT_MS;
    if (key === this.#key && !isDue) return;
    this.#key = key;
    this.#toldAt = now.monotonic;
    this.#logChanges(findings);
    const report = { ...findings, memory: readMemory(), tipSlot: this.#tipSlot };
    this.#options.tell({ kind: "report", report });
  }

  /** Four times a second nothing happens: that must cost next to nothing. */
  #mayDiffer(state: Guarding, now: GuardInstant): boolean {
    const last = this.#lookedAt;
    if (last === undefined || elapsedMs(last.at, now.monotonic) >= LOOK_MS) return true;
    return last.verdict !== this.#options.keeper.verdict || state.fence !== undefined ||
      SOURCES.some((name) => state[name] !== last.state[name]);
  }

  report(state: Guarding, now: GuardInstant): GuardReport {
    return { ...this.#findings(state, now), memory: readMemory(), tipSlot: this.#tipSlot };
  }

  #logChanges({ unfit, node }: Findings): void {
    const { log } = this.#options;
    if (this.#isFirst || unfit?.code !== this.#unfitCode) {
      if (unfit === undefined) log.info("Fit to lead");
      else log.info("Not fit to lead", { reason: reasonWord(unfit.code), found: unfit.message });
    }
    this.#isFirst = false;
    this.#unfitCode = unfit?.code;
    if (node.socketOverdue && !this.#wasOverdue) {
      log.error("No node accepted connections within SOCKET_WAIT_TIMEOUT: waiting on", {
        phase: node.phase,
        found: node.searchNote,
      });
    }
    this.#wasOverdue = node.socketOverdue;
  }

  #findings(state: Guarding, now: GuardInstant): Findings {
    const { keeper, hands } = this.#options;
    const { node, files } = state;
    return {
      epoch: state.stamps.epoch,
      node: {
        phase: node.phase,
        pid: node.phase === "gone" ? undefined : node.identity?.pid,
        startsNonProducing: node.startsNonProducing,
        searchNote: node.searchNote,
        socketOverdue: socketIsOverdue(state, now.monotonic),
      },
      forging: forgingVerdict(state),
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
      startupReady: isStartupReady(state, keeper.verdict.kind === "valid"),
      deadMan: deadManVerdict(state, now),
      signals: hands.signals,
      kills: hands.kills,
      fileOperations: hands.fileOperations,
      fenceMarginsMs: state.fenceMarginsMs,
      fences: state.fences,
      nodeMetricsReadable: node.metricsReadable,
    };
  }
}

type Findings = Omit<GuardReport, "memory" | "tipSlot">;

/** All three files in place and valid, or a node that was started with them already. */
function isStartupReady({ node, files, settings }: Guarding, isValid: boolean): boolean {
  if (isUp(node) || node.phase === "starting") return true;
  return isValid && (files.inPlace === "installed" || !settings.nodeRequired);
}

/** Equal for reports between which nothing happened but time. */
function reportKey(findings: Findings, { permit }: Pick<Guarding, "permit">): string {
  const { permitLeftMs: _time, deadMan, unfit, ...lasting } = findings;
  return JSON.stringify([permit?.until, deadMan.live, unfit?.code, lasting]);
}
