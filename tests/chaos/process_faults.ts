// Owns what befalls processes: frozen, killed, ended in order; sidecars, nodes, both, whole pods.
// Never ends a process that its pod did not start.

import type { Pod } from "../../lib/demo/pod.ts";
import type { LaunchedProcess } from "../../lib/demo/launcher.ts";
import { claim, type Fault, type Heal, type Strike } from "./fault.ts";

/** As the kubelet waits before it kills what a pod's end left. */
const POD_GRACE_MS = 30_000;

const processes = (strike: Strike) => [claim.processes(strike)];
const wholePod = (strike: Strike) => [claim.processes(strike), claim.keyFolder(strike)];

type Chosen = "sidecar" | "node";

function freeze(...chosen: readonly Chosen[]) {
  return ({ pod }: Strike): Heal | "absent" => {
    const running = theseOf(pod.replica.pod, chosen);
    if (running.length < chosen.length) return "absent";
    for (const process of running) process.kill("SIGSTOP");
    return () => running.forEach((process) => process.kill("SIGCONT"));
  };
}

function signal(name: Deno.Signal, ...chosen: readonly Chosen[]) {
  return ({ pod }: Strike): "absent" | void => {
    const running = theseOf(pod.replica.pod, chosen);
    if (running.length < chosen.length) return "absent";
    for (const process of running) process.kill(name);
  };
}

function theseOf(pod: Pod, chosen: readonly Chosen[]): readonly LaunchedProcess[] {
  return chosen.map((name) => pod[name]).filter((process) => process !== undefined);
}

/** Another pod of the same name stands in its place afterwards. */
function replace(end: (pod: Pod) => Promise<void>) {
  return async ({ pod: { replica } }: Strike): Promise<Heal> => {
    await end(replica.pod);
    return async () => {
      await replica.replacePod();
      replica.pod.start();
    };
  };
}

/** What SIGTERM does not end in time is killed, as at every pod's end. */
async function terminate(pod: Pod): Promise<void> {
  const timer = setTimeout(() => pod.vanish(), POD_GRACE_MS);
  await pod.terminate();
  clearTimeout(timer);
}

export const PROCESS_FAULTS: readonly Fault[] = [
  {
    name: "sidecar_frozen_briefly",
    weight: 2,
    lastsMs: [100, 4_000],
    claims: processes,
    needsFreshRenewals: true,
    inject: freeze("sidecar"),
  },
  {
    name: "sidecar_frozen",
    weight: 3,
    lastsMs: [4_000, 45_000],
    claims: processes,
    needsFreshRenewals: true,
    inject: freeze("sidecar"),
  },
  {
    name: "node_frozen_briefly",
    weight: 2,
    lastsMs: [100, 4_000],
    claims: processes,
    inject: freeze("node"),
  },
  {
    name: "node_frozen",
    weight: 2,
    lastsMs: [4_000, 45_000],
    claims: processes,
    inject: freeze("node"),
  },
  {
    // Short enough that both run again before LEASE_DURATION − FENCE_TIMEOUT.
    name: "both_frozen_briefly",
    weight: 2,
    lastsMs: [100, 5_000],
    claims: processes,
    needsFreshRenewals: true,
    inject: freeze("sidecar", "node"),
  },
  {
    name: "both_frozen_too_long",
    weight: 0.3,
    lastsMs: [16_000, 30_000],
    claims: processes,
    apart: "joint_freeze",
    inject: freeze("sidecar", "node"),
  },
  {
    name: "sidecar_killed",
    weight: 4,
    claims: processes,
    needsFreshRenewals: true,
    inject: signal("SIGKILL", "sidecar"),
  },
  { name: "sidecar_ended", weight: 2, claims: processes, inject: signal("SIGTERM", "sidecar") },
  { name: "node_killed", weight: 2, claims: processes, inject: signal("SIGKILL", "node") },
  { name: "node_ended", weight: 1, claims: processes, inject: signal("SIGTERM", "node") },
  {
    name: "both_killed",
    weight: 2,
    claims: processes,
    inject: signal("SIGKILL", "sidecar", "node"),
  },
  {
    name: "pod_lost",
    weight: 2,
    lastsMs: [100, 20_000],
    claims: wholePod,
    inject: replace((pod) => pod.vanish()),
  },
  {
    name: "pod_deleted",
    weight: 3,
    lastsMs: [100, 10_000],
    claims: wholePod,
    inject: replace(terminate),
  },
];
