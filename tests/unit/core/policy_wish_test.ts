// Owns the proof that an override replaces what it names, while it lasts, and nothing else.
// Never ranks clusters.

import { assertEquals } from "@std/assert";
import { isDemoted, isPromoted, wishOf } from "../../../lib/core/policy_wish.ts";
import { wallTime } from "../../../lib/core/time.ts";
import { type ClusterSketch, NOW, resourceOf } from "./policy_support.ts";

const wish = (sketch: ClusterSketch, now = NOW) => wishOf(resourceOf("a", sketch).spec, now);
const words = (sketch: ClusterSketch, now = NOW) => {
  const { state, priority, override, forced } = wish(sketch, now);
  return `${state} ${priority} ${override}${forced ? " forced" : ""}`;
};
const tomorrow = wallTime(NOW + 86_400_000);

const CASES: readonly [fact: string, sketch: ClusterSketch, expected: string][] = [
  ["no override", {}, "Priority-based 100 none"],
  [
    "one that is off",
    { override: { enabled: false, forcePriority: 1 } },
    "Priority-based 100 none",
  ],
  ["one with a reason only", { override: { reason: "x" } }, "Priority-based 100 active"],
  ["a priority", { override: { forcePriority: 1 } }, "Priority-based 1 active forced"],
  ["a state", { override: { forceState: "Disabled" } }, "Disabled 100 active forced"],
  [
    "a state over Disabled",
    { state: "Disabled", override: { forceState: "Enabled" } },
    "Enabled 100 active forced",
  ],
  [
    "a priority beside Disabled, which stays",
    { state: "Disabled", override: { forcePriority: 1 } },
    "Disabled 1 active forced",
  ],
  [
    "one until tomorrow",
    { override: { forcePriority: 1, expiresAt: tomorrow } },
    "Priority-based 1 active forced",
  ],
  [
    "one that ends at this very instant",
    { override: { forcePriority: 1, expiresAt: NOW } },
    "Priority-based 100 expired",
  ],
  [
    "one that ended, beside Disabled",
    { state: "Disabled", override: { forceState: "Enabled", expiresAt: NOW } },
    "Disabled 100 expired",
  ],
];

for (const [fact, sketch, expected] of CASES) {
  Deno.test(`wishOf() with ${fact}: ${expected}`, () => assertEquals(words(sketch), expected));
}

const CHANGES: readonly [before: ClusterSketch, after: ClusterSketch, change: string][] = [
  [{}, {}, "none"],
  [{ priority: 2 }, { priority: 1 }, "promoted"],
  [{ priority: 1 }, { priority: 2 }, "demoted"],
  [{ state: "Disabled" }, {}, "promoted"],
  [{}, { state: "Enabled" }, "promoted"],
  [{}, { state: "Disabled" }, "demoted"],
  [{ priority: 1 }, { priority: 9, state: "Enabled" }, "promoted"],
  [{ priority: 1 }, { priority: 1, override: { forcePriority: 1 } }, "promoted"],
  [{ priority: 1, override: { forcePriority: 1 } }, { priority: 1 }, "none"],
  [{}, { override: { reason: "soon" } }, "none"],
  [
    { override: { forcePriority: 1 } },
    { override: { forcePriority: 1, expiresAt: NOW } },
    "demoted",
  ],
];

for (const [before, after, change] of CHANGES) {
  Deno.test(`${words(before)} → ${words(after)}: ${change}`, () => {
    const [a, b] = [wish(before), wish(after)];
    assertEquals(isPromoted(a, b) ? "promoted" : isDemoted(a, b) ? "demoted" : "none", change);
  });
}
