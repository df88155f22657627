// Owns what is known of one cardano-node process: where it is in its life, and whether it may forge.
// Never trusts a signal for its effect: only a later scrape, settle time without metrics, or its end.

import type { MetricsTrial } from "./metrics_trial.ts";
import { type CpuTime, cpuTimeSeen } from "./node_silence.ts";
import { addMs, isBefore, type Monotonic } from "./time.ts";

export type NodePhase =
  | "unseen" // never identified in this guard's life
  | "starting" // the process runs, its socket refuses
  | "ready" // its socket accepts a connection
  | "refusing" // it was ready, and now its socket refuses
  | "gone"; // an identified process vanished

export type SighupReason =
  | "enable_forging"
  | "disable_forging"
  | "startup_cleanup"
  | "credentials_changed";

/** A process, not a pid: pids are used again. `startTicks` in clock ticks since boot (proc(5), field 22). */
export interface NodeIdentity {
  readonly pid: number;
  readonly startTicks: number;
}

/** One look at the process table and the node's socket. */
export type NodeSighting =
  | {
    readonly kind: "running";
    readonly identity: NodeIdentity;
    readonly startsNonProducing: boolean;
    readonly accepts: boolean;
    /** CPU time it has used, in clock ticks (proc(5), fields 14 and 15); undefined: not readable now. */
    readonly cpuTicks: number | undefined;
  }
  /** `note` lists what was looked for and what was seen instead. */
  | { readonly kind: "not_found"; readonly note: string };

/** One reading of the node's own metrics. */
export type NodeScrape =
  | {
    readonly kind: "read";
    readonly forgingEnabled: 0 | 1 | undefined;
    readonly aboutToLead: number | undefined;
  }
  | { readonly kind: "unreadable" };

/**
 * How much is to be feared of a process without a permit.
 * - `none`: its stop was confirmed, and nothing was done since that could start it.
 * - `possible`: a fresh process started non-producing; a stray SIGHUP could have started it.
 * - `likely`: it was told to forge, starts producing, has a history we do not know, or shows it.
 */
export type Suspicion = "none" | "possible" | "likely";

export interface SentSignal {
  readonly reason: SighupReason;
  readonly at: Monotonic;
  /** No earlier one can be under way, not even one of the guard before us: what is seen is its effect. */
  readonly isAlone: boolean;
  /** Its effect was seen, so that the next may be sent before the settle time is over. */
  readonly effectSeen: boolean;
}

export interface NodeLife {
  readonly phase: NodePhase;
  readonly identity: NodeIdentity | undefined;
  readonly startsNonProducing: boolean | undefined;
  readonly searchNote: string | undefined;
  /** It ran before this guard did: what was done to it is not known. */
  readonly ranBeforeGuard: boolean;
  readonly suspicion: Suspicion;
  /** Evidence of forging since the last signal: by gauge, or by signal and settle time without metrics. */
  readonly forging: boolean;
  /** We asked it to forge at some time in its life. */
  readonly toldToForge: boolean;
  readonly metricsReadable: boolean;
  /** Metrics were readable at least once in this process's life. */
  readonly metricsWereReadable: boolean;
  /** When the last scrape began that was answered at all, whatever it said. */
  readonly answeredAt: Monotonic | undefined;
  readonly cpuTime: CpuTime | undefined;
  readonly metricsTrial: MetricsTrial;
  readonly gauge: 0 | 1 | undefined;
  readonly gaugeReadAt: Monotonic | undefined;
  readonly aboutToLead: number | undefined;
  readonly signal: SentSignal | undefined;
  /** A process of this life ended, and key files it may have left still have to be removed. */
  readonly remainsToClean: boolean;
}

export const UNSEEN_NODE: NodeLife = {
  phase: "unseen",
  identity: undefined,
  startsNonProducing: undefined,
  searchNote: undefined,
  ranBeforeGuard: false,
  suspicion: "none",
  forging: false,
  toldToForge: false,
  metricsReadable: false,
  metricsWereReadable: false,
  answeredAt: undefined,
  cpuTime: undefined,
  metricsTrial: "open",
  gauge: undefined,
  gaugeReadAt: undefined,
  aboutToLead: undefined,
  signal: undefined,
  remainsToClean: false,
};

export function sameProcess(a: NodeIdentity | undefined, b: NodeIdentity | undefined): boolean {
  return a !== undefined && b !== undefined && a.pid === b.pid && a.startTicks === b.startTicks;
}

/** Whether the process can act: it runs, and its credentials would be read on a signal. */
export function isUp(node: NodeLife): boolean {
  return node.phase === "ready" || node.phase === "refusing";
}

interface Look {
  readonly sighting: NodeSighting;
  readonly at: Monotonic;
  /** Nothing was seen before by this guard. */
  readonly firstLook: boolean;
}

/** The node after a look. */
export function sightNode(before: NodeLife, look: Look): NodeLife {
  const node = sightPhase(before, look);
  const { sighting, at } = look;
  if (sighting.kind === "not_found") return node;
  return { ...node, cpuTime: cpuTimeSeen(node.cpuTime, { ticks: sighting.cpuTicks, at }) };
}

function sightPhase(node: NodeLife, { sighting, firstLook }: Look): NodeLife {
  if (sighting.kind === "not_found") {
    if (node.identity === undefined) return { ...node, searchNote: sighting.note };
    if (node.phase === "gone") return { ...node, searchNote: sighting.note };
    return {
      ...UNSEEN_NODE,
      phase: "gone",
      identity: node.identity,
      startsNonProducing: node.startsNonProducing,
      searchNote: sighting.note,
      remainsToClean: true,
    };
  }
  const { identity, startsNonProducing, accepts } = sighting;
  if (node.phase !== "gone" && sameProcess(node.identity, identity)) {
    if (!accepts) return node.phase === "ready" ? { ...node, phase: "refusing" } : node;
    if (isUp(node)) return node.phase === "ready" ? node : { ...node, phase: "ready" };
    return {
      ...node,
      phase: "ready",
      suspicion: node.suspicion === "likely" ? "likely" : "possible",
    };
  }
  const knownHarmless = startsNonProducing && !firstLook;
  return {
    ...UNSEEN_NODE,
    phase: accepts ? "ready" : "starting",
    identity,
    startsNonProducing,
    ranBeforeGuard: firstLook,
    suspicion: knownHarmless ? (accepts ? "possible" : "none") : "likely",
    remainsToClean: node.identity !== undefined && (node.remainsToClean || node.phase !== "gone"),
  };
}

/** Whether a further SIGHUP may be sent: the node handles signals concurrently, without a lock. */
export function signalIsSettled(
  node: NodeLife,
  { now, settleMs }: { now: Monotonic; settleMs: number },
): boolean {
  const { signal } = node;
  return signal === undefined || signal.effectSeen || !isBefore(now, addMs(signal.at, settleMs));
}

export function wantsForging(reason: SighupReason): boolean {
  return reason === "enable_forging" || reason === "credentials_changed";
}

export function signalSent(
  node: NodeLife,
  { reason, at, isAlone }: { reason: SighupReason; at: Monotonic; isAlone: boolean },
): NodeLife {
  const signal: SentSignal = { reason, at, isAlone, effectSeen: false };
  if (!wantsForging(reason)) return { ...node, signal };
  return { ...node, signal, toldToForge: true, suspicion: "likely", forging: false };
}

/** The node after a scrape that began at `begunAt`. */
export function scrapedNode(
  node: NodeLife,
  { scrape, begunAt, settleMs, gaugeIsReliable }: {
    scrape: NodeScrape;
    begunAt: Monotonic;
    settleMs: number;
    gaugeIsReliable: boolean;
  },
): NodeLife {
  if (scrape.kind === "unreadable") return { ...node, metricsReadable: false };
  // A node that does not expose the gauge is one whose metrics say nothing about forging.
  if (!gaugeIsReliable || scrape.forgingEnabled === undefined) {
    return { ...node, metricsReadable: false, answeredAt: begunAt };
  }
  const gauge = scrape.forgingEnabled;
  const read: NodeLife = {
    ...node,
    metricsReadable: true,
    metricsWereReadable: true,
    answeredAt: begunAt,
    gauge,
    gaugeReadAt: begunAt,
    aboutToLead: scrape.aboutToLead,
  };
  const { signal } = node;
  const beforeSignal = signal !== undefined && !isBefore(signal.at, begunAt);
  // Under way when the signal was sent: a 0 may be its effect, and must not pass for what was before it.
  if (beforeSignal) return { ...read, gauge: gauge === 1 ? 1 : node.gauge };
  if (gauge === 1) {
    // Only a rise shows that the handler is through; a gauge that stood at 1 shows nothing of it.
    const effectSeen = signal !== undefined && wantsForging(signal.reason) && signal.isAlone &&
      node.gauge === 0;
    return {
      ...read,
      forging: true,
      suspicion: "likely",
      signal: effectSeen ? { ...signal, effectSeen: true } : signal,
    };
  }
  const stopWanted = signal !== undefined && !wantsForging(signal.reason);
  if (!stopWanted) return withCounter({ ...read, forging: false }, node, scrape);
  // A gauge that was 0 before the stop shows nothing at once when a start may still be under way.
  const fellSinceSignal = node.gauge === 1 && signal.isAlone;
  const startCannotBeUnderWay = !node.toldToForge && node.startsNonProducing === true &&
    !node.ranBeforeGuard;
  const settled = !isBefore(begunAt, addMs(signal.at, settleMs));
  // That nothing can have started it shows that it stands still, and not that the handler is through.
  const effectSeen = fellSinceSignal || settled || signal.effectSeen;
  const confirmed = effectSeen || startCannotBeUnderWay;
  if (!confirmed) return { ...read, gauge: node.gauge, forging: false };
  const suspicion = mayYetBegin(read) ? node.suspicion : "none";
  return withCounter(
    { ...read, forging: false, suspicion, signal: { ...signal, effectSeen } },
    node,
    scrape,
  );
}

/**
 * A node without the flag begins to forge when it is up, whatever it was told before: until its socket
 * accepts, only slots that it checked show that it was up already.
 */
function mayYetBegin({ phase, startsNonProducing, aboutToLead = 0 }: NodeLife): boolean {
  return phase === "starting" && startsNonProducing !== true && aboutToLead === 0;
}

/** A slot check after a confirmed stop is forging, whatever the gauge says (cardano-node issue 6576). */
function withCounter(
  read: NodeLife,
  before: NodeLife,
  scrape: Extract<NodeScrape, { kind: "read" }>,
): NodeLife {
  // By one it may still rise after the scrape that confirmed the stop: the gauge falls first.
  const rose = before.suspicion === "none" && before.signal?.effectSeen === true &&
    before.aboutToLead !== undefined && scrape.aboutToLead !== undefined &&
    scrape.aboutToLead > before.aboutToLead + 1;
  return rose ? { ...read, suspicion: "likely", forging: true } : read;
}

/** Without metrics, a signal's effect is taken for granted once its settle time is over. */
export function settledNode(
  node: NodeLife,
  { now, settleMs, gaugeIsReliable }: {
    now: Monotonic;
    settleMs: number;
    gaugeIsReliable: boolean;
  },
): NodeLife {
  const { signal } = node;
  const blind = !gaugeIsReliable || !node.metricsWereReadable;
  if (!blind || signal === undefined || signal.effectSeen) return node;
  if (isBefore(now, addMs(signal.at, settleMs))) return node;
  const forging = wantsForging(signal.reason);
  return {
    ...node,
    forging,
    suspicion: forging || mayYetBegin(node) ? "likely" : "none",
    signal: { ...signal, effectSeen: true },
  };
}
