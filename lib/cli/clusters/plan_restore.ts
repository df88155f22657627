// Owns the plan that undoes a failover; where there was none, that ends every override.
// Never changes a forgeState: what is Disabled stays so.

import type { ClusterOverride, ClusterResource } from "../../core/cluster.ts";
import { isoSeconds } from "../../core/iso_time.ts";
import { wishOf } from "../../core/policy_wish.ts";
import type { ClusterEdit } from "./edit.ts";
import { NO_OVERRIDE } from "./mark.ts";
import { labelIn, overrideInForce, type Plan, planOf } from "./plan.ts";
import { type PoolView, resourcesAfter, verdictAfter } from "./view.ts";

export function planRestore(view: PoolView): Plan {
  const { resources, marks } = view;
  const isFailover = marks.size > 0;
  const chosen = resources.filter(({ name, spec }) =>
    isFailover ? marks.has(name) : spec.override.enabled
  );
  const before = verdictAfter(view);
  const label = (name: string) => labelIn(before, name);
  const edits = chosen.toSorted(forcedLast).map((one) => ending(one, { view, label }));
  const after = resourcesAfter(view, edits);
  const standing = after.flatMap((one) => {
    const override = overrideInForce(one, view);
    return override === undefined ? [] : [`${label(one.name)} (${overrideWords(override)})`];
  });
  const disabled = after.filter(({ spec }) => spec.forgeState === "Disabled")
    .map(({ name }) => label(name));
  return planOf(view, {
    edits,
    notes: [
      ...standing.length === 0 ? [] : [
        `still in force, since it is no failover's: ${standing.join(", ")}; restore ends it too`,
      ],
      ...disabled.length === 0
        ? []
        : [`Disabled by forgeState, which enable REGION changes: ${disabled.join(", ")}`],
    ],
  });
}

/** `until 2026-01-02T03:04:05Z: maintenance` */
export function overrideWords({ expiresAt, reason }: ClusterOverride): string {
  const end = expiresAt === undefined ? "it is removed" : isoSeconds(expiresAt) ?? "after all time";
  return `until ${end}${reason === "" ? "" : `: ${reason}`}`;
}

/** Whom an override lets go first keeps that to the end, so that nobody goes first in between. */
function forcedLast(a: ClusterResource, b: ClusterResource): number {
  const isForced = ({ spec }: ClusterResource) => spec.override.forceState === "Enabled" ? 1 : 0;
  return isForced(a) - isForced(b);
}

function ending(
  { name, spec }: ClusterResource,
  { view, label }: { readonly view: PoolView; readonly label: (name: string) => string },
): ClusterEdit {
  const before = view.marks.get(name)?.before;
  const isInForce = before !== undefined &&
    wishOf({ ...spec, override: before }, view.now.wall).override === "active";
  return {
    name,
    label: label(name),
    override: isInForce ? before : NO_OVERRIDE,
    ...(view.marks.has(name) ? { mark: "none" } : {}),
    says: isInForce
      ? `the override from before the failover again, ${overrideWords(before)}`
      : "no override any more",
  };
}
