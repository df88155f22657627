// Owns one replica in words that somebody understands who sees the program for the first time.
// Never looks at the world: it is told what was seen.

import type { PodStatus } from "./pod_status.ts";

export interface ReplicaFacts {
  readonly name: string;
  readonly life: "absent" | "running" | "ending";
  readonly sidecarRuns: boolean;
  readonly nodeRuns: boolean;
  readonly isFrozen: boolean;
  readonly isCutOff: boolean;
  /** Undefined where the sidecar does not answer. */
  readonly status: PodStatus | undefined;
  readonly statusAgeMs: number;
}

export interface ReplicaView {
  readonly name: string;
  readonly pod: "no pod" | "ending" | "no sidecar" | "frozen" | "starting" | "cut off" | "up";
  readonly node: string;
  readonly leads: boolean;
  readonly forging: "confirmed" | "no" | "unknown";
  readonly permitLeftMs: number;
  /** Empty where it waits for nothing. */
  readonly waitsFor: string;
  /** It leads, and its node was seen to forge. */
  readonly isForger: boolean;
  /** It could take over at once. */
  readonly isStandby: boolean;
}

export function viewOf(facts: ReplicaFacts): ReplicaView {
  const { name, status } = facts;
  const leads = status?.leads ?? false;
  const forging = forgingOf(facts);
  const unfit = status?.guard?.unfit;
  return {
    name,
    pod: podWord(facts),
    node: nodeWord(facts),
    leads,
    forging,
    permitLeftMs: Math.max(0, (status?.permitLeftMs ?? 0) - facts.statusAgeMs),
    waitsFor: waitsFor(facts),
    isForger: leads && forging === "confirmed" && status !== undefined,
    isStandby: podWord(facts) === "up" && !leads && forging === "no" && unfit === undefined,
  };
}

function podWord(facts: ReplicaFacts): ReplicaView["pod"] {
  if (facts.life === "absent") return "no pod";
  if (facts.life === "ending") return "ending";
  if (!facts.sidecarRuns) return "no sidecar";
  if (facts.isFrozen) return "frozen";
  if (facts.isCutOff) return "cut off";
  return facts.status === undefined ? "starting" : "up";
}

const NODE_WORDS: Readonly<Record<string, string>> = {
  unseen: "none yet",
  starting: "starting",
  ready: "ready",
  refusing: "refusing",
  gone: "ended",
};

function nodeWord({ nodeRuns, status, life }: ReplicaFacts): string {
  if (life === "absent") return "–";
  const phase = status?.guard?.node.phase;
  if (!nodeRuns) return phase === undefined || phase === "unseen" ? "none yet" : "ended";
  return phase === undefined ? "running" : NODE_WORDS[phase] ?? phase;
}

function forgingOf({ nodeRuns, status }: ReplicaFacts): ReplicaView["forging"] {
  if (!nodeRuns) return "no";
  const forging = status?.guard?.forging;
  if (forging === "forging") return "confirmed";
  return forging === "stopped" ? "no" : "unknown";
}

const UNFIT_WORDS: Readonly<Record<string, string>> = {
  node_not_found: "its node to start",
  node_starting: "its node to be ready",
  node_gone: "its node to come back",
  node_refusing: "its node to answer again",
  node_silent: "its node to go on",
  forging_unconfirmed: "the proof that its node does not forge",
  shutting_down: "the proof that its node stopped",
};

function waitsFor(facts: ReplicaFacts): string {
  const { life, sidecarRuns, isFrozen, isCutOff, status } = facts;
  if (life === "absent") return "a new pod";
  if (!sidecarRuns) return "its sidecar to be started again";
  if (isFrozen) return "its sidecar to be thawed";
  if (status === undefined) return life === "ending" ? "its end" : "its sidecar to start";
  if (status.leads) {
    const { tier } = status;
    if (tier !== undefined && !tier.forgeLease.isHeld) return forgeLeaseInWords(tier);
    return status.guard?.forging === "forging" ? "" : "its node to be seen forging";
  }
  const unfit = status.guard?.unfit;
  if (unfit !== undefined) return UNFIT_WORDS[unfit.code] ?? unfit.message;
  if (isCutOff) return "an answer of the API server";
  return standingInWords(status.lease.standing);
}

/** /status tells it in full; here it must fit a column, and read after "waits for". */
const STANDINGS: readonly (readonly [pattern: RegExp, words: string])[] = [
  [/^held by (\S+); claimable in (\d+) s.*$/, "$1 to be silent for $2 s"],
  [/^vacant without a receipt; claimable in (\d+) s.*$/, "the lease to be silent for $1 s"],
  [/^free .* about to be claimed$/, "the answer to its claim"],
  [/^the lease does not exist.*$/, "the lease to be created"],
  [/^the lease was not read yet$/, "its first look at the lease"],
  [/^ours by its record.*$/, "the renewal of its lease"],
  [/^the pool is not known.*$/, "its certificate to be read"],
  [/^free \(.*\)$/, "its turn to claim the forge lease"],
  [/^this cluster's by its record.*$/, "the renewal of the forge lease"],
  [/^being given up.*$/, "the forge lease to be handed on"],
  [/^giving leadership up.*$/, "the lease to be handed on"],
];

/** Of a local leader, whose cluster does not forge. */
function forgeLeaseInWords(
  { coordination, forgeLease }: NonNullable<PodStatus["tier"]>,
): string {
  if (coordination.reach === "unreachable") return "an answer of the hub";
  return standingInWords(forgeLease.standing).replace(/^the lease/, "the forge lease");
}

function standingInWords(standing: string): string {
  const found = STANDINGS.find(([pattern]) => pattern.test(standing));
  return found === undefined ? standing : standing.replace(found[0], found[1]);
}
