// Owns the proof that each change about the lease is one line.
// Never looks at anything but the lines.

import { assertEquals } from "@std/assert";
import { TransitionLog } from "../../../lib/manager/transition_log.ts";
import type { Snapshot } from "../../../lib/manager/snapshot.ts";
import { snapshot } from "../http/sample.ts";
import { testLog } from "./stage.ts";

const FREE = snapshot({
  leads: false,
  lease: { ...snapshot().lease, holder: "", isOurs: false },
});

const WAITED_FOR = { ...FREE, lease: { ...FREE.lease, isWaitedFor: true } };

function heldBy(holder: string): Snapshot {
  return { ...FREE, lease: { ...FREE.lease, holder } };
}

function linesOf(...views: readonly Snapshot[]): string[] {
  const lines: string[] = [];
  const transitions = new TransitionLog(testLog(lines));
  for (const view of [...views, ...views.slice(-1)]) transitions.note(view);
  return lines.map((line) => {
    const { message, holder, reason } = JSON.parse(line);
    return [message, holder, reason].filter((part) => part !== undefined).join(" ");
  });
}

const CASES: readonly { name: string; views: readonly Snapshot[]; lines: readonly string[] }[] = [
  { name: "nothing", views: [FREE, FREE], lines: [] },
  { name: "another's lease", views: [heldBy("bp-1")], lines: ["Lease held by another bp-1"] },
  {
    name: "a hand-over between others",
    views: [heldBy("bp-1"), FREE, heldBy("bp-2")],
    lines: ["Lease held by another bp-1", "Lease is vacant", "Lease held by another bp-2"],
  },
  {
    name: "a vacant lease that must be waited for",
    views: [WAITED_FOR, FREE, WAITED_FOR, snapshot()],
    lines: ["Lease is not claimed yet", "Lease is not claimed yet", "Lease acquired"],
  },
  {
    name: "a silent holder without the wait for it",
    views: [{ ...heldBy("bp-1"), lease: { ...heldBy("bp-1").lease, isWaitedFor: true } }],
    lines: ["Lease held by another bp-1"],
  },
  { name: "leading", views: [FREE, snapshot()], lines: ["Lease acquired"] },
  {
    name: "giving up, with the reason",
    views: [snapshot(), snapshot({ leads: false, givingUp: "node_gone" })],
    lines: ["Lease acquired", "Leadership ends NodeGone"],
  },
  {
    name: "a hold that ran out",
    views: [snapshot(), snapshot({ leads: false })],
    lines: ["Lease acquired", "Leadership ends HoldEnded"],
  },
  {
    name: "a lease taken by hand",
    views: [snapshot(), heldBy("bp-9")],
    lines: ["Lease acquired", "Leadership ends LeaseLost", "Lease held by another bp-9"],
  },
  {
    name: "an older manager",
    views: [{ ...heldBy("old"), lease: { ...heldBy("old").lease, olderManagerRenews: true } }],
    lines: [
      "Lease held by another old",
      "Lease is renewed by an older manager, which may forge on without it old",
    ],
  },
  {
    name: "another pool's lock",
    views: [{ ...FREE, lease: { ...FREE.lease, otherPool: "cd".repeat(28) } }],
    lines: ["Lease belongs to another pool: it is never claimed"],
  },
  {
    name: "locks without transitions left",
    views: [
      { ...FREE, lease: { ...FREE.lease, exhausted: ["older"] } },
      { ...FREE, lease: { ...FREE.lease, exhausted: ["lock", "older"] } },
    ],
    lines: [
      "Lease cannot be claimed any more: its leaseTransitions is at the maximum",
      "Lease cannot be claimed any more: its leaseTransitions is at the maximum",
    ],
  },
];

for (const { name, views, lines } of CASES) {
  Deno.test(`TransitionLog tells of ${name} once`, () => {
    assertEquals(linesOf(...views), lines);
  });
}
