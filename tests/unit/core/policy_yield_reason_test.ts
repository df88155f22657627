// Owns the proof of what operators are told of a move or of waiting for one, one line a case.
// Never checks when: policy_yield_test.ts does.

import { assertEquals } from "@std/assert";
import type { YieldAnswer } from "../../../lib/core/policy_yield.ts";
import type { YieldCause } from "../../../lib/core/policy_yield_plan.ts";
import { OURS } from "./policy_support.ts";
import { BETTER, EVEN, Holder, SICK, unreadable } from "./policy_yield_support.ts";

const REASONS: readonly [
  cause: YieldCause,
  reason: string,
  ask: (holder: Holder) => YieldAnswer,
][] = [
  [
    "recovered",
    "eu goes on until 2026-09-21T14:18:20Z: us has better effective priority (1 < 2) (failback delay)",
    (holder) => holder.ask(BETTER),
  ],
  [
    "recovered",
    "eu goes on until 2026-09-21T14:18:20Z and until us reports that it can claim in epoch 7: " +
    "us has better effective priority (1 < 2) (failback delay)",
    (holder) => holder.ask({ ...BETTER, us: { priority: 1, epoch: undefined } }),
  ],
  [
    "edit",
    "eu yields to us: us has better effective priority (1 < 2) (by an operator's edit)",
    (holder) => (holder.ask(EVEN), holder.ask(BETTER)),
  ],
  [
    "ill_health",
    "eu yields to us: us has better effective priority (100 < 200); eu bears +100 as it is unhealthy",
    (holder) => holder.ask({ eu: {}, us: {} }, { own: SICK }),
  ],
  [
    "unable",
    "eu goes on until 2026-09-21T14:13:30Z: eu cannot forge now: its node, keys or leader are " +
    "not in order (another replica may lead first)",
    (holder) => holder.ask({ eu: {}, us: {} }, { own: { ...OURS, ready: false } }),
  ],
  [
    "unusable",
    "eu yields to us: eu cannot be used: spec.priority is 0",
    (holder) => holder.ask({ us: {} }, { unusable: unreadable }),
  ],
  [
    "disabled",
    "eu is disabled by forgeState",
    (holder) => holder.ask({ eu: { state: "Disabled" } }),
  ],
];

for (const [cause, reason, ask] of REASONS) {
  Deno.test(`reason: ${reason}`, () => {
    const { decision } = ask(new Holder());
    assertEquals(decision.reason, reason);
    assertEquals(decision.kind === "stay" ? undefined : decision.cause, cause);
  });
}
