// Owns the plans that take clusters out of forging, and let them in again.
// Never leaves an override in place that would undo what is asked for.

import type { ClusterResource } from "../../core/cluster.ts";
import type { ClusterEdit } from "./edit.ts";
import { NO_OVERRIDE } from "./mark.ts";
import { findTarget, labelIn, overrideInForce, type Plan, planOf, refused } from "./plan.ts";
import { type PoolView, verdictAfter } from "./view.ts";

export interface Chosen {
  /** Undefined: the pool's only cluster, or `all`. */
  readonly region: string | undefined;
  readonly all: boolean;
}

export function planDisable(view: PoolView, chosen: Chosen): Plan {
  const { region, all } = chosen;
  if (!all && region === undefined && view.resources.length !== 1) {
    const regions = view.resources.map(({ spec }) => spec.region).join(", ");
    return refused(
      `which one? Of ${regions || "no cluster"} give one, or --all to end all forging`,
    );
  }
  const targets = targetsOf(view, region);
  if ("kind" in targets) return targets;
  const edits = targets.map((one) => disabling(one, view));
  const plan = planOf(view, { edits, notes: formerStates(targets, view) });
  if (plan.kind === "refused" || plan.after.clusters.some(({ canForge }) => canForge)) return plan;
  return { ...plan, notes: [`then nobody forges: ${plan.after.summary}`, ...plan.notes] };
}

/** Without a region: all that are disabled. */
export function planEnable(view: PoolView, region: string | undefined): Plan {
  const targets = targetsOf(view, region);
  if ("kind" in targets) return targets;
  return planOf(view, { edits: targets.map((one) => enabling(one, view)) });
}

function targetsOf(
  view: PoolView,
  region: string | undefined,
): readonly ClusterResource[] | Extract<Plan, { kind: "refused" }> {
  if (region === undefined) return view.resources;
  const found = findTarget(view, region);
  return found.kind === "refused" ? found : [found.resource];
}

function disabling(resource: ClusterResource, view: PoolView): ClusterEdit {
  const isForced = overrideInForce(resource, view)?.forceState === "Enabled";
  return {
    ...named(resource, view),
    forgeState: "Disabled",
    ...(isForced ? withoutOverride(resource, view) : {}),
    says: isForced ? "Disabled, and no override that enables it any more" : "Disabled",
  };
}

function enabling(resource: ClusterResource, view: PoolView): ClusterEdit {
  const { forgeState } = resource.spec;
  const isForced = overrideInForce(resource, view)?.forceState === "Disabled";
  const next = forgeState === "Disabled" ? "Priority-based" : forgeState;
  return {
    ...named(resource, view),
    forgeState: next,
    ...(isForced ? withoutOverride(resource, view) : {}),
    says: isForced ? `${next}, and no override that disables it any more` : next,
  };
}

function named({ name }: ClusterResource, view: PoolView): Pick<ClusterEdit, "name" | "label"> {
  return { name, label: labelIn(verdictAfter(view), name) };
}

function withoutOverride(
  { name }: ClusterResource,
  { marks }: PoolView,
): Pick<ClusterEdit, "override" | "mark"> {
  return { override: NO_OVERRIDE, ...(marks.has(name) ? { mark: "none" } : {}) };
}

function formerStates(targets: readonly ClusterResource[], view: PoolView): string[] {
  return targets.filter(({ spec }) => spec.forgeState === "Enabled").map((one) =>
    `${
      named(one, view).label
    } was Enabled: enable makes it Priority-based, kubectl makes it Enabled`
  );
}
