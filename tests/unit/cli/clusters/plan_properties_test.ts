// Owns what holds of every plan, whatever the clusters say: proved by the patches as a server takes them.
// Never checks words but where they are the only answer.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { patchOf } from "../../../../lib/cli/clusters/edit.ts";
import type { Plan } from "../../../../lib/cli/clusters/plan.ts";
import { planFailover } from "../../../../lib/cli/clusters/plan_failover.ts";
import { planRestore } from "../../../../lib/cli/clusters/plan_restore.ts";
import { planDisable, planEnable } from "../../../../lib/cli/clusters/plan_state.ts";
import { verdictAfter } from "../../../../lib/cli/clusters/view.ts";
import { judgeClusters } from "../../../../lib/core/policy.ts";
import { findCluster, type Verdict } from "../../../../lib/core/policy_verdict.ts";
import { addMs } from "../../../../lib/core/time.ts";
import { mergePatch } from "../../../../lib/demo/emulator/apply.ts";
import type { Json } from "../../../support/api_request.ts";
import { anySketch, NAMES } from "../../core/policy_support.ts";
import { NOW, objectOf, type ObjectSketch, view } from "./objects.ts";

const anyObjectSketch: fc.Arbitrary<ObjectSketch> = fc.tuple(anySketch, fc.boolean())
  .map(([sketch, forging]) => ({ ...sketch, forging }));

/** Clusters as a server has them, some of which cannot be read. */
const anyObjects = fc.array(fc.tuple(anyObjectSketch, fc.integer({ min: 0, max: 9 })), {
  minLength: 1,
  maxLength: NAMES.length,
}).map((all) =>
  all.map(([sketch, luck], index) => {
    const object = objectOf(NAMES[index]!, sketch);
    return luck === 0 ? { ...object, spec: { ...object.spec, priority: "high" } } : object;
  })
);

const anyWish = fc.record({
  to: fc.constantFrom(...NAMES),
  reason: fc.constantFrom("maintenance", "fire"),
  endsAt: fc.option(fc.integer({ min: 1, max: 9 }).map((hours) => addMs(NOW, hours * 3_600_000)), {
    nil: undefined,
  }),
  force: fc.boolean(),
});

/** What the server has after the plan's patches, as it merges them. */
function written(objects: readonly Json[], plan: Plan): Json[] {
  if (plan.kind === "refused") return [...objects];
  return objects.map((object) => {
    const edit = plan.edits.find(({ name }) => name === object.metadata.name);
    return edit === undefined ? object : mergePatch(object, patchOf(edit));
  });
}

/** All that order depends on. */
function standing({ clusters }: Verdict): Json[] {
  return clusters.map(({ name, rank, effectiveState, effectivePriority, canForge }) => [
    name,
    rank,
    effectiveState,
    effectivePriority,
    canForge,
  ]);
}

function withReport(objects: readonly Json[], name: string, sketch: ObjectSketch): Json[] {
  const { status } = objectOf(name, sketch);
  return objects.map((one) => one.metadata.name === name ? { ...one, status } : one);
}

Deno.test("after a failover the chosen cluster is first, or cannot forge and the plan says so", () => {
  fc.assert(fc.property(anyObjects, anyWish, (objects, wish) => {
    const plan = planFailover(view(objects), wish);
    if (plan.kind === "refused") return;
    const after = verdictAfter(view(written(objects, plan)));
    assertEquals(standing(after), standing(plan.after));
    const chosen = findCluster(after, wish.to)!;
    if (chosen.canForge) return assertEquals([after.best, chosen.rank], [wish.to, 0]);
    assert(wish.force);
    assertStringIncludes(plan.notes[0]!, chosen.hindrance);
  }));
});

Deno.test("and it stays first whoever holds, and with every penalty, as soon as it can forge", () => {
  const anyHolder = fc.option(fc.constantFrom(...NAMES), { nil: undefined });
  fc.assert(fc.property(anyObjects, anyWish, anyHolder, (objects, wish, holder) => {
    const plan = planFailover(view(objects), { ...wish, force: true });
    if (plan.kind === "refused") return;
    const ill = { failures: 9, farBehind: true };
    const later = view(withReport(written(objects, plan), wish.to, ill));
    assertEquals(judgeClusters({ ...later, lease: { ...later.lease, holder } }).best, wish.to);
  }));
});

Deno.test("a failover is refused only where the chosen cluster cannot forge or cannot be used", () => {
  fc.assert(fc.property(anyObjects, anyWish, (objects, wish) => {
    const before = view(objects);
    const plan = planFailover(before, { ...wish, force: false });
    if (plan.kind === "plan") return;
    const forced = planFailover(before, { ...wish, force: true });
    const isUsable = before.resources.some(({ name }) => name === wish.to);
    assertEquals(forced.kind, isUsable ? "plan" : "refused");
    if (forced.kind === "plan") assert(!findCluster(forced.after, wish.to)!.canForge);
  }));
});

Deno.test("a failover takes no other cluster out", () => {
  fc.assert(fc.property(anyObjects, anyWish, (objects, wish) => {
    const plan = planFailover(view(objects), wish);
    if (plan.kind === "refused") return;
    for (const { name, rank, wish: wished } of plan.before.clusters) {
      // An earlier override to Enabled goes, and what is Disabled without it is so again.
      const spec = view(objects).resources.find((one) => one.name === name)?.spec;
      if (rank === undefined || spec?.forgeState === "Disabled" || wished === undefined) continue;
      assert(findCluster(plan.after, name)!.rank !== undefined);
    }
  }));
});

Deno.test("restore after failovers, one or several, gives back the order from before", () => {
  fc.assert(
    fc.property(
      anyObjects,
      fc.array(anyWish, { minLength: 1, maxLength: 3 }),
      (objects, wishes) => {
        let now = objects;
        for (const wish of wishes) now = written(now, planFailover(view(now), wish));
        if (now.every((one, index) => one === objects[index])) return; // all refused
        const restored = written(now, planRestore(view(now)));
        assertEquals(standing(verdictAfter(view(restored))), standing(verdictAfter(view(objects))));
        assert(!JSON.stringify(restored).includes("before-failover"));
      },
    ),
  );
});

Deno.test("restore without a failover leaves no override in force", () => {
  fc.assert(fc.property(anyObjects, (objects) => {
    const restored = written(objects, planRestore(view(objects)));
    assert(view(restored).resources.every(({ spec }) => !spec.override.enabled));
  }));
});

Deno.test("a disabled cluster is excluded whatever was in force, and enable makes it a candidate", () => {
  fc.assert(fc.property(anyObjects, anyWish, (objects, { to }) => {
    const plan = planDisable(view(objects), { region: to, all: false });
    if (plan.kind === "refused") return;
    const off = written(objects, plan);
    assertEquals(findCluster(verdictAfter(view(off)), to)!.excluded, "disabled");
    const on = written(off, planEnable(view(off), to));
    assert(findCluster(verdictAfter(view(on)), to)!.rank !== undefined);
  }));
});

Deno.test("a plan that was written has nothing left to write", () => {
  fc.assert(fc.property(anyObjects, anyWish, (objects, wish) => {
    for (
      const plan of [
        (of: Json[]) => planFailover(view(of), { ...wish, force: true }),
        (of: Json[]) => planDisable(view(of), { region: wish.to, all: false }),
        (of: Json[]) => planEnable(view(of), undefined),
      ]
    ) {
      const again = plan(written(objects, plan([...objects])));
      if (again.kind === "plan") assertEquals(again.edits, []);
    }
  }));
});
