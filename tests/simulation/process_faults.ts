// Owns what may befall processes, machines, disks and clocks of one replica.
// Never touches a lease.

import { NODE_SILENT_MS } from "../../lib/core/node_silence.ts";
import { type Fault, lasting } from "./fault.ts";
import { GOOD_MANNERS, type NodeManners } from "./node.ts";
import type { Pod } from "./pod.ts";
import type { World } from "./world.ts";

function pause(world: World, pod: Pod, which: "guard" | "manager" | "both"): boolean | void {
  const { sidecar } = pod;
  if (!sidecar?.isAlive || sidecar.guard.isPaused) return false;
  const ms = lasting(world, { max: 60_000, mildMax: 1_500 });
  world.note(pod.label, `${which} paused for ${Math.round(ms)} ms`);
  const paused = [
    ...(which === "manager" ? [] : [sidecar.guard]),
    ...(which === "guard" || sidecar.manager === undefined ? [] : [sidecar.manager]),
  ];
  for (const isolate of paused) isolate.pause();
  if (which !== "manager") pod.outageBegins();
  world.agenda.after(ms, () => {
    if (which !== "manager" && sidecar.isAlive) pod.outageEnds();
    for (const isolate of paused) isolate.resume();
  });
}

export function misbehave(world: World, pod: Pod, manners: Partial<NodeManners>): boolean | void {
  if (pod.manners !== GOOD_MANNERS || pod.node?.isHung) return false;
  // A stop that was ignored, and a gauge that tells of one that came about, are two faults of one node.
  const isFencing = pod.sidecar?.guard.state.fence !== undefined;
  if (manners.metrics === "stuck_at_0" && isFencing) return false;
  pod.trouble();
  const set = pod.manners = { ...GOOD_MANNERS, ...manners };
  const ms = world.random.between(5_000, 120_000);
  world.note(pod.label, `node misbehaves for ${Math.round(ms)} ms: ${JSON.stringify(manners)}`);
  world.agenda.after(ms, () => {
    pod.trouble();
    if (pod.manners === set) pod.manners = GOOD_MANNERS;
  });
}

/** Beyond NODE_SILENT_MS: what an idle guard's looks, its manager and a report may take. */
const HANG_NOTICED_MS = NODE_SILENT_MS + 35_000;

/** Stopped for a while: it answers nothing, and goes on where it was. */
function hang(world: World, pod: Pod): boolean | void {
  const { node } = pod;
  const known = pod.sidecar?.guard.state.node;
  if (!node?.accepts || node.isHung || known?.identity?.pid !== node.identity.pid) return false;
  if (pod.manners !== GOOD_MANNERS || !seesMetrics(pod)) return false;
  // What began by itself and was not seen yet is beyond any guard.
  if (node.isAble && known.suspicion === "none") return false;
  const struckAt = world.agenda.now;
  const ms = world.random.between(2_000, 120_000);
  world.note(pod.label, `node hangs for ${Math.round(ms)} ms`);
  pod.hangNode();
  world.agenda.after(ms, () => {
    if (pod.node === node) pod.endHang();
  });
  world.agenda.after(HANG_NOTICED_MS, () => {
    const isUndisturbed = pod.node === node && node.isHung && pod.untroubledSince === struckAt;
    if (!isUndisturbed || !pod.permitRuns()) return;
    world.violate("hung_leader", `${pod.label} keeps the lead, and its node hangs`);
  });
}

export function seesMetrics({ sidecar }: Pod): boolean {
  const state = sidecar?.guard.state;
  return state !== undefined && !state.metricsUnreliable && state.node.metricsWereReadable;
}

function crash(world: World, pod: Pod, acts: number): boolean | void {
  const { sidecar } = pod;
  if (!sidecar?.isAlive) return false;
  pod.kubelet.sidecarRestartMs = world.isMild
    ? world.random.between(200, 1_500)
    : world.random.skewed(150, 60_000);
  if (acts === 0) sidecar.end("is killed");
  else sidecar.crashWithin(acts);
}

export const PROCESS_FAULTS: readonly Fault[] = [
  { name: "guard_paused", weight: 3, isMild: true, strike: (w, pod) => pause(w, pod, "guard") },
  { name: "manager_paused", weight: 3, isMild: true, strike: (w, pod) => pause(w, pod, "manager") },
  { name: "both_paused", weight: 3, isMild: true, strike: (w, pod) => pause(w, pod, "both") },
  {
    name: "worker_crashes",
    weight: 4,
    isMild: true,
    strike: (world, pod) => {
      if (pod.sidecar?.manager === undefined || pod.sidecar.guard.isPaused) return false;
      pod.sidecar.crashManager(world.random.skewed(20, 2_000));
    },
  },
  { name: "sidecar_killed", weight: 4, isMild: true, strike: (world, pod) => crash(world, pod, 0) },
  {
    name: "sidecar_crashes_between_acts",
    weight: 5,
    strike: (world, pod) => crash(world, pod, 1 + world.random.below(30)),
  },
  {
    name: "guard_paused_between_acts",
    weight: 4,
    strike: (world, { sidecar }) => {
      if (!sidecar?.isAlive || sidecar.guard.isPaused) return false;
      sidecar.pauseWithin(1 + world.random.below(20), lasting(world, { max: 60_000, mildMax: 0 }));
    },
  },
  {
    name: "sidecar_sigterm",
    weight: 3,
    isMildForFollowers: true,
    strike: (world, pod) => {
      pod.kubelet.sidecarRestartMs = world.random.skewed(150, 10_000);
      pod.sidecar?.shutDown();
    },
  },
  {
    name: "pod_replaced",
    weight: 2,
    isMildForFollowers: true,
    strike: (world, pod) => pod.replace(world.random.skewed(500, 30_000)),
  },
  {
    name: "pod_deleted",
    weight: 2,
    isMildForFollowers: true,
    strike: (world, pod) => pod.delete(world.random.skewed(500, 30_000)),
  },
  {
    name: "pod_deleted_slowly",
    weight: 2,
    isMildForFollowers: true,
    strike: ({ random }, pod) =>
      pod.deleteSlowly({
        graceMs: random.skewed(1_000, 120_000),
        awayMs: random.skewed(500, 30_000),
        isWatched: random.chance(0.8),
        // One that was never seen to show anything is beyond any guard.
        isDeaf: pod.manners === GOOD_MANNERS && seesMetrics(pod) && random.chance(0.5),
      }),
  },
  {
    name: "node_crashes",
    weight: 4,
    isMildForFollowers: true,
    strike: (_world, pod) => pod.endNode("crashes"),
  },
  { name: "node_hangs", weight: 2, strike: hang },
  {
    name: "node_refuses_stop",
    weight: 4,
    // A node that refuses and says nothing of it is beyond any guard: its metrics must be believed.
    strike: (world, pod) => seesMetrics(pod) ? misbehave(world, pod, { refusesStop: true }) : false,
  },
  {
    name: "node_refuses_start",
    weight: 2,
    strike: (world, pod) =>
      seesMetrics(pod) ? misbehave(world, pod, { refusesStart: true }) : false,
  },
  {
    name: "node_loses_signals",
    weight: 3,
    strike: (world, pod) =>
      seesMetrics(pod)
        ? misbehave(world, pod, { losesSignals: world.random.between(0.3, 1) })
        : false,
  },
  {
    name: "node_starts_slowly",
    weight: 2,
    strike: (world, pod) => {
      if (misbehave(world, pod, { startMs: [20_000, 120_000] }) === false) return false;
      if (world.random.chance(0.5)) pod.endNode("crashes");
    },
  },
  {
    name: "node_handles_slowly",
    weight: 4,
    strike: (world, pod) => misbehave(world, pod, { handlerMsMax: 950 }),
  },
  {
    name: "node_metrics_fail",
    weight: 4,
    strike: (world, pod) =>
      misbehave(world, pod, {
        metrics: world.random.pick(["none", "flaky", "stuck_at_1", "stuck_at_0"] as const),
      }),
  },
  {
    name: "node_socket_refuses",
    weight: 2,
    isMildForFollowers: true,
    strike: (world, pod) => {
      const { node } = pod;
      if (!node?.accepts) return false;
      node.setAccepts(false);
      world.agenda.after(world.random.skewed(500, 30_000), () => {
        if (node.isAlive) node.setAccepts(true);
      });
    },
  },
  {
    name: "node_starts_unbidden",
    weight: 0.5,
    strike: (_world, pod) => {
      if (!pod.node?.accepts || pod.permitRuns() || !seesMetrics(pod)) return false;
      if (pod.manners !== GOOD_MANNERS || pod.node.isHung) return false;
      pod.node.startUnbidden();
    },
  },
  {
    name: "disk_refuses",
    weight: 2,
    strike: (world, pod) => {
      if (pod.diskRefuses) return false;
      pod.setDisk(world.random.pick(["read_only", "full", "torn"]));
      world.agenda.after(world.random.skewed(500, 60_000), () => pod.setDisk("well"));
    },
  },
  {
    name: "wall_clock_steps",
    weight: 4,
    strike: (world, pod) => {
      if (world.isTame) return false;
      const ms = world.random.pick([-1, 1]) * world.random.skewed(300, 3_600_000);
      world.note(pod.label, `wall clock steps by ${Math.round(ms)} ms`);
      pod.host.stepWall(ms);
    },
  },
  {
    name: "machine_suspended",
    weight: 1,
    strike: (world, pod) => {
      if (!world.suspends || pod.host.isSuspended) return false;
      const ms = world.random.skewed(200, 120_000);
      world.note(pod.label, `machine suspended for ${Math.round(ms)} ms`);
      pod.suspend(ms);
    },
  },
];
