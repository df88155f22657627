// Owns what the guard says of itself: fit to lead or not, forging or not, and the dead-man's verdict.
// Never changes the machine: pure readings of its state.

import { fenceCountsFrom } from "./fence.ts";
import { type Guarding } from "./forging_state.ts";
import { isUp } from "./node_life.ts";
import { isSilent } from "./node_silence.ts";
import { addMs, elapsedMs, type GuardInstant, isBefore, type Monotonic } from "./time.ts";

/** Why this replica may not lead at the moment, as a code for metrics, conditions and logs. */
export type Unfit =
  | "shutting_down"
  | "credentials_invalid"
  | "install_failed" // the key folder refuses writes
  | "node_not_found"
  | "node_starts_producing"
  | "node_starting"
  | "node_gone"
  | "node_refusing" // it was ready, and now its socket refuses
  | "node_silent" // its socket accepts, and it hangs
  | "start_failed" // a start took no effect; backing off
  | "forging_unconfirmed"; // what the node does is not known yet, or a stop is still unconfirmed

export interface UnfitVerdict {
  readonly code: Unfit;
  readonly message: string;
}

/** Undefined when this replica may claim a lease, and when it rightly holds one. */
export function unfitness(state: Guarding, now: Monotonic): UnfitVerdict | undefined {
  if (state.shuttingDown) return { code: "shutting_down", message: "the sidecar is shutting down" };
  if (!state.credentials.usable) {
    return { code: "credentials_invalid", message: "there is no valid set of credentials" };
  }
  if (state.files.problem !== undefined) {
    return { code: "install_failed", message: state.files.problem };
  }
  const byNode = nodeUnfitness(state);
  if (byNode !== undefined) return byNode;
  if (state.backoff !== undefined && isBefore(now, state.backoff.until)) {
    const { failures } = state.backoff;
    const starts = failures === 1 ? "the last start" : `the last ${failures} starts`;
    return {
      code: "start_failed",
      message: `${starts} took no effect; a pause lies before the next`,
    };
  }
  const unconfirmed = state.permit === undefined && state.node.identity !== undefined &&
    (state.node.suspicion !== "none" || state.files.inPlace !== "absent");
  if (unconfirmed) {
    return {
      code: "forging_unconfirmed",
      message: "it is not confirmed yet that the node does not forge",
    };
  }
  return undefined;
}

function nodeUnfitness(state: Guarding): UnfitVerdict | undefined {
  const { node, settings } = state;
  switch (node.phase) {
    case "unseen":
      return settings.nodeRequired
        ? { code: "node_not_found", message: node.searchNote ?? "no look was taken yet" }
        : undefined;
    case "starting":
      return node.startsNonProducing === true
        ? { code: "node_starting", message: "its socket does not accept connections yet" }
        : {
          code: "node_starts_producing",
          message: "started without --start-as-non-producing-node: add it to the node's arguments",
        };
    case "gone":
      return { code: "node_gone", message: "its process ended" };
    case "refusing":
      return { code: "node_refusing", message: "its socket accepts no connections any more" };
    case "ready":
      return hangs(state)
        ? { code: "node_silent", message: "it hangs: it uses no CPU time and answers no scrape" }
        : undefined;
  }
}

/**
 * Only while the stop that follows is confirmed by what the node shows or by its end: where metrics
 * are doubted a stop is taken for granted after a while, which is no proof of one that hangs.
 */
function hangs({ node, metricsUnreliable }: Guarding): boolean {
  return !metricsUnreliable && isSilent(node);
}

/** What the node is seen to do. `unknown` covers every process whose stop is not confirmed. */
export function forgingVerdict(state: Guarding): "forging" | "stopped" | "unknown" {
  const { node, settings, files, permit } = state;
  if (node.identity === undefined) {
    if (settings.nodeRequired) return "unknown";
    return permit !== undefined && files.inPlace === "installed" ? "forging" : "stopped";
  }
  if (node.forging) return "forging";
  return node.suspicion === "none" ? "stopped" : "unknown";
}

/** Whether the verdict above rests on the node's own metrics. */
export function isVerified({ node }: Guarding): boolean {
  return node.identity !== undefined && (node.metricsReadable || node.phase === "gone");
}

/** Whether a stop is under way and not confirmed: the lease is then renewed without a permit. */
export function isFencing({ fence, node }: Guarding): boolean {
  return fence !== undefined && node.suspicion !== "none";
}

/** Whether a signal must be sent and may not be yet. */
export function owesSignal({ permit, node, fence }: Guarding): boolean {
  if (!isUp(node)) return false;
  if (permit !== undefined && fence === undefined) return !node.forging;
  return node.suspicion !== "none" && fence?.signalledAt === undefined;
}

/**
 * What the node container's liveness probe is told. Not live only where a ready node may forge
 * without a permit longer than the fence may take: the kubelet then restarts it.
 */
export function deadManVerdict(
  state: Guarding,
  now: GuardInstant,
): { readonly live: boolean; readonly reason: string } {
  const { node, fence, permit, settings } = state;
  if (node.phase === "unseen") return { live: true, reason: "no node identified" };
  if (node.phase === "gone") return { live: true, reason: "the node's process is gone" };
  const feared = isUp(node) && node.suspicion === "likely" && !state.metricsUnreliable;
  if (!feared) return { live: true, reason: "the node does not forge" };
  if (permit !== undefined && isBefore(now.permit, permit.until)) {
    return { live: true, reason: "the node holds a permit" };
  }
  // The end of a permit counts even where no step has come round since to open the fence.
  const since = fence === undefined ? permit?.until : fenceCountsFrom(fence);
  if (since === undefined || isBefore(now.permit, addMs(since, settings.fenceTimeoutMs))) {
    return { live: true, reason: "a fence is under way" };
  }
  const forMs = Math.round(elapsedMs(since, now.permit));
  return {
    live: false,
    reason: `the node may forge without a permit, its stop is unconfirmed for ${forMs} ms`,
  };
}

/** SOCKET_WAIT_TIMEOUT passed without a node whose socket accepts. */
export function socketIsOverdue(state: Guarding, now: Monotonic): boolean {
  const waits = state.settings.nodeRequired && !isUp(state.node);
  return waits &&
    !isBefore(now, addMs(state.socketAwaitedSince, state.settings.socketWaitTimeoutMs));
}
