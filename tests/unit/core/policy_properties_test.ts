// Owns what holds of every verdict, whatever the clusters say.
// Never checks words: policy_test.ts does.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { claimDelayMs, explain } from "../../../lib/core/policy.ts";
import { findCluster } from "../../../lib/core/policy_verdict.ts";
import {
  anySketch,
  anyWorld,
  type ClusterSketch,
  NAMES,
  resourceOf,
  STALE_AFTER_MS,
  verdictOf,
  verdictOn,
  type World,
} from "./policy_support.ts";

const STATES = ["Disabled", "Priority-based", "Enabled"] as const;

function changed(world: World, name: string, change: ClusterSketch): World {
  const sketch = world.clusters[name];
  return { ...world, clusters: { ...world.clusters, [name]: { ...sketch, ...change } } };
}

/** A world in which the cluster is listed, and what an operator or fate does to it. */
const anyWorldWith = fc.tuple(anyWorld, anySketch, fc.constantFrom(...NAMES)).map(
  ([world, sketch, name]) => ({ world: changed(world, name, sketch), sketch, name }),
);

function rankOf(world: World, name: string): number {
  return findCluster(verdictOf(world), name)?.rank ?? Infinity;
}

Deno.test("a verdict depends on nothing but what is told, in whatever order", () => {
  const shuffled = anyWorld.chain((world) => {
    const resources = Object.entries(world.clusters).map(([name, one]) => resourceOf(name, one));
    const all = { minLength: resources.length, maxLength: resources.length };
    return fc.record({
      world: fc.constant(world),
      resources: fc.shuffledSubarray(resources, all),
    });
  });
  fc.assert(fc.property(shuffled, ({ world, resources }) => {
    assertEquals(verdictOn(resources, world), verdictOf(world));
  }));
});

Deno.test("no reason, and no summary, changes by time alone: each change would be a write", () => {
  const between = fc.record({
    world: anyWorld,
    seconds: fc.integer({ min: 1, max: 86_400 }),
    silent: fc.integer({ min: STALE_AFTER_MS / 1_000, max: 86_400 }),
  });
  fc.assert(fc.property(between, ({ world, seconds, silent }) => {
    const words = (silent: number) => {
      const { summary, clusters } = verdictOf(changed(world, "a", { silent, found: false }));
      return [summary, ...clusters.map(({ reason }) => reason)];
    };
    assertEquals(words(silent + seconds), words(silent));
  }));
});

Deno.test("each name is told of once; ranks count from 0 without a gap, in the list's order", () => {
  fc.assert(fc.property(anyWorld, (world) => {
    const { clusters, best } = verdictOf(world);
    const names = [
      ...Object.keys(world.clusters),
      ...(world.unusable ?? []).map(({ name }) => name),
    ];
    assertEquals(clusters.map(({ name }) => name).toSorted(), [...new Set(names)].toSorted());
    const ranks = clusters.map(({ rank }) => rank).filter((rank) => rank !== undefined);
    assertEquals(ranks, ranks.map((_, index) => index));
    assertEquals(clusters.slice(0, ranks.length).every(({ rank }) => rank !== undefined), true);
    assertEquals(best, clusters.find(({ rank }) => rank === 0)?.name);
  }));
});

Deno.test("Disabled and unreadable clusters have no rank and claim nothing; all others have one", () => {
  fc.assert(fc.property(anyWorld, (world) => {
    const verdict = verdictOf(world);
    for (const { name, rank, effectiveState, canForge } of verdict.clusters) {
      const mayForge = effectiveState === "Enabled" || effectiveState === "Priority-based";
      assertEquals(rank !== undefined, mayForge);
      assert(mayForge || !canForge);
      assertEquals(claimDelayMs(verdict, name) !== undefined, mayForge && canForge);
    }
  }));
});

Deno.test("whoever can forge comes before whoever cannot", () => {
  fc.assert(fc.property(anyWorld, (world) => {
    const able = verdictOf(world).clusters.filter(({ rank }) => rank !== undefined)
      .map(({ canForge }) => canForge);
    assertEquals(able, able.toSorted((a, b) => Number(b) - Number(a)));
  }));
});

Deno.test("removing a cluster leaves the order of the others", () => {
  fc.assert(fc.property(anyWorldWith, ({ world, name }) => {
    const { [name]: _removed, ...clusters } = world.clusters;
    const unusable = world.unusable?.filter((one) => one.name !== name) ?? [];
    const names = (of: World) =>
      verdictOf(of).clusters.filter((one) => one.rank !== undefined && one.name !== name)
        .map((one) => one.name);
    assertEquals(names({ ...world, clusters, unusable }), names(world));
  }));
});

Deno.test("a better priority never worsens a cluster's rank", () => {
  fc.assert(fc.property(anyWorldWith, fc.integer({ min: 1, max: 999 }), ({ world, name }, by) => {
    const priority = world.clusters[name]?.priority ?? 100;
    const raised = changed(world, name, { priority: Math.max(1, priority - by) });
    assert(rankOf(raised, name) <= rankOf(world, name));
  }));
});

Deno.test("a better state never worsens a cluster's rank", () => {
  fc.assert(fc.property(anyWorldWith, ({ world, name, sketch }) => {
    const state = STATES[STATES.indexOf(sketch.state ?? "Enabled") + 1];
    if (state !== undefined) {
      assert(rankOf(changed(world, name, { state }), name) <= rankOf(world, name));
    }
  }));
});

Deno.test("a penalty never improves a rank, and never takes it away", () => {
  fc.assert(fc.property(anyWorldWith, ({ world, name }) => {
    const well = rankOf(changed(world, name, { failures: 0, farBehind: false }), name);
    const ill = rankOf(changed(world, name, { failures: 9, farBehind: true }), name);
    assert(ill >= well);
    assertEquals(Number.isFinite(ill), Number.isFinite(well));
  }));
});

Deno.test("an operator hears of every cluster, in whole sentences", () => {
  fc.assert(fc.property(anyWorld, (world) => {
    const verdict = verdictOf(world);
    const lines = explain(verdict);
    assertEquals(lines.length, verdict.clusters.length + 1);
    for (const line of lines) assert(!/undefined|NaN|Infinity|\s\s|: *$/.test(line), line);
  }));
});

Deno.test("exactly one candidate claims at once, whoever asks with the same facts", () => {
  fc.assert(fc.property(anyWorld, (world) => {
    const verdict = verdictOf(world);
    const delays = verdict.clusters.map(({ name }) => claimDelayMs(verdict, name));
    const someoneCan = verdict.clusters.some(({ canForge, rank }) =>
      canForge && rank !== undefined
    );
    assertEquals(delays.filter((ms) => ms === 0).length, someoneCan ? 1 : 0);
    const known = delays.filter((ms) => ms !== undefined);
    assertEquals(new Set(known).size, known.length);
  }));
});
