// Owns short words for what a plan changes.
// Never makes a plan.

import type { Plan } from "../../../../lib/cli/clusters/plan.ts";
import type { ObjectSketch } from "./objects.ts";

export type Sketches = Readonly<Record<string, ObjectSketch>>;

export const US: ObjectSketch = { priority: 1, forging: true };
export const EU: ObjectSketch = { priority: 2 };

/** Each edit as `name: what it writes`, or the refusal. */
export function changes(plan: Plan): string {
  if (plan.kind === "refused") return `refused: ${plan.why}`;
  return plan.edits.map(({ name, forgeState, override }) => {
    const { enabled, forceState, forcePriority } = override ?? {};
    const forced = enabled ? [forceState, forcePriority].filter((one) => one !== undefined) : "off";
    return [
      `${name}:`,
      ...forgeState === undefined ? [] : [forgeState],
      ...override === undefined ? [] : [`override ${forced}`],
    ].join(" ");
  }).join("; ");
}
