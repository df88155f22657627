// Owns what each plan changes, and what it tells, case by case.
// Never carries one out.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { patchOf } from "../../../../lib/cli/clusters/edit.ts";
import type { Plan } from "../../../../lib/cli/clusters/plan.ts";
import { planFailover } from "../../../../lib/cli/clusters/plan_failover.ts";
import { planRestore } from "../../../../lib/cli/clusters/plan_restore.ts";
import { planDisable, planEnable } from "../../../../lib/cli/clusters/plan_state.ts";
import { kubectlCommand } from "../../../../lib/cli/clusters/plan_text.ts";
import { addMs } from "../../../../lib/core/time.ts";
import { NOW, objectOf, type ObjectSketch, view, viewOfSketches } from "./objects.ts";

type Sketches = Readonly<Record<string, ObjectSketch>>;

const US: ObjectSketch = { priority: 1, forging: true };
const EU: ObjectSketch = { priority: 2 };
const WISH = { to: "eu", reason: "upgrade", endsAt: undefined, force: false };

/** Each edit as `name: what it writes`, or the refusal. */
function changes(plan: Plan): string {
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

const soon = addMs(NOW, 60_000);

const FAILOVERS: [why: string, clusters: Sketches, changes: string][] = [
  ["one among Priority-based clusters is enough", { us: US, eu: EU }, "eu: override Enabled,1"],
  [
    "an Enabled cluster is held back, and stays a candidate",
    { us: { ...US, state: "Enabled" }, eu: EU },
    "eu: override Enabled,1; us: override 999",
  ],
  [
    "so is one that an override enabled",
    { us: { ...US, override: { forceState: "Enabled" } }, eu: EU },
    "eu: override Enabled,1; us: override 999",
  ],
  [
    "an override that ended enables nobody",
    { us: { ...US, override: { forceState: "Enabled", expiresAt: NOW } }, eu: EU },
    "eu: override Enabled,1",
  ],
  [
    "a Disabled cluster stays alone, also one that an override disabled",
    {
      us: { ...US, state: "Disabled" },
      ap: { state: "Enabled", override: { forceState: "Disabled" } },
      eu: EU,
    },
    "eu: override Enabled,1",
  ],
  [
    "a Disabled target is enabled by the override",
    { us: US, eu: { ...EU, state: "Disabled" } },
    "eu: override Enabled,1",
  ],
  [
    "an unhealthy target is preferred all the same",
    { us: { ...US, state: "Enabled" }, eu: { ...EU, failures: 5, farBehind: true } },
    "eu: override Enabled,1; us: override 999",
  ],
  [
    "a silent target is refused",
    { us: US, eu: { ...EU, silent: 90 } },
    "refused: eu has not reported for 90 s; --force does it all the same",
  ],
  [
    "one that never reported is refused",
    { us: US, eu: { ...EU, silent: undefined } },
    "refused: eu has never reported; --force does it all the same",
  ],
  [
    "one that is not ready is refused",
    { us: US, eu: { ...EU, ready: false } },
    "refused: eu reports that its node, keys or leader are not in order; --force does it all the same",
  ],
  [
    "an unknown region is told with those that are there",
    { us: US, ap: EU },
    "refused: no cluster has the region or name eu; there are: ap (ap), us (us)",
  ],
  [
    "a region of two clusters needs a name",
    { a: { ...US, region: "eu" }, b: { ...EU, region: "eu" } },
    "refused: eu is the region of several clusters, give a name: a, b",
  ],
];
for (const [why, clusters, expected] of FAILOVERS) {
  Deno.test(`planFailover(): ${why}`, () => {
    assertEquals(changes(planFailover(viewOfSketches(clusters), WISH)), expected);
  });
}

Deno.test("planFailover() names the field of a target that cannot be used", () => {
  const broken = objectOf("eu");
  const plan = planFailover(
    view([objectOf("us"), { ...broken, spec: { ...broken.spec, priority: 0 } }]),
    WISH,
  );
  assertEquals(
    changes(plan),
    "refused: eu cannot be used: spec.priority is 0, not a whole number from 1 to 999",
  );
});

const FORCED: [why: string, clusters: Sketches, note: string][] = [
  [
    "who goes on while the target is silent",
    { us: US, eu: { ...EU, silent: 90 } },
    "eu has not reported for 90 s: until it can, us goes first",
  ],
  [
    "that nobody can forge",
    { us: { ...US, ready: false }, eu: { ...EU, ready: false } },
    "eu reports that its node, keys or leader are not in order: until it can, nobody can forge",
  ],
];
for (const [why, clusters, note] of FORCED) {
  Deno.test(`planFailover() by force says ${why}`, () => {
    const plan = planFailover(viewOfSketches(clusters), { ...WISH, force: true });
    assertEquals(changes(plan), "eu: override Enabled,1");
    assert(plan.kind === "plan");
    assertEquals(plan.notes[0], note);
  });
}

Deno.test("planFailover() says what of its effect is not for ever, and what stands against it", () => {
  const plan = planFailover(
    viewOfSketches({
      us: { ...US, state: "Enabled", override: { forceState: "Disabled", expiresAt: soon } },
      eu: { ...EU, state: "Disabled", epoch: undefined },
    }),
    WISH,
  );
  assert(plan.kind === "plan");
  const [disabled, cannotClaim, again] = plan.notes;
  assertEquals(disabled, "eu is Disabled by forgeState, and will be again when the override ends");
  assertStringIncludes(cannotClaim!, "the holder yields to eu only when it can claim: it has not");
  assertStringIncludes(again!, "us is Enabled again from 2026-09-21T14:14:20Z");
});

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

Deno.test("kubectlCommand() does the same, whatever the reason holds", () => {
  const wish = { ...WISH, reason: "it's time", endsAt: addMs(NOW, 7_200_000) };
  const plan = planFailover(viewOfSketches({ us: US, eu: EU }), wish);
  assert(plan.kind === "plan");
  const place = {
    kubeconfig: "/home/me/my config",
    context: "hub",
    namespace: undefined,
    resource: { group: "cardano.io", version: "v1", plural: "cardanoforgeclusters" },
    staleAfterMs: 60_000,
    pool: undefined,
    network: undefined,
  };
  assertEquals(
    kubectlCommand(plan.edits[0]!, { place, namespace: "forge" }),
    "kubectl --kubeconfig='/home/me/my config' --context=hub --namespace=forge patch " +
      "cardanoforgeclusters.cardano.io eu --type=merge -p " +
      `'${JSON.stringify(patchOf(plan.edits[0]!)).replaceAll("'", `'\\''`)}'`,
  );
  assertEquals(patchOf(plan.edits[0]!), {
    metadata: {
      annotations: { "cardano.io/before-failover": '{"reason":"it\'s time","before":null}' },
    },
    spec: {
      override: {
        enabled: true,
        reason: "it's time",
        expiresAt: "2026-09-21T16:13:20Z",
        forcePriority: 1,
        forceState: "Enabled",
      },
    },
  });
});
