// Owns the plan by which one cluster goes first: overrides, and nothing but overrides.
// Never disables another cluster: should the chosen one fail, the others are there.

import type { ClusterOverride, ClusterResource } from "../../core/cluster.ts";
import { isoSeconds } from "../../core/iso_time.ts";
import { claimObstacle } from "../../core/policy_reason.ts";
import { findCluster, type Verdict } from "../../core/policy_verdict.ts";
import { isBefore, type WallTime } from "../../core/time.ts";
import type { ClusterEdit } from "./edit.ts";
import type { FailoverMark } from "./mark.ts";
import { findTarget, labelIn, overrideInForce, type Plan, planOf, refused } from "./plan.ts";
import { type PoolView, verdictAfter } from "./view.ts";

export interface FailoverWish {
  /** Region or name. */
  readonly to: string;
  readonly reason: string;
  /** In whole seconds; undefined: until it is removed. */
  readonly endsAt: WallTime | undefined;
  /** Also to a cluster that cannot forge now. */
  readonly force: boolean;
}

const FIRST = 1;
/** Behind FIRST with every penalty there is, so that Enabled clusters keep their place behind it. */
const LAST = 999;

export function planFailover(view: PoolView, wish: FailoverWish): Plan {
  const found = findTarget(view, wish.to);
  if (found.kind === "refused") return found;
  const { resource: target } = found;
  const before = verdictAfter(view);
  const label = labelIn(before, target.name);
  const edits = [
    toTarget(target, { view, wish, label }),
    ...view.resources.filter((one) => one !== target && competes(one, view)).map((one) =>
      holdBack(one, { view, wish, label: labelIn(before, one.name) })
    ),
  ];
  const plan = planOf(view, { edits, notes: notesOn(target, { view, wish, before }) });
  if (plan.kind === "refused") return plan;
  const chosen = findCluster(plan.after, target.name);
  if (plan.after.best === target.name && chosen?.canForge === true) return plan;
  const obstacle = chosen?.hindrance ?? "";
  if (!wish.force) return refused(`${obstacle}; --force does it all the same`);
  const best = plan.after.clusters.find(({ rank, canForge }) => rank === 0 && canForge);
  const meanwhile = best === undefined ? "nobody can forge" : `${best.label} goes first`;
  return { ...plan, notes: [`${obstacle}: until it can, ${meanwhile}`, ...plan.notes] };
}

/** Only by the Enabled state another cluster could come before an Enabled one with priority 1. */
function competes(resource: ClusterResource, view: PoolView): boolean {
  const state = overrideInForce(resource, view)?.forceState ?? resource.spec.forgeState;
  return state === "Enabled";
}

interface EditContext {
  readonly view: PoolView;
  readonly wish: FailoverWish;
  readonly label: string;
}

function toTarget(target: ClusterResource, { view, wish, label }: EditContext): ClusterEdit {
  return {
    name: target.name,
    label,
    override: { ...overrideOf(wish), forcePriority: FIRST, forceState: "Enabled" },
    mark: markOf(target, { view, wish }),
    says: `override to Enabled with priority ${FIRST}`,
  };
}

function holdBack(other: ClusterResource, { view, wish, label }: EditContext): ClusterEdit {
  return {
    name: other.name,
    label,
    override: { ...overrideOf(wish), forcePriority: LAST },
    mark: markOf(other, { view, wish }),
    says: `override to priority ${LAST}, since it is Enabled and would compete`,
  };
}

function overrideOf({ reason, endsAt }: FailoverWish): ClusterOverride {
  return {
    enabled: true,
    reason,
    expiresAt: endsAt,
    forcePriority: undefined,
    forceState: undefined,
  };
}

/** A failover that follows another keeps what was before the first. */
function markOf(
  resource: ClusterResource,
  { view, wish }: { readonly view: PoolView; readonly wish: FailoverWish },
): FailoverMark {
  const earlier = view.marks.get(resource.name);
  const before = earlier === undefined ? overrideInForce(resource, view) : earlier.before;
  return { reason: wish.reason, before };
}

function notesOn(
  target: ClusterResource,
  { view, wish, before }: {
    readonly view: PoolView;
    readonly wish: FailoverWish;
    readonly before: Verdict;
  },
): string[] {
  const notes: string[] = [];
  const label = labelIn(before, target.name);
  if (target.spec.forgeState === "Disabled") {
    notes.push(`${label} is Disabled by forgeState, and will be again when the override ends`);
  }
  const judged = findCluster(before, target.name);
  const obstacle = judged === undefined || before.lease.holder === target.name
    ? undefined
    : claimObstacle(judged, before.lease);
  if (obstacle !== undefined) {
    notes.push(`the holder yields to ${label} only when it can claim: ${obstacle}`);
  }
  for (const other of view.resources) {
    const override = overrideInForce(other, view);
    if (other === target || other.spec.forgeState !== "Enabled") continue;
    if (override?.forceState !== "Disabled" || override.expiresAt === undefined) continue;
    if (wish.endsAt !== undefined && isBefore(wish.endsAt, override.expiresAt)) continue;
    notes.push(
      `${labelIn(before, other.name)} is Enabled again from ` +
        `${isoSeconds(override.expiresAt)}, and competes by its priority ${other.spec.priority}`,
    );
  }
  return notes;
}
