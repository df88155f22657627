// Owns the guard's machine: one event in, the next state and its effects out.
// Never lets an event find a permit that time has ended.

import { assertNever } from "./assert_never.ts";
import { restarted } from "./fence.ts";
import { actOnState } from "./forging_moves.ts";
import { type ForgingEvent, type ForgingStep, type Guarding, SETTLE_MS } from "./forging_state.ts";
import {
  endPermit,
  failStart,
  hurryFence,
  keepPermit,
  log,
  type Turn,
  update,
} from "./forging_turn.ts";
import { metricsTrial } from "./metrics_trial.ts";
import {
  isUp,
  type NodeLife,
  type NodeSighting,
  scrapedNode,
  settledNode,
  sightNode,
  signalSent,
} from "./node_life.ts";
import { honourGrant, issueStamp, nextEpoch, permitLeftMs } from "./permit.ts";
import { addMs, type GuardInstant, isBefore } from "./time.ts";

/** The last granted write and a few of unknown outcome: any of them may be what the Lease shows. */
const NONCES_KEPT = 16;

/** Takes one event and returns the state after it, what to do, and when to be asked again. */
export function stepForging(
  state: Guarding,
  { event, now }: { event: ForgingEvent; now: GuardInstant },
): ForgingStep {
  const turn: Turn = { state, effects: [], now };
  // Before anything else, so that no event finds a permit that time has ended.
  endExpiredPermit(turn);
  take(turn, event);
  const wakeAt = actOnState(turn);
  return { state: turn.state, effects: turn.effects, wakeAt };
}

function endExpiredPermit(turn: Turn): void {
  const { permit } = turn.state;
  if (permit !== undefined && !isBefore(turn.now.permit, permit.until)) {
    endPermit(turn, "permit_ended");
  }
}

function take(turn: Turn, event: ForgingEvent): void {
  switch (event.kind) {
    case "tick":
      return settle(turn);
    case "looked":
      return takeSighting(turn, event.sighting);
    case "scraped":
      return takeScrape(turn, event);
    case "files":
      return update(turn, {
        files: {
          inPlace: event.inPlace,
          generation: event.generation,
          problem: event.problem,
          triedAt: turn.now.monotonic,
        },
        awaiting: turn.state.awaiting === "files" ? undefined : turn.state.awaiting,
      });
    case "signalled":
      return takeSignalled(turn, event);
    case "credentials":
      return takeCredentials(turn, event);
    case "stamp_requested":
      return takeStampRequest(turn, event);
    case "granted":
      return takeGrant(turn, event);
    case "revoked":
      if (event.killFrom === "half_fence") hurryFence(turn, event.reason);
      return endPermit(turn, event.reason, { killFrom: event.killFrom });
    case "nonces_forgotten":
      update(turn, { nonces: [] });
      return keepPermit(turn);
    case "worker_started":
      return update(turn, { stamps: nextEpoch(turn.state.stamps) });
    case "shutdown":
      update(turn, { shuttingDown: true });
      // This process leaves within FENCE_TIMEOUT and some: nobody would be there to kill later.
      hurryFence(turn, "shutdown");
      return endPermit(turn, "shutdown");
    default:
      return assertNever(event);
  }
}

function takeCredentials(
  turn: Turn,
  { usable, generation }: Extract<ForgingEvent, { kind: "credentials" }>,
): void {
  const { credentials, startTries } = turn.state;
  // What was in vain with the old ones says nothing of the new.
  const isAnother = generation !== credentials.generation;
  update(turn, {
    credentials: { usable, generation },
    startTries: isAnother ? undefined : startTries,
  });
}

function settle(turn: Turn): void {
  const node = settledNode(turn.state.node, {
    now: turn.now.monotonic,
    settleMs: SETTLE_MS,
    gaugeIsReliable: !turn.state.metricsUnreliable,
  });
  if (node !== turn.state.node) update(turn, { node });
}

function takeSighting(turn: Turn, sighting: NodeSighting): void {
  const before = turn.state.node;
  const firstLook = turn.state.lookedAt === undefined;
  const node = sightNode(before, { sighting, at: turn.now.monotonic, firstLook });
  const wentDown = isUp(before) && !isUp(node);
  const isAnother = node.identity !== before.identity || node.phase === "gone";
  update(turn, {
    node,
    nodeSince: isAnother ? turn.now.monotonic : turn.state.nodeSince,
    looking: false,
    lookedAt: turn.now.monotonic,
    ...(wentDown ? { socketAwaitedSince: turn.now.monotonic } : {}),
  });
  settle(turn);
  const isFirstAsked = isAnother ? node.phase !== "gone" : !isUp(before) && isUp(node);
  if (isFirstAsked && !node.forging) restartFence(turn);
  if (node.phase !== before.phase || node.identity !== before.identity) {
    log(turn, {
      level: "info",
      message: "Node phase changed",
      fields: {
        phase: node.phase,
        pid: node.identity?.pid,
        was: before.phase,
        note: node.phase === "gone" ? node.searchNote : undefined,
      },
    });
  }
  const sameLife = before.identity === node.identity && node.phase !== "gone";
  if (before.identity === undefined || sameLife || before.phase === "gone") return;
  endPermit(turn, "node_gone");
  update(turn, { startTries: undefined });
}

/**
 * What was asked of a process that ended was not asked of its successor, and one that was starting
 * could not be asked at all: its time to obey begins now.
 */
function restartFence(turn: Turn): void {
  const { fence, stopOwedSince } = turn.state;
  if (fence === undefined) return;
  update(turn, { fence: restarted(fence, turn.now) });
  if (stopOwedSince === undefined) return;
  update(turn, { stopOwedSince: turn.now.permit });
  keepPermit(turn);
}

/** It forges before its socket accepts, and was not asked to stop yet, or only before it could hear of it. */
function showsItselfAtStart(before: NodeLife, { state: { node, fence } }: Turn): boolean {
  const isAsked = fence?.signalledAt !== undefined && before.signal?.effectSeen !== true;
  return node.phase === "starting" && !before.forging && node.forging && !isAsked;
}

function takeScrape(turn: Turn, event: Extract<ForgingEvent, { kind: "scraped" }>): void {
  const before = turn.state.node;
  const { nodeSince } = turn.state;
  // The answer of a process that has ended says nothing of its end, nor of its successor.
  if (before.phase === "gone" || (nodeSince !== undefined && isBefore(event.begunAt, nodeSince))) {
    return update(turn, { scraping: false });
  }
  const trial = metricsTrial(before, event);
  if (turn.state.metricsUnreliable && trial === "followed") trustMetricsAgain(turn);
  const node = scrapedNode({ ...before, metricsTrial: trial }, {
    scrape: event.scrape,
    begunAt: event.begunAt,
    settleMs: SETTLE_MS,
    gaugeIsReliable: !turn.state.metricsUnreliable,
  });
  update(turn, { node, scraping: false, scrapedAt: turn.now.monotonic });
  settle(turn);
  if (showsItselfAtStart(before, turn)) restartFence(turn);
  if (before.metricsReadable !== node.metricsReadable && node.identity !== undefined) {
    log(turn, {
      level: "info",
      message: "Node metrics changed",
      fields: { readable: node.metricsReadable ? 1 : 0 },
    });
  }
}

/** Another process than those that showed what nobody had told them: what was wrong is mended. */
function trustMetricsAgain(turn: Turn): void {
  update(turn, { metricsUnreliable: false, vainKills: 0 });
  log(turn, {
    level: "info",
    message: "Node metrics are reliable again: they followed a start",
    fields: { pid: turn.state.node.identity?.pid },
  });
}

function takeSignalled(turn: Turn, event: Extract<ForgingEvent, { kind: "signalled" }>): void {
  update(turn, { awaiting: undefined });
  const { node, fence } = turn.state;
  if (event.outcome === "denied") {
    log(turn, {
      level: "error",
      message: "Cannot signal the node: the kernel refuses, the sidecar needs its uid",
      fields: {
        pid: event.identity.pid,
        signal: event.reason === undefined ? "SIGKILL" : "SIGHUP",
      },
    });
  }
  const at = turn.now.monotonic;
  if (event.reason === undefined) {
    if (fence !== undefined) update(turn, { fence: { ...fence, killedAt: at } });
    return;
  }
  const stops = event.reason === "disable_forging" || event.reason === "startup_cleanup";
  if (stops && fence !== undefined) update(turn, { fence: { ...fence, signalledAt: at } });
  if (event.outcome !== "signalled") {
    if (stops) return;
    if (event.outcome === "denied") return failStart(turn, "the kernel refuses to signal it");
    return update(turn, { startMissedAt: at });
  }
  const isAlone = !node.ranBeforeGuard || !isBefore(at, addMs(turn.state.bornAt, SETTLE_MS));
  update(turn, { node: signalSent(node, { reason: event.reason, at, isAlone }) });
  log(turn, {
    level: "info",
    message: "Node signalled",
    fields: { reason: event.reason, pid: event.identity.pid },
  });
}

/** The granted one stays in front, however many tries follow. */
function withNonce([granted, ...tried]: readonly string[], nonce: string): readonly string[] {
  return granted === undefined ? [nonce] : [granted, ...tried.slice(2 - NONCES_KEPT), nonce];
}

function takeStampRequest(
  turn: Turn,
  { id, nonce }: Extract<ForgingEvent, { kind: "stamp_requested" }>,
): void {
  const { book, stamp } = issueStamp(turn.state.stamps, turn.now.permit);
  const nonces = nonce === undefined ? turn.state.nonces : withNonce(turn.state.nonces, nonce);
  update(turn, { stamps: book, nonces });
  keepPermit(turn);
  turn.effects.push({
    kind: "answer_stamp",
    id,
    stamp,
    permitLeftMs: permitLeftMs(turn.state.permit, turn.now.permit),
  });
}

function takeGrant(
  turn: Turn,
  { request, nonce }: Extract<ForgingEvent, { kind: "granted" }>,
): void {
  const { state, now } = turn;
  const fencing = state.fence !== undefined && state.node.suspicion !== "none";
  if (fencing || state.shuttingDown) {
    log(turn, {
      level: "info",
      message: "Grant refused",
      fields: { why: fencing ? "fencing" : "shutting_down" },
    });
    return;
  }
  const answer = honourGrant(state.stamps, {
    request,
    running: state.permit,
    holdMsMax: state.settings.renewDeadlineMs,
    now: now.permit,
  });
  if (answer.kind === "refused") {
    log(turn, { level: "info", message: "Grant refused", fields: { why: answer.why } });
    return;
  }
  if (state.permit === undefined) {
    log(turn, {
      level: "info",
      message: "Permit begins",
      fields: {
        holdMs: permitLeftMs(answer.permit, now.permit),
        fencedSecond: request.fencedSecond,
      },
    });
  }
  const renewed = state.permit === undefined ? { fencedSecond: undefined } : {};
  const fence = state.node.suspicion === "none" ? undefined : state.fence;
  update(turn, {
    permit: answer.permit,
    nonces: [nonce],
    fence,
    stopOwedSince: undefined,
    ...renewed,
  });
  keepPermit(turn);
}
