// Owns the proof that a node counts as hung by what was seen of it for long enough, and by nothing less.
// Never lets a hung node pass for a stopped one.

import { assertEquals } from "@std/assert";
import { forgingVerdict, isFencing, unfitness } from "../../../lib/core/guard_verdicts.ts";
import { NODE_SILENT_MS } from "../../../lib/core/node_silence.ts";
import { ANNOTATION } from "../../../lib/core/lease_record.ts";
import { GuardUnderTest, NODE } from "./forging_support.ts";
import { ManagerUnderTest, settingsOf } from "./manager_support.ts";

const STOOD_STILL_AT = 4_711;

interface Watching {
  readonly accepts?: boolean;
  readonly cpuTicks?: number | "unreadable" | "growing";
  /** To a scrape. Default: nothing. */
  readonly answers?: "forging" | "no gauge" | "not asked";
}

function see(guard: GuardUnderTest, { accepts = true, cpuTicks, answers }: Watching): void {
  guard.look(accepts, cpuTicks === "growing" ? {} : { cpuTicks: cpuTicks ?? STOOD_STILL_AT });
  if (answers === undefined) guard.scrapeInVain();
  else if (answers !== "not asked") guard.scrape(answers === "forging" ? 1 : undefined);
}

/** A look and a scrape at once and then each second, the last when the time has passed; a permit goes on. */
function watch(guard: GuardUnderTest, ms: number, watching: Watching = {}): GuardUnderTest {
  const untilMs = guard.nowMs + ms;
  see(guard, watching);
  while (guard.nowMs < untilMs) {
    guard.later(Math.min(1_000, untilMs - guard.nowMs));
    if (guard.state.permit !== undefined) guard.grant();
    see(guard, watching);
  }
  return guard;
}

function unfit({ state, now }: GuardUnderTest): string | undefined {
  return unfitness(state, now.monotonic)?.code;
}

const leader = () => GuardUnderTest.leader().later(1_000);
const follower = () => GuardUnderTest.follower().later(1_000);

const ROWS: readonly [fact: string, guard: () => GuardUnderTest, unfit: string | undefined][] = [
  ["long enough", () => watch(leader(), NODE_SILENT_MS), "node_silent"],
  ["not quite long enough", () => watch(leader(), NODE_SILENT_MS - 1), undefined],
  [
    "and works: only its metrics broke",
    () => watch(leader(), NODE_SILENT_MS * 4, { cpuTicks: "growing" }),
    undefined,
  ],
  [
    "uses no CPU time, and answers",
    () => watch(leader(), NODE_SILENT_MS * 4, { answers: "forging" }),
    undefined,
  ],
  [
    "uses no CPU time, and answers without telling whether it forges",
    () => watch(leader(), NODE_SILENT_MS * 4, { answers: "no gauge" }),
    undefined,
  ],
  [
    "and was not asked",
    () => watch(leader(), NODE_SILENT_MS * 4, { answers: "not asked" }),
    undefined,
  ],
  [
    "and worked once in between",
    () => {
      const guard = watch(leader(), NODE_SILENT_MS - 1_000);
      return watch(
        guard.later(1_000).look(true, { cpuTicks: 4_712 }).later(1),
        NODE_SILENT_MS - 2,
        {
          cpuTicks: 4_712,
        },
      );
    },
    undefined,
  ],
  [
    "and answered once in between",
    () => {
      const guard = watch(leader(), NODE_SILENT_MS - 1_000);
      return watch(guard.later(1_000).scrape(1), NODE_SILENT_MS - 1);
    },
    undefined,
  ],
  [
    "long enough after its last answer",
    () => watch(watch(leader(), 20_000, { answers: "forging" }).later(1_000), NODE_SILENT_MS),
    "node_silent",
  ],
  [
    "and its CPU time cannot be read",
    () => watch(leader(), NODE_SILENT_MS * 4, { cpuTicks: "unreadable" }),
    undefined,
  ],
  [
    "and its CPU time could not be read for a moment",
    () => {
      const guard = watch(leader(), 5_000);
      return watch(watch(guard, 3_000, { cpuTicks: "unreadable" }), NODE_SILENT_MS - 8_000);
    },
    "node_silent",
  ],
  [
    "while the guard slept",
    () => watch(watch(follower(), 1_000).later(NODE_SILENT_MS * 4), 1_000),
    undefined,
  ],
  [
    "before and after the guard slept, each for less",
    () => watch(watch(follower(), 20_000).later(10_001), 20_000),
    undefined,
  ],
  [
    "long enough after the guard slept",
    () => watch(watch(follower(), 20_000).later(10_001), NODE_SILENT_MS),
    "node_silent",
  ],
  [
    "and refuses connections, too",
    () => watch(leader(), NODE_SILENT_MS * 2, { accepts: false }),
    "node_refusing",
  ],
  [
    "with looks that are late, and no more than that",
    () => watch(watch(follower(), 20_000).later(10_000), 0),
    "node_silent",
  ],
  [
    "and goes on",
    () => watch(leader(), NODE_SILENT_MS).later(1_000).look(true, { cpuTicks: 4_712 }),
    undefined,
  ],
  ["and answers again", () => watch(leader(), NODE_SILENT_MS).later(1_000).scrape(1), undefined],
];

for (const [fact, guard, expected] of ROWS) {
  Deno.test(`a node that is silent ${fact}: ${expected ?? "fit"}`, () => {
    assertEquals(unfit(guard()), expected);
  });
}

Deno.test("a node that never showed whether it forges is not silent", () => {
  const start = () =>
    new GuardUnderTest().credentials().lookInVain().files("installed").later(500).look(false)
      .later(500).look(true).files("absent").signalled();
  const unheard = start().scrapeInVain().later(1_000).tick();
  assertEquals(unfit(watch(unheard, NODE_SILENT_MS * 2)), undefined);
  const noGauge = start().scrape(undefined).later(1_000).tick();
  assertEquals(unfit(watch(noGauge, NODE_SILENT_MS * 2)), undefined);
});

Deno.test("where the kernel counts no CPU time no node is silent", () => {
  const guard = new GuardUnderTest().credentials().lookInVain().files("installed").later(500)
    .look(false, { cpuTicks: 0 }).later(500).look(true, { cpuTicks: 0 }).files("absent")
    .signalled().later(100).scrape(0).later(1_000);
  assertEquals(unfit(watch(guard, NODE_SILENT_MS * 2, { cpuTicks: 0 })), undefined);
});

Deno.test("where metrics are doubted no node is silent: its stop would be taken for granted", () => {
  const guard = leader();
  const node = { ...guard.state.node, metricsTrial: "failed" } as const;
  guard.state = { ...guard.state, node, metricsUnreliable: true };
  assertEquals(unfit(watch(guard, NODE_SILENT_MS * 2)), undefined);
});

Deno.test("a follower whose node hangs may not lead, and its node stays as it is", () => {
  const guard = follower();
  for (let ms = 0; ms <= NODE_SILENT_MS; ms += 1_000) {
    guard.later(1_000).look(true, { cpuTicks: STOOD_STILL_AT }).scrapeInVain();
    assertEquals(guard.acts, []);
  }
  assertEquals(unfit(guard), "node_silent");
  assertEquals(forgingVerdict(guard.state), "stopped");
});

Deno.test("that a node hangs confirms no stop: it is asked, killed at S/2, and its end is awaited", () => {
  const guard = watch(leader(), NODE_SILENT_MS);
  guard.take({ kind: "revoked", reason: "node_silent", killFrom: "half_fence" });
  assertEquals(guard.acts, ["keep_permit", "remove_files"]);
  guard.files("absent");
  assertEquals(guard.acts, ["sighup disable_forging"]);
  guard.signalled();
  const still = { cpuTicks: STOOD_STILL_AT };
  for (let ms = 250; ms < 2_000; ms += 250) {
    guard.later(250).look(true, still).scrapeInVain();
    assertEquals([guard.acts, isFencing(guard.state)], [[], true]);
  }
  guard.later(250).tick();
  assertEquals(guard.acts, ["sigkill"]);
  guard.signalled().later(50).look(true, still).scrapeInVain();
  assertEquals([isFencing(guard.state), guard.state.fencedSecond], [true, undefined]);
  guard.later(50).lookInVain();
  assertEquals(isFencing(guard.state), false);
  assertEquals(guard.state.fencedSecond, Math.floor(guard.nowMs / 1_000));
});

Deno.test("a hung node that goes on in the midst of its fence is spared when it shows that it stopped", () => {
  const guard = watch(leader(), NODE_SILENT_MS);
  guard.take({ kind: "revoked", reason: "node_silent", killFrom: "half_fence" }).files("absent")
    .signalled();
  guard.later(1_000).look(true).scrape(1);
  assertEquals([unfit(guard), isFencing(guard.state)], ["forging_unconfirmed", true]);
  guard.later(150).look(true).scrape(0);
  assertEquals([unfit(guard), isFencing(guard.state)], [undefined, false]);
});

const SILENT = { code: "node_silent", message: "it hangs" } as const;

Deno.test("a leader whose node hangs keeps the lease until the stop is confirmed, then releases it", () => {
  const manager = ManagerUnderTest.leader();
  manager.report({ unfit: SILENT, forging: "forging" });
  assertEquals(manager.since(), ["revoke node_silent"]);
  manager.report({ unfit: SILENT, epoch: 2, fencing: true, forging: "unknown" });
  manager.later(3_750);
  assertEquals(manager.since(), ["replace lock", "wrote renew"], "renewed, and nothing granted");
  const unfit = { code: "node_gone", message: "" } as const;
  manager.report({ unfit, epoch: 3, fencedSecond: 1_790_000_110 });
  assertEquals(manager.since(), ["replace lock", "wrote release", "forget_nonces", "watch_lease"]);
  const annotations = manager.store.get("lock")?.metadata.annotations;
  assertEquals(annotations?.[ANNOTATION.receipt] === undefined, false);
});

Deno.test("a follower whose node hangs claims nothing, and does when it is fit again", () => {
  const manager = new ManagerUnderTest(settingsOf("pod-0")).report({ unfit: SILENT }).see();
  manager.see().later(60_000);
  assertEquals(manager.since().filter((one) => one.startsWith("wrote")), []);
  manager.report().see().later(60_000);
  assertEquals(manager.since().includes("wrote claim"), true);
});

Deno.test("a hung process is told apart from the one that follows it", () => {
  const guard = watch(leader(), NODE_SILENT_MS);
  guard.lookInVain().files("absent").later(1_000);
  const identity = { ...NODE, pid: 8 };
  guard.look(true, { identity, cpuTicks: STOOD_STILL_AT });
  assertEquals(unfit(guard), "forging_unconfirmed");
});
