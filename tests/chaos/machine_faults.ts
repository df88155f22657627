// Owns what befalls what a pod stands on: credentials, the key folder's disk, processor time.
// Never goes on for longer than its strike: burners end by themselves.

import { wallTime } from "../../lib/core/time.ts";
import { makeDemoKeys } from "../../lib/demo/keys.ts";
import { NETWORK } from "../support/replicas.ts";
import { burnProcessors, canLimitProcessor, limitProcessor } from "./processor.ts";
import { claim, type Fault, type Heal, type Strike } from "./fault.ts";

function nextKeys({ world }: Strike, counter?: number) {
  const options = { network: NETWORK, now: wallTime(Date.now()), previous: world.keys };
  return makeDemoKeys({ ...options, ...(counter === undefined ? {} : { counter }) });
}

const FILLER = "filler";

export const MACHINE_FAULTS: readonly Fault[] = [
  {
    name: "credentials_rotated",
    weight: 2,
    claims: () => [claim.credentials],
    inject: async (strike) => {
      const { world } = strike;
      world.keys = await nextKeys(strike);
      world.install(world.keys);
    },
  },
  {
    name: "credentials_mismatched",
    weight: 1,
    lastsMs: [1_000, 30_000],
    claims: () => [claim.credentials],
    inject: async (strike): Promise<Heal> => {
      const { world } = strike;
      world.install({ ...world.keys, kes: (await nextKeys(strike)).kes });
      return () => world.install(world.keys);
    },
  },
  {
    name: "credentials_older",
    weight: 1,
    lastsMs: [1_000, 30_000],
    claims: () => [claim.credentials],
    inject: async (strike): Promise<Heal | "absent"> => {
      const { world } = strike;
      const { certificateCounter } = world.keys;
      if (certificateCounter === 0) return "absent";
      world.install(await nextKeys(strike, certificateCounter - 1));
      return () => world.install(world.keys);
    },
  },
  {
    name: "disk_full",
    weight: 2,
    lastsMs: [1_000, 30_000],
    claims: (strike) => [claim.keyFolder(strike)],
    inject: async ({ pod: { replica } }): Promise<Heal> => {
      const file = `${replica.pod.dir}/keys/${FILLER}`;
      await replica.run("sh", "-c", `head -c 2M /dev/zero >"$1" 2>/dev/null || true`, "sh", file);
      return async () => void await replica.run("rm", "-f", file);
    },
  },
  {
    name: "disk_read_only",
    weight: 2,
    lastsMs: [1_000, 30_000],
    claims: (strike) => [claim.keyFolder(strike)],
    inject: async ({ pod: { replica } }): Promise<Heal> => {
      await replica.remountKeys("ro");
      return () => replica.remountKeys("rw");
    },
  },
  {
    name: "pod_starved",
    weight: 3,
    lastsMs: [2_000, 40_000],
    claims: (strike) => [claim.processes(strike)],
    needsFreshRenewals: true,
    inject: ({ pod, chance }): Heal | "absent" => {
      const { sidecar, node } = pod.replica.pod;
      if (sidecar === undefined || node === undefined || !canLimitProcessor()) return "absent";
      // The sidecar alone, as by a limit on its container, or the node with it.
      const pids = chance < 0.5 ? [sidecar.pid] : [sidecar.pid, node.pid];
      const share = 0.01 * 30 ** ((chance * 2) % 1);
      return limitProcessor(`${Deno.pid}-${pod.replica.key}`, { pids, share });
    },
  },
  {
    name: "machine_starved",
    weight: 0.5,
    lastsMs: [1_000, 8_000],
    claims: () => [claim.machine],
    inject: ({ durationMs }) => burnProcessors(durationMs),
  },
];
