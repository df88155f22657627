// Owns the life of one lease in one replica: observe, create, claim, renew, write back, release.
// Never writes but by a PUT of the record last seen, and never counts a hold from after its send.

import { type ApiFailure, outcomeIsUnknown } from "./api_failure.ts";
import { assertNever } from "./assert_never.ts";
import { act, holdRuns, isWished, nonceOf, send, soundHold, standingOf } from "./election_moves.ts";
import {
  type Election,
  type ElectionContext,
  type ElectionEvent,
  type ElectionStep,
  type PlannedWrite,
  type Turn,
  update,
  type Wish,
} from "./election_state.ts";
import { isOwnWrite, type LeaseView, observeLease } from "./lease.ts";
import { type LeaseRecord, readLease } from "./lease_record.ts";
import type { LeaseWriter } from "./lease_writes.ts";
import type { Stamp } from "./permit.ts";
import { addMs, earliest, isBefore, latest, type Monotonic } from "./time.ts";

const RETRY_MS = 1_000;
/** After a conflict everything is read anew, so the wait is only there to bound a quarrel. */
const CONFLICT_RETRY_MS = 200;
const BACKOFF_MS_MAX = 15_000;

export function stepElection(
  election: Election,
  { event, context }: { event: ElectionEvent; context: ElectionContext },
): ElectionStep {
  const turn: Turn = { election, effects: [], context };
  take(turn, event);
  if (turn.election.business === undefined) {
    renewIfVoid(turn);
    act(turn);
  }
  return { election: turn.election, effects: turn.effects, wakeAt: nextWake(turn) };
}

/**
 * A hold of an older epoch buys no permit, so it is renewed at once. The lease is held all the same:
 * a cluster that stops its node to yield is still the one to release the forge lease.
 */
function renewIfVoid(turn: Turn): void {
  const { election: { hold }, context } = turn;
  const isVoid = hold !== undefined && hold.stamp.epoch < context.epoch;
  if (isVoid && context.wish.kind === "lead") update(turn, { sentAt: undefined });
}

function take(turn: Turn, event: ElectionEvent): void {
  switch (event.kind) {
    case "tick":
      return;
    case "seen":
      return takeSeen(turn, event);
    case "read_failed":
      return takeFailure(turn, event.failure);
    case "stamped":
      return takeStamp(turn, event);
    case "written":
      return takeWritten(turn, event.outcome);
    default:
      return assertNever(event);
  }
}

function takeSeen(turn: Turn, event: Extract<ElectionEvent, { kind: "seen" }>): void {
  const record = event.object === undefined ? undefined : readLease(event.object);
  if (event.by === "watch" && record !== undefined && isOlder(record, turn.election.view.seen)) {
    return;
  }
  observe(turn, record);
  if (event.by !== "read") return;
  const reading = turn.election.business?.kind === "reading";
  update(turn, {
    mustRead: false,
    failures: 0,
    lastFailure: undefined,
    ...(reading ? { business: undefined } : {}),
  });
}

/** A watch may lag behind our own reads and writes; resource versions of one object are ordered numbers. */
function isOlder(record: LeaseRecord, seen: LeaseView["seen"]): boolean {
  if (typeof seen !== "object" || seen.uid !== record.uid) return false;
  const [a, b] = [Number(record.resourceVersion), Number(seen.resourceVersion)];
  return Number.isSafeInteger(a) && Number.isSafeInteger(b) && a < b;
}

function observe(turn: Turn, seen: LeaseRecord | undefined): void {
  const { election, context } = turn;
  const view = observeLease(election.view, {
    seen,
    at: context.now.monotonic,
    ownDurationMs: election.settings.durationMs,
  });
  update(turn, { view });
  const foreign = seen !== undefined && isForeign(seen, { election, writer: context.writer });
  const ours = election.hold !== undefined || election.nonces.length > 0;
  if (!foreign || !ours) return;
  update(turn, { hold: undefined, nonces: [] });
  turn.effects.push({ kind: "lost", name: election.settings.name, holder: seen.holder });
}

/** Whether others hold it. A record that is neither ours nor theirs, as a vacant one, is not. */
function isForeign(
  seen: LeaseRecord,
  { election, writer }: { election: Election; writer: LeaseWriter | undefined },
): boolean {
  if (writer === undefined || seen.holder === "") return false;
  const { settings, nonces } = election;
  if (settings.inherits && isOwnWrite(seen, { holder: writer.holder, nonces })) return false;
  return seen.holder !== writer.holder ||
    (seen.holderUid !== undefined && seen.holderUid !== writer.holderUid);
}

function takeFailure(turn: Turn, failure: ApiFailure): void {
  const { election, context } = turn;
  const { business } = election;
  const sentAt = business !== undefined && "sentAt" in business
    ? business.sentAt
    : context.now.monotonic;
  const failures = election.failures + 1;
  const renewing = holdRuns(election, context.now.monotonic);
  const backoffMs = Math.min(RETRY_MS * 2 ** Math.min(failures - 1, 10), BACKOFF_MS_MAX);
  const waitMs = renewing ? RETRY_MS : backoffMs * (0.75 + 0.5 * context.random);
  // A holder obeys Retry-After no longer than its own retry step: a longer one would cost the lease.
  const askedMs = renewing ? 0 : Math.min(failure.retryAfterMs ?? 0, BACKOFF_MS_MAX);
  const meansChanged = failure.kind === "conflict" || failure.kind === "not_found";
  const retryAfterMs = meansChanged ? CONFLICT_RETRY_MS : Math.max(waitMs, askedMs);
  update(turn, {
    business: undefined,
    // A release that may have landed may have been claimed by: its hold buys no permit any more.
    hold: outcomeIsUnknown(failure) ? soundHold(election) : election.hold,
    // What failed renewed nothing: the next renewal is due as soon as it may be tried.
    sentAt: undefined,
    failures: meansChanged ? election.failures : failures,
    lastFailure: failure,
    mustRead: meansChanged || outcomeIsUnknown(failure) || election.mustRead,
    retryAt: latest(addMs(sentAt, retryAfterMs), context.now.monotonic),
  });
}

function takeStamp(turn: Turn, event: Extract<ElectionEvent, { kind: "stamped" }>): void {
  const { business, view } = turn.election;
  if (business?.kind !== "stamping" || business.id !== event.id) return;
  update(turn, { business: undefined });
  const { write } = business;
  // Something was observed while the guard answered: decide anew on what is known now.
  if (view.seen !== write.record || !isWished(turn.context.wish, write.kind)) return;
  if (isTooLate(turn, event.stamp)) {
    update(turn, { staleProof: turn.context.provenUntil });
    return;
  }
  // Written back without the wait only while our own permit keeps everybody else waiting.
  if (write.kind === "write_back" && event.permitLeftMs <= 0) {
    update(turn, { hold: undefined });
    return;
  }
  const nonce = nonceOf(turn.context, event.id);
  send(turn, { write: withLastStop(write, turn.context.wish), stamp: event.stamp, nonce });
}

/**
 * A record known as ours by its holder's text alone may be a successor's, who writes the same text.
 * Read before the stamp, it is none while nobody else could lead our cluster at the stamp; and what a
 * successor writes later makes our PUT a conflict.
 */
function isTooLate({ election, context: { provenUntil } }: Turn, stamp: Stamp): boolean {
  if (election.settings.inherits !== true) return false;
  return provenUntil === undefined || !isBefore(stamp.at, provenUntil);
}

/** While the guard answered the node may have been stopped once more. */
function withLastStop(write: PlannedWrite, wish: Wish): PlannedWrite {
  return wish.kind === "release" ? { ...write, fencedSecond: wish.fencedSecond } : write;
}

function takeWritten(
  turn: Turn,
  outcome: Extract<ElectionEvent, { kind: "written" }>["outcome"],
): void {
  const { business, settings } = turn.election;
  if (business?.kind !== "writing" && business?.kind !== "creating") return;
  const record = outcome.kind === "lease" ? readLease(outcome.lease) : undefined;
  if (outcome.kind !== "lease") return takeFailure(turn, outcome);
  if (record === undefined) {
    const message = `Cannot use the answer for lease "${settings.name}": it has no uid`;
    return takeFailure(turn, { kind: "malformed", message });
  }
  update(turn, { business: undefined, failures: 0, lastFailure: undefined, retryAt: undefined });
  if (business.kind === "creating") return observe(turn, record);
  const { write, stamp, nonce, sentAt } = business;
  turn.effects.push({ kind: "wrote", name: settings.name, write: write.kind });
  if (write.kind === "release" || write.kind === "move" || stamp === undefined) {
    update(turn, { hold: undefined, nonces: [] });
    return observe(turn, record);
  }
  const fencedSecond = write.kind === "renew"
    ? turn.election.hold?.fencedSecond
    : write.fencedSecond;
  update(turn, {
    // What a restore brought back is overwritten: from our own write on the history is known again.
    view: { ...turn.election.view, distrustedUntil: undefined },
    nonces: [nonce],
    hold: { stamp, holdMs: settings.holdMs, fencedSecond, sentAt },
  });
  observe(turn, record);
}

function nextWake({ election, context }: Turn): Monotonic | undefined {
  if (election.business !== undefined) return undefined;
  const { writer, now } = context;
  const standing = standingOf(election, { writer, now: now.monotonic });
  const { hold, sentAt, settings } = election;
  // What is past and was not acted on waits for an event, not for time.
  const ifAhead = (at: Monotonic | undefined) =>
    at !== undefined && isBefore(now.monotonic, at) ? at : undefined;
  return earliest(
    ifAhead(election.retryAt),
    ifAhead(standing.kind === "wait" ? standing.until : undefined),
    hold === undefined || sentAt === undefined
      ? undefined
      : ifAhead(addMs(sentAt, settings.renewIntervalMs)),
    hold === undefined ? undefined : ifAhead(addMs(hold.sentAt, hold.holdMs)),
  );
}
