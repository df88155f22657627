// Owns what a replica of the demo needs before it can start: keys, a kubeconfig, settings.
// Never starts one.

import type { Environment } from "../config.ts";
import { wallTime } from "../core/time.ts";
import type { Emulator } from "./emulator.ts";
import { makeDemoKeys } from "./keys.ts";
import { Pod, type PodOptions } from "./pod.ts";
import { launchWithout, sidecarProgram } from "./program.ts";
import { Replica } from "./replica.ts";
import { everyMs } from "./restart_back_off.ts";
import { LIVENESS, NODE_REPLAY_MS, RESTART_DELAY_MS, TIMING_SETTINGS } from "./timings.ts";

const NETWORK = "preview";

export interface KeysOnDisk {
  readonly poolId: string;
  readonly sources: PodOptions["sources"];
}

export interface ReplicaMakerOptions {
  /** Everything written by the replicas is below. */
  readonly dir: string;
  readonly environment: Environment;
  readonly keys: KeysOnDisk;
}

export interface ReplicaNeeds {
  readonly name: string;
  /** Of its own cluster. */
  readonly emulator: Emulator;
  /** Settings beyond those of every replica. */
  readonly env?: Readonly<Record<string, string>>;
}

/** One pool's keys, the same for every replica. */
export async function makeKeys(dir: string): Promise<KeysOnDisk> {
  const keys = await makeDemoKeys({ network: NETWORK, now: wallTime(Date.now()) });
  const sources = {
    kes: `${dir}/kes.skey`,
    vrf: `${dir}/vrf.skey`,
    opcert: `${dir}/node.cert`,
  };
  for (const name of ["kes", "vrf", "opcert"] as const) {
    Deno.writeTextFileSync(sources[name], keys[name], { mode: 0o600 });
  }
  return { poolId: keys.poolId, sources };
}

export function replicaMaker(
  { dir, environment, keys }: ReplicaMakerOptions,
): (needs: ReplicaNeeds) => Replica {
  const launch = launchWithout(environment);
  return ({ name, emulator, env = {} }) => {
    const network = emulator.listen(name);
    const KUBECONFIG = writeKubeconfig(`${dir}/${name}.kubeconfig`, network.url);
    const makePod = (serial: number) =>
      new Pod({
        name,
        dir: `${dir}/${name}.${serial}`,
        program: sidecarProgram(),
        env: {
          ...TIMING_SETTINGS,
          KUBECONFIG,
          CARDANO_NETWORK: NETWORK,
          LOG_FORMAT: "text",
          ...env,
        },
        sources: keys.sources,
        node: { replayMs: NODE_REPLAY_MS },
        launch,
        liveness: LIVENESS,
        restartDelays: everyMs(RESTART_DELAY_MS),
      });
    return new Replica({ name, network, makePod });
  };
}

/** Gives its path back. */
export function writeKubeconfig(path: string, server: string): string {
  const kubeconfig = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "demo", cluster: { server } }],
    users: [{ name: "demo", user: {} }],
    contexts: [{ name: "demo", context: { cluster: "demo", user: "demo" } }],
    "current-context": "demo",
  };
  Deno.writeTextFileSync(path, JSON.stringify(kubeconfig));
  return path;
}
