// Owns what the demo plays on: the API server, the keys, three replicas, and the events so far.
// Never outlives close(): every process is ended by its handle.

import type { Environment } from "../config.ts";
import { wallTime } from "../core/time.ts";
import { type Emulator, startEmulator } from "./emulator.ts";
import type { DemoEvent } from "./events.ts";
import { type DemoKeys, makeDemoKeys } from "./keys.ts";
import { Observer } from "./observer.ts";
import { Pod } from "./pod.ts";
import { launchWithout, sidecarProgram } from "./program.ts";
import { Replica } from "./replica.ts";
import type { NodeRecords } from "./slots.ts";
import { LIVENESS, NODE_REPLAY_MS, RESTART_DELAY_MS, TIMING_SETTINGS } from "./timings.ts";

const NETWORK = "preview";
const REPLICAS = 3;

export interface StageOptions {
  /** Everything written by the demo is below. */
  readonly dir: string;
  readonly environment: Environment;
}

export class Stage {
  readonly replicas: readonly Replica[];
  readonly observer: Observer;
  readonly #emulator: Emulator;
  readonly #events: DemoEvent[] = [];

  constructor(emulator: Emulator, replicas: readonly Replica[]) {
    this.#emulator = emulator;
    this.replicas = replicas;
    this.observer = new Observer(replicas);
  }

  get events(): readonly DemoEvent[] {
    return this.#events;
  }

  /** Notes that something is about to be done. Each event has a moment of its own. */
  note(name: string): DemoEvent {
    const event = { name, atMs: Math.max(Date.now(), (this.#events.at(-1)?.atMs ?? 0) + 1) };
    this.#events.push(event);
    return event;
  }

  records(): NodeRecords {
    return Object.fromEntries(this.replicas.map((replica) => [replica.name, replica.record()]));
  }

  async close(): Promise<void> {
    await Promise.all(this.replicas.map((replica) => replica.stop()));
    await this.observer.stop();
    await this.#emulator.stop();
  }
}

/** Everything but the pods, which are the first event of the story. */
export async function setStage({ dir, environment }: StageOptions): Promise<Stage> {
  const keys = await makeDemoKeys({ network: NETWORK, now: wallTime(Date.now()) });
  const sources = writeKeys(dir, keys);
  const emulator = await startEmulator();
  const launch = launchWithout(environment);
  const replicas = Array.from({ length: REPLICAS }, (_, index) => {
    const name = `bp-${index}`;
    const network = emulator.listen(name);
    const kubeconfig = `${dir}/${name}.kubeconfig`;
    Deno.writeTextFileSync(kubeconfig, kubeconfigFor(network.url));
    const makePod = (serial: number) =>
      new Pod({
        name,
        dir: `${dir}/${name}.${serial}`,
        program: sidecarProgram(),
        env: {
          ...TIMING_SETTINGS,
          KUBECONFIG: kubeconfig,
          CARDANO_NETWORK: NETWORK,
          LOG_FORMAT: "text",
        },
        sources,
        node: { replayMs: NODE_REPLAY_MS },
        launch,
        liveness: LIVENESS,
        restartDelayMs: RESTART_DELAY_MS,
      });
    return new Replica({ name, network, makePod });
  });
  return new Stage(emulator, replicas);
}

function writeKeys(dir: string, keys: DemoKeys): { kes: string; vrf: string; opcert: string } {
  const sources = {
    kes: `${dir}/kes.skey`,
    vrf: `${dir}/vrf.skey`,
    opcert: `${dir}/node.cert`,
  };
  for (const name of ["kes", "vrf", "opcert"] as const) {
    Deno.writeTextFileSync(sources[name], keys[name], { mode: 0o600 });
  }
  return sources;
}

function kubeconfigFor(server: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "demo", cluster: { server } }],
    users: [{ name: "demo", user: {} }],
    contexts: [{ name: "demo", context: { cluster: "demo", user: "demo" } }],
    "current-context": "demo",
  });
}
