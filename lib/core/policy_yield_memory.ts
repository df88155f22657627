// Owns what a cluster must remember to yield well: who was better since when, what an operator
// changed, which yields were not taken up.
// Never decides to yield: policy_yield.ts does. Forgotten, it only makes a new leader wait longer.

import { type ClusterVerdict, findCluster, type Verdict } from "./policy_verdict.ts";
import { type ClusterWish, isDemoted, isPromoted } from "./policy_wish.ts";
import { isBefore, type WallTime } from "./time.ts";

export interface YieldMemory {
  /** Wishes at the last evaluation: what differs now is an operator's edit, or an override's end. */
  readonly wishes: ReadonlyMap<string, ClusterWish>;
  /**
   * Whom an edit put ahead while we hold, or nobody does: until it forges, falls behind, or another
   * holds. An edit that came between our claim and its answer is one all the same.
   */
  readonly promoted: ReadonlySet<string>;
  /** Since when each cluster has been ahead without a break while we hold. */
  readonly aheadSince: ReadonlyMap<string, WallTime>;
  /** Since when our cluster has been unable to forge without a break; undefined while it is able. */
  readonly unableSince: WallTime | undefined;
  /** From our own status, for whoever is ahead at the first look of a new local leader. */
  readonly resumedSince: WallTime | undefined;
  /** To whom we yielded last, not known yet to be taken up: it is when the other forges. */
  readonly offered: { readonly to: string; readonly transitions: number } | undefined;
  /** How often in a row a yield to each was not taken up. */
  readonly untaken: ReadonlyMap<string, number>;
}

/** `betterSince` from our own status lets the delay of the last local leader go on. */
export function newYieldMemory(betterSince: WallTime | undefined): YieldMemory {
  return {
    wishes: new Map(),
    promoted: new Set(),
    aheadSince: new Map(),
    unableSince: undefined,
    resumedSince: betterSince,
    offered: undefined,
    untaken: new Map(),
  };
}

/** Those that should forge instead of us, the best first, whether or not they can claim now. */
export function rivalsOf(verdict: Verdict, own: string): ClusterVerdict[] {
  const us = findCluster(verdict, own);
  if (us === undefined) return [];
  const ourRank = us.rank ?? Infinity;
  return verdict.clusters.filter(({ rank, canForge }) =>
    rank !== undefined && rank < ourRank && canForge
  );
}

/** The memory after one more verdict; to be told of every one, also while another cluster holds. */
export function noteVerdict(
  memory: YieldMemory,
  { verdict, own, now }: {
    readonly verdict: Verdict;
    readonly own: string;
    readonly now: WallTime;
  },
): YieldMemory {
  const holds = verdict.lease.holder === own;
  const rivals = holds ? rivalsOf(verdict, own) : [];
  const isOpen = holds || verdict.lease.holder === undefined;
  const aheadOfUs = isOpen ? rivalsOf(verdict, own) : [];
  const promotedNow = promotions(memory, verdict);
  const demoted = demotedNow(memory, { verdict, own });
  const offeredTo = isAnswered(memory, verdict) ? memory.offered?.to : undefined;
  return {
    wishes: wishesIn(verdict),
    promoted: new Set(
      aheadOfUs.map(({ name }) => name).filter((name) =>
        demoted || promotedNow.has(name) || (memory.promoted.has(name) && name !== offeredTo)
      ),
    ),
    aheadSince: new Map(
      rivals.map(({ name }, index) => {
        const resumed = index === 0 ? memory.resumedSince : undefined;
        return [name, sinceBy(now, memory.aheadSince.get(name) ?? resumed)];
      }),
    ),
    unableSince: findCluster(verdict, own)?.canForge === false
      ? sinceBy(now, memory.unableSince)
      : undefined,
    resumedSince: isUndecided(verdict, own) ? memory.resumedSince : undefined,
    ...noteAnswer(memory, { verdict, promotedNow }),
  };
}

/** A wall clock that was set back makes it count afresh, rather than until it is there again. */
function sinceBy(now: WallTime, since = now): WallTime {
  return isBefore(now, since) ? now : since;
}

/** Nobody is known to hold yet, or our own cluster is not listed yet. */
function isUndecided(verdict: Verdict, own: string): boolean {
  const { holder } = verdict.lease;
  return holder === undefined || (holder === own && findCluster(verdict, own) === undefined);
}

function wishesIn(verdict: Verdict): Map<string, ClusterWish> {
  return new Map(
    verdict.clusters.flatMap(({ name, wish }) => wish === undefined ? [] : [[name, wish]]),
  );
}

function promotions({ wishes }: YieldMemory, verdict: Verdict): Set<string> {
  const promoted = verdict.clusters.filter(({ name, wish }) => {
    const before = wishes.get(name);
    return before !== undefined && wish !== undefined && isPromoted(before, wish);
  });
  return new Set(promoted.map(({ name }) => name));
}

function demotedNow(
  { wishes }: YieldMemory,
  { verdict, own }: { readonly verdict: Verdict; readonly own: string },
): boolean {
  const before = wishes.get(own);
  const wish = findCluster(verdict, own)?.wish;
  return before !== undefined && wish !== undefined && isDemoted(before, wish);
}

/** Whoever claims next answers our offer, also when that is ourselves. */
function isAnswered({ offered }: YieldMemory, { lease }: Verdict): boolean {
  return offered !== undefined && lease.holder !== undefined &&
    lease.transitions > offered.transitions;
}

function noteAnswer(
  memory: YieldMemory,
  { verdict, promotedNow }: {
    readonly verdict: Verdict;
    readonly promotedNow: ReadonlySet<string>;
  },
): Pick<YieldMemory, "offered" | "untaken"> {
  const { offered } = memory;
  const { holder } = verdict.lease;
  const untaken = new Map(memory.untaken);
  // An operator who edits a cluster has seen to it.
  for (const name of promotedNow) untaken.delete(name);
  const forges = holder !== undefined && findCluster(verdict, holder)?.forges === true;
  if (forges) untaken.delete(holder);
  if (offered === undefined || !isAnswered(memory, verdict)) return { offered, untaken };
  // Whoever claims and then cannot start its node costs the pool more than one that never claims.
  if (holder === offered.to) return { offered: forges ? undefined : offered, untaken };
  untaken.set(offered.to, (untaken.get(offered.to) ?? 0) + 1);
  return { offered: undefined, untaken };
}
