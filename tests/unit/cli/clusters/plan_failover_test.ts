// Owns what a plan of failover changes, and what it tells, case by case.
// Never carries one out.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { patchOf } from "../../../../lib/cli/clusters/edit.ts";
import { planFailover } from "../../../../lib/cli/clusters/plan_failover.ts";
import { kubectlCommand } from "../../../../lib/cli/clusters/plan_text.ts";
import { addMs } from "../../../../lib/core/time.ts";
import { NOW, objectOf, view, viewOfSketches } from "./objects.ts";
import { changes, EU, type Sketches, US } from "./plan_words.ts";

const WISH = { to: "eu", reason: "upgrade", endsAt: undefined, force: false };
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
    "refused: eu has not reported for more than 60 s; --force does it all the same",
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
    "eu has not reported for more than 60 s: until it can, us goes first",
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
