// Owns what the guard's machine does with a node that is being ended with its pod: how long it may take.
// Never judges by the reason of a revoke: only by what it says of the kill.

import { assertEquals } from "@std/assert";
import { killDueAt } from "../../../lib/core/fence.ts";
import { deadManVerdict, isFencing } from "../../../lib/core/guard_verdicts.ts";
import { GuardUnderTest, NODE, SETTINGS } from "./forging_support.ts";

const DELETED = { kind: "revoked", reason: "pod_deleting", killFrom: "permit_end" } as const;
const LOST = { kind: "revoked", reason: "lease_lost", killFrom: "half_fence" } as const;
const HALF_MS = SETTINGS.fenceTimeoutMs / 2;

/** A leader with so much left of its permit, whose pod is deleted; its node was asked to stop. */
function deletedLeader(leftMs = 6_000): { guard: GuardUnderTest; permitEndMs: number } {
  const guard = GuardUnderTest.leader().grant().later(9_000 - leftMs);
  const permitEndMs = guard.state.permit!.until;
  guard.take(DELETED);
  assertEquals(guard.acts, ["keep_permit", "remove_files"]);
  guard.files("absent");
  assertEquals(guard.acts, ["sighup disable_forging"]);
  return { guard: guard.signalled(), permitEndMs };
}

/** When it is killed by time alone, while its metrics stay away; counted from now. */
function killedAfterMs(guard: GuardUnderTest): number | undefined {
  const fromMs = guard.nowMs;
  while (guard.nowMs < fromMs + 60_000) {
    guard.later(50).scrapeInVain();
    if (guard.acts.includes("sigkill")) return guard.nowMs - fromMs;
  }
  return undefined;
}

interface Row {
  readonly what: string;
  readonly leftMs: number;
  /** Happens while the stop is not confirmed. */
  readonly then: (guard: GuardUnderTest) => unknown;
  /** Between that and the kill. */
  readonly killedAfterMs: number;
}

const ROWS: readonly Row[] = [
  {
    what: "nothing else: killed as late as at an ordinary end of the permit",
    leftMs: 6_000,
    then: () => {},
    killedAfterMs: 6_000 + HALF_MS,
  },
  {
    what: "a second word of the deletion, as of a manager that was started anew",
    leftMs: 6_000,
    then: (guard) => guard.later(1_000).take({ kind: "worker_started" }, DELETED),
    killedAfterMs: 5_000 + HALF_MS,
  },
  {
    what: "the worker ends: nobody renews any more, and the permit's end holds all the same",
    leftMs: 6_000,
    then: (guard) => guard.later(1_000).take({ kind: "worker_started" }),
    killedAfterMs: 5_000 + HALF_MS,
  },
  {
    what: "the lease is seen in other hands: half of FENCE_TIMEOUT from then",
    leftMs: 6_000,
    then: (guard) => guard.later(1_000).take(LOST),
    killedAfterMs: HALF_MS,
  },
  {
    what: "SIGTERM to the sidecar, which leaves soon: half of FENCE_TIMEOUT from then",
    leftMs: 6_000,
    then: (guard) => guard.later(1_000).take({ kind: "shutdown" }),
    killedAfterMs: HALF_MS,
  },
  {
    what: "an urgent cause after the permit's end makes nothing later",
    leftMs: 1_000,
    then: (guard) => guard.later(2_000).take(LOST, { kind: "shutdown" }),
    killedAfterMs: HALF_MS - 1_000,
  },
  {
    what: "the permit clock runs ahead: sooner by as much",
    leftMs: 6_000,
    then: (guard) => guard.permitAheadMs = 4_000,
    killedAfterMs: 2_000 + HALF_MS,
  },
  {
    what: "the permit clock runs ahead of everything: at once",
    leftMs: 6_000,
    then: (guard) => guard.permitAheadMs = 60_000,
    killedAfterMs: 50,
  },
  {
    what: "its socket refuses, as of a node that closes",
    leftMs: 6_000,
    then: (guard) => guard.look(false),
    killedAfterMs: 6_000 + HALF_MS,
  },
];

for (const { what, leftMs, then, killedAfterMs: expected } of ROWS) {
  Deno.test(`a deleted pod's node that does not confirm: ${what}`, () => {
    const { guard } = deletedLeader(leftMs);
    then(guard);
    assertEquals(killedAfterMs(guard), expected);
  });
}

Deno.test("a node that ends by itself is not killed, and its end is the confirmation", () => {
  const { guard } = deletedLeader();
  for (let ms = 0; ms < 5_000; ms += 50) assertEquals(guard.later(50).scrapeInVain().acts, []);
  assertEquals([isFencing(guard.state), guard.state.fencedSecond], [true, undefined]);
  guard.lookInVain();
  assertEquals(isFencing(guard.state), false);
  assertEquals(guard.state.fencedSecond, Math.floor(guard.nowMs / 1_000));
});

Deno.test("a node that confirms is fenced at once, whatever time it had", () => {
  const { guard } = deletedLeader();
  guard.later(100).scrape(0);
  assertEquals([isFencing(guard.state), killedAfterMs(guard)], [false, undefined]);
});

Deno.test("key files that cannot be removed end in a kill at once also when the pod is deleted", () => {
  const guard = GuardUnderTest.leader().take(DELETED).files("installed", 1, "EROFS");
  assertEquals(guard.acts, ["sigkill"]);
});

Deno.test("no grant is taken while the stop is awaited with patience", () => {
  const { guard } = deletedLeader();
  guard.later(1_000).grant();
  assertEquals(guard.state.permit, undefined);
});

Deno.test("a process that comes after it has the ordinary time", () => {
  const { guard } = deletedLeader();
  guard.look(true, { identity: { ...NODE, pid: 8 }, flag: false }).signalled().scrape(1);
  assertEquals(guard.state.fence?.patientUntil, undefined);
  assertEquals(killedAfterMs(guard), HALF_MS);
});

Deno.test("a fence that another cause opened is not made patient by a deletion", () => {
  const guard = GuardUnderTest.leader().take(LOST).files("absent").signalled().take(DELETED);
  assertEquals(killedAfterMs(guard), HALF_MS);
});

Deno.test("the machine asks to be woken when a patient kill is due", () => {
  const { guard, permitEndMs } = deletedLeader();
  const { fence, settings } = guard.state;
  const due = () => killDueAt(fence!, { fenceTimeoutMs: settings.fenceTimeoutMs, now: guard.now });
  assertEquals(due(), permitEndMs + HALF_MS);
  guard.permitAheadMs = 700;
  assertEquals(due(), permitEndMs + HALF_MS - 700);
});

Deno.test("the kubelet is not told that the node is dead before the guard would kill it", () => {
  const { guard, permitEndMs } = deletedLeader();
  guard.later(permitEndMs + SETTINGS.fenceTimeoutMs - 1 - guard.nowMs);
  assertEquals(deadManVerdict(guard.state, guard.now).live, true);
  guard.later(1);
  assertEquals(deadManVerdict(guard.state, guard.now).live, false);
});

Deno.test("while a stop is awaited the process is looked for four times a second", () => {
  const { guard } = deletedLeader();
  guard.look(true).later(249).tick();
  assertEquals(guard.effects.some(({ kind }) => kind === "look"), false);
  guard.later(1).tick();
  assertEquals(guard.effects.some(({ kind }) => kind === "look"), true);
});
