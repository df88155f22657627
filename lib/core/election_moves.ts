// Owns which write a lease gets next, and how it is made.
// Never plans a second one while the first is under way.

import { assertNever } from "./assert_never.ts";
import {
  type Election,
  type ElectionContext,
  NONCES_KEPT,
  type PlannedWrite,
  type Turn,
  update,
  type Wish,
  type WriteKind,
} from "./election_state.ts";
import {
  clusterOf,
  firstTransitions,
  leaseStanding,
  type LeaseStandpoint,
  nextTransitions,
  type Standing,
} from "./lease.ts";
import type { LeaseObject } from "./lease_object.ts";
import type { LeaseRecord } from "./lease_record.ts";
import {
  claimedLease,
  type LeaseWriter,
  movedLease,
  releasedLease,
  renewedLease,
  vacantLease,
} from "./lease_writes.ts";
import type { Stamp } from "./permit.ts";
import { addMs, isBefore, type Monotonic, type WallTime } from "./time.ts";

/** Whether the hold still runs by our own clock. The guard's clock decides; this is for show and for wishes. */
export function holdRuns(election: Election, now: Monotonic): boolean {
  const { hold } = election;
  return hold !== undefined && isBefore(now, addMs(hold.sentAt, hold.holdMs));
}

/** The hold, unless a write that ends it is under way: it may have landed, and others act by it. */
export function soundHold({ hold, business }: Election): Election["hold"] {
  const ends = business?.kind === "writing" && endsHold(business.write.kind);
  return ends ? undefined : hold;
}

export function standingOf(
  election: Election,
  { writer, now }: { writer: LeaseWriter | undefined; now: Monotonic },
): Standing {
  if (writer === undefined) return { kind: "unobserved" };
  const self: LeaseStandpoint = {
    holder: writer.holder,
    holderUid: writer.holderUid,
    poolId: writer.poolId,
    durationMs: election.settings.durationMs,
    nonces: election.nonces,
    inherits: election.settings.inherits === true,
  };
  return leaseStanding(election.view, { self, now });
}

export function act(turn: Turn): void {
  const { election, context } = turn;
  const { wish, writer, now } = context;
  if (writer === undefined || wish.kind === "lapse") return;
  if (election.retryAt !== undefined && isBefore(now.monotonic, election.retryAt)) return;
  if (election.mustRead) return read(turn);
  const standing = standingOf(election, { writer, now: now.monotonic });
  switch (standing.kind) {
    case "unobserved":
    case "other_pool":
    case "exhausted":
      return;
    case "absent":
      return create(turn, writer);
    case "mine":
      return actOnMine(turn, standing.record);
    case "claimable":
      if (wish.kind === "lead") return plan(turn, { ...standing, kind: "claim" });
      if (wish.kind === "move") return plan(turn, { ...standing, kind: "move" });
      return;
    case "wait":
      return actWhileWaiting(turn, standing.record);
    case "moved":
      // The manager wishes this only when the other name is vacated and marked in turn.
      if (wish.kind === "lead") return plan(turn, { kind: "claim", record: standing.record });
      if (wish.kind === "move" && !isMarked(standing.record, wish)) {
        return plan(turn, { kind: "move", record: standing.record });
      }
      return;
    default:
      return assertNever(standing);
  }
}

/** Whether nobody can claim it beside the lease of that name; see the wish. */
export function isMarked(
  { movedTo, transitions }: LeaseRecord,
  { to, above }: { readonly to: string; readonly above: number },
): boolean {
  return movedTo.includes(to) && transitions > above;
}

function actOnMine(turn: Turn, record: LeaseRecord): void {
  const { election, context } = turn;
  const { wish, now } = context;
  if (wish.kind === "release") {
    return plan(turn, { kind: "release", record, fencedSecond: wish.fencedSecond });
  }
  if (wish.kind !== "lead" && wish.kind !== "keep") return;
  const { hold, sentAt, settings } = election;
  const due = hold === undefined || sentAt === undefined ||
    !isBefore(now.monotonic, addMs(sentAt, settings.renewIntervalMs));
  if (due) plan(turn, { kind: "renew", record });
}

/** Emptied or deleted by hand under a running permit: it is ours to write back, nobody else may claim yet. */
function actWhileWaiting(turn: Turn, record: LeaseRecord): void {
  const { wish, now } = turn.context;
  const vacant = record.holder === "" && record.receipt === undefined;
  if (wish.kind === "lead" && vacant && holdRuns(turn.election, now.monotonic)) {
    plan(turn, { kind: "write_back", record });
  }
}

function plan(
  turn: Turn,
  write: {
    kind: WriteKind;
    record: LeaseRecord;
    fencedSecond?: number | undefined;
  },
): void {
  const { election, context } = turn;
  const { inherits } = election.settings;
  if (inherits && !isProven(turn)) return;
  const moved = context.wish.kind === "move" ? context.wish : undefined;
  const planned: PlannedWrite = {
    kind: write.kind,
    record: write.record,
    fencedSecond: write.fencedSecond,
    moved,
    preferredCluster: context.wish.kind === "release" ? context.wish.preferredCluster : undefined,
    lapses: context.wish.kind === "release" && context.wish.lapses === true,
  };
  const nonce = nonceOf(context, context.fresh);
  if (endsHold(write.kind) && !inherits) {
    return send(turn, { write: planned, stamp: undefined, nonce });
  }
  update(turn, { business: { kind: "stamping", id: context.fresh, write: planned } });
  turn.effects.push({ kind: "request_stamp", id: context.fresh, nonce });
}

/** Whether we may be the local leader still; the stamp has the last word. After it failed once: not by that. */
function isProven({ election: { staleProof }, context: { provenUntil } }: Turn): boolean {
  if (provenUntil === undefined) return false;
  return staleProof === undefined || isBefore(staleProof, provenUntil);
}

function endsHold(write: WriteKind): boolean {
  return write === "release" || write === "move";
}

function read(turn: Turn): void {
  update(turn, {
    business: { kind: "reading", sentAt: turn.context.now.monotonic },
    retryAt: undefined,
  });
  turn.effects.push({ kind: "read_lease", name: turn.election.settings.name });
}

function create(turn: Turn, writer: LeaseWriter): void {
  const { settings, view } = turn.election;
  const { wish, now } = turn.context;
  if (wish.kind === "release") return;
  const object = vacantLease({
    name: settings.name,
    namespace: settings.namespace,
    poolId: writer.poolId,
    durationSeconds: writer.durationSeconds,
    transitions: firstTransitions(view),
  });
  update(turn, { business: { kind: "creating", sentAt: now.monotonic }, retryAt: undefined });
  turn.effects.push({ kind: "create_lease", name: settings.name, object });
}

export function isWished(wish: Wish, write: WriteKind): boolean {
  switch (write) {
    case "claim":
    case "write_back":
      return wish.kind === "lead";
    case "renew":
      return wish.kind === "lead" || wish.kind === "keep";
    case "release":
      return wish.kind === "release";
    case "move":
      return wish.kind === "move";
  }
}

export function nonceOf(context: ElectionContext, id: number): string {
  return `${context.nonceBase}-${id}`;
}

export function send(
  turn: Turn,
  { write, stamp, nonce }: { write: PlannedWrite; stamp: Stamp | undefined; nonce: string },
): void {
  const { election, context } = turn;
  const { writer } = context;
  if (writer === undefined) return;
  const mark = { nonce, now: context.now.wall };
  const object = written(turn, { write, writer, mark });
  const sentAt = context.now.monotonic;
  update(turn, {
    business: { kind: "writing", write, nonce, stamp, sentAt },
    sentAt,
    nonces: endsHold(write.kind) ? election.nonces : withNonce(election, nonce),
  });
  turn.effects.push({ kind: "replace_lease", name: election.settings.name, object });
}

function laterSecond(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? a ?? b : Math.max(a, b);
}

/** The nonce on the record last seen stays, however many writes after it fail: it is what makes it ours. */
function withNonce({ nonces, view }: Election, nonce: string): readonly string[] {
  const shown = typeof view.seen === "object" ? view.seen.nonce : undefined;
  const kept = nonces.filter((one) => one === shown);
  const others = nonces.filter((one) => one !== shown);
  return [...kept, ...others.slice(2 - NONCES_KEPT), nonce];
}

function written(
  turn: Turn,
  { write, writer, mark }: {
    write: PlannedWrite;
    writer: LeaseWriter;
    mark: { nonce: string; now: WallTime };
  },
): LeaseObject {
  const { record } = write;
  switch (write.kind) {
    case "claim":
    case "write_back":
      return claimedLease(record, {
        writer,
        mark,
        transitions: nextTransitions(turn.election.view),
        fencedSecond: laterSecond(write.fencedSecond, turn.context.fencedSecond),
      });
    case "renew":
      return renewedLease(record, { writer, mark });
    case "release":
      return releasedLease(record, {
        by: writer.holder,
        mark,
        fencedSecond: write.fencedSecond ?? Math.ceil(mark.now / 1_000),
        preferredCluster: write.preferredCluster,
        lapsedBy: write.lapses ? clusterOf(writer.holder) : undefined,
      });
    case "move":
      return movedLease(record, {
        movedTo: write.moved?.to ?? "",
        mark,
        transitions: Math.max(nextTransitions(turn.election.view), (write.moved?.above ?? 0) + 1),
      });
  }
}
