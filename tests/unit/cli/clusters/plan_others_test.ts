// Owns what the plans of restore, disable and enable change, and what they tell, case by case.
// Never carries one out.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { planRestore } from "../../../../lib/cli/clusters/plan_restore.ts";
import { planDisable, planEnable } from "../../../../lib/cli/clusters/plan_state.ts";
import { NOW, viewOfSketches } from "./objects.ts";
import { changes, EU, type Sketches, US } from "./plan_words.ts";

const RESTORES: [why: string, clusters: Sketches, changes: string, note: string | undefined][] = [
  ["nothing is nothing to do", { us: US, eu: EU }, "", undefined],
  [
    "every override of a person ends, also one that is over",
    {
      us: { ...US, override: { forcePriority: 5 } },
      eu: { ...EU, override: { reason: "r", expiresAt: NOW } },
    },
    "eu: override off; us: override off",
    undefined,
  ],
  [
    "forgeState is not its affair",
    { us: { ...US, state: "Disabled", override: {} }, eu: EU },
    "us: override off",
    "Disabled by forgeState, which enable REGION changes: us",
  ],
  [
    "whom an override puts first loses it last",
    { eu: { ...EU, override: { forceState: "Enabled" } }, us: { ...US, override: {} } },
    "us: override off; eu: override off",
    undefined,
  ],
];
for (const [why, clusters, expected, note] of RESTORES) {
  Deno.test(`planRestore(): ${why}`, () => {
    const plan = planRestore(viewOfSketches(clusters));
    assertEquals(changes(plan), expected);
    assertEquals(plan.kind === "plan" && plan.notes[0], note);
  });
}

const DISABLES: [why: string, clusters: Sketches, region: string | undefined, changes: string][] = [
  ["one", { us: US, eu: EU }, "us", "us: Disabled"],
  ["the only one, without a name", { us: US }, undefined, "us: Disabled"],
  [
    "none of several without a name",
    { eu: EU, us: US },
    undefined,
    "refused: which one? Of eu, us give one, or --all to end all forging",
  ],
  [
    "one that an override enables loses that too",
    { us: { ...US, override: { forceState: "Enabled" } }, eu: EU },
    "us",
    "us: Disabled override off",
  ],
  [
    "other overrides stay",
    { us: { ...US, override: { forcePriority: 3 } } },
    "us",
    "us: Disabled",
  ],
  ["what is Disabled stays so", { us: { ...US, state: "Disabled" } }, "us", ""],
];
for (const [why, clusters, region, expected] of DISABLES) {
  Deno.test(`planDisable(): ${why}`, () => {
    assertEquals(changes(planDisable(viewOfSketches(clusters), { region, all: false })), expected);
  });
}

Deno.test("planDisable() of all says that nobody forges, and who was Enabled", () => {
  const plan = planDisable(viewOfSketches({ us: { ...US, state: "Enabled" }, eu: EU }), {
    region: undefined,
    all: true,
  });
  assertEquals(changes(plan), "eu: Disabled; us: Disabled");
  assert(plan.kind === "plan");
  assertStringIncludes(plan.notes[0]!, "then nobody forges: Nobody may forge: eu is disabled by");
  assertStringIncludes(plan.notes[1]!, "us was Enabled");
});

const ENABLES: [why: string, clusters: Sketches, region: string | undefined, changes: string][] = [
  ["a Disabled one", { us: { ...US, state: "Disabled" }, eu: EU }, "us", "us: Priority-based"],
  [
    "all that are Disabled, without a name",
    { eu: { ...EU, state: "Disabled" }, us: { ...US, state: "Disabled" }, ap: {} },
    undefined,
    "eu: Priority-based; us: Priority-based",
  ],
  [
    "one that an override disables",
    { us: { ...US, state: "Enabled", override: { forceState: "Disabled" } } },
    "us",
    "us: Enabled override off",
  ],
  ["an Enabled one stays so", { us: { ...US, state: "Enabled" } }, "us", ""],
];
for (const [why, clusters, region, expected] of ENABLES) {
  Deno.test(`planEnable(): ${why}`, () => {
    assertEquals(changes(planEnable(viewOfSketches(clusters), region)), expected);
  });
}
