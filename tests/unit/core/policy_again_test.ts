// Owns that a verdict taken again is the one that would be made anew, whatever changed in between.
// Never checks what a verdict says: policy_test.ts does.

import { assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { judgeAgain, judgeClusters } from "../../../lib/core/policy.ts";
import type { PolicyInput } from "../../../lib/core/policy_verdict.ts";
import { addMs } from "../../../lib/core/time.ts";
import {
  anyWorld,
  inputOn,
  OURS,
  resourceOf,
  STALE_AFTER_MS,
  type World,
} from "./policy_support.ts";

function inputOf(world: World): PolicyInput {
  return inputOn(
    Object.entries(world.clusters).map(([name, sketch]) => resourceOf(name, sketch)),
    world,
  );
}

function later({ now, ...input }: PolicyInput, ms: number, wallMs: number): PolicyInput {
  return { ...input, now: { monotonic: addMs(now.monotonic, ms), wall: addMs(now.wall, wallMs) } };
}

const anyStepMs = fc.oneof(
  fc.constantFrom(0, 1, 1_000, STALE_AFTER_MS),
  fc.integer({ min: 0, max: 2 * STALE_AFTER_MS }),
);
/** A wall clock is also set, back and forth. */
const anyWallStepMs = fc.oneof(anyStepMs, fc.constantFrom(-1, -3_600_000, 3_600_000));

Deno.test("whatever time does, a verdict taken again says what a new one would", () => {
  fc.assert(
    fc.property(anyWorld, anyStepMs, anyWallStepMs, (world, ms, wallMs) => {
      const input = inputOf(world);
      const last = { input, verdict: judgeClusters(input) };
      const asked = later(input, ms, wallMs);
      assertEquals(judgeAgain(asked, last), judgeClusters(asked));
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("whatever else changed, a verdict is made anew", () => {
  fc.assert(
    fc.property(anyWorld, anyWorld, (before, after) => {
      const clusters = { ...before.clusters, [OURS.name]: {} };
      const input = inputOf({ ...before, clusters, own: OURS });
      const last = { input, verdict: judgeClusters(input) };
      const { lease, heartbeats, resources, unusable } = inputOf(after);
      const parts: Partial<PolicyInput>[] = [
        { lease },
        { heartbeats },
        { resources },
        { unusable },
        { own: undefined },
        { own: { ...OURS, ready: false } },
        { own: { ...OURS, farBehind: true } },
        { own: { ...OURS, forgeEpoch: 3 } },
        { own: { ...OURS, health: { healthy: false, consecutiveFailures: 9 } } },
        { staleAfterMs: 1 },
      ];
      for (const part of parts) {
        const asked = { ...input, ...part };
        assertEquals(judgeAgain(asked, last), judgeClusters(asked));
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("within one instant the same question is answered once", () => {
  const input = inputOf({ clusters: { eu: {}, us: { silent: 90 } }, own: OURS });
  const verdict = judgeClusters(input);
  assertStrictEquals(judgeAgain({ ...input }, { input, verdict }), verdict);
});
