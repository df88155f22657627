// Owns one pod as the kubelet would run it: the sidecar, the node beside it, probes and restarts.
// Never decides who forges: it only starts, probes, and ends processes.

import { sleep } from "../sleep.ts";
import { freePort } from "./free_port.ts";
import { simulatedNodeCommand, type SimulatedNodeOptions } from "./node_process.ts";
import { type Launch, type LaunchedProcess, launchHere } from "./launcher.ts";
import type { PodStatus } from "./pod_status.ts";
import { answers, LIVENESS, type LivenessProbe } from "./probe.ts";
import { everyMs, RestartBackOff, type RestartDelays } from "./restart_back_off.ts";
import { readRecord, type RecordLine } from "./slot_record.ts";

const STARTUP_TIMEOUT_MS = 1_000;
const STARTUP_PERIOD_MS = 100;
const RESTART_DELAY_MS = 1_000;

export interface PodOptions {
  readonly name: string;
  /** Folder of everything that belongs to this pod. */
  readonly dir: string;
  /** How to run the sidecar: the program and its leading arguments. */
  readonly program: readonly string[];
  /** Settings beyond those that a pod sets itself. */
  readonly env: Readonly<Record<string, string>>;
  readonly sources: { readonly kes: string; readonly vrf: string; readonly opcert: string };
  readonly node?: Partial<SimulatedNodeOptions>;
  readonly launch?: Launch;
  /** Whether the kubelet starts an ended sidecar again. Default true. */
  readonly restartSidecar?: boolean;
  /** Waited before a container is started again; of each container by itself. */
  readonly restartDelays?: RestartDelays;
  /** Of the node container; default as in the chart. Shorter leases need a faster one. */
  readonly liveness?: LivenessProbe;
}

export class Pod {
  readonly name: string;
  readonly uid: string;
  readonly dir: string;
  readonly logPath: string;
  restartSidecar: boolean;
  sidecar: LaunchedProcess | undefined;
  node: LaunchedProcess | undefined;
  nodeRestarts = 0;
  readonly #options: PodOptions;
  /** Chosen when first asked for: a pod may be made long before it starts, and a free port be taken. */
  #ports: { metrics: number; guard: number; node: number } | undefined;
  readonly #ended = new AbortController();
  readonly #loops: Promise<void>[] = [];
  readonly #sidecarBackOff: RestartBackOff;
  readonly #nodeBackOff: RestartBackOff;

  constructor(options: PodOptions) {
    this.#options = options;
    this.name = options.name;
    this.uid = crypto.randomUUID();
    this.dir = options.dir;
    this.logPath = `${options.dir}/sidecar.log`;
    this.restartSidecar = options.restartSidecar ?? true;
    const delays = options.restartDelays ?? everyMs(RESTART_DELAY_MS);
    this.#sidecarBackOff = new RestartBackOff(delays);
    this.#nodeBackOff = new RestartBackOff(delays);
    Deno.mkdirSync(`${this.dir}/keys`, { recursive: true });
  }

  get metricsPort(): number {
    return this.#chosenPorts.metrics;
  }

  get guardPort(): number {
    return this.#chosenPorts.guard;
  }

  get #chosenPorts(): { metrics: number; guard: number; node: number } {
    return this.#ports ??= { metrics: freePort(), guard: freePort(), node: freePort() };
  }

  get url(): string {
    return `http://127.0.0.1:${this.metricsPort}`;
  }

  get #target(): { kes: string; vrf: string; opcert: string } {
    const folder = `${this.dir}/keys`;
    return { kes: `${folder}/kes.skey`, vrf: `${folder}/vrf.skey`, opcert: `${folder}/node.cert` };
  }

  get recordPath(): string {
    return `${this.dir}/node-record.jsonl`;
  }

  record(): readonly RecordLine[] {
    return readRecord(this.recordPath);
  }

  /** The settings of this pod's sidecar. */
  get environment(): Record<string, string> {
    const { sources, env } = this.#options;
    const target = this.#target;
    return {
      POD_NAME: this.name,
      POD_UID: this.uid,
      NAMESPACE: "default",
      NODE_SOCKET: `${this.dir}/node.socket`,
      SOURCE_KES_KEY: sources.kes,
      SOURCE_VRF_KEY: sources.vrf,
      SOURCE_OP_CERT: sources.opcert,
      TARGET_KES_KEY: target.kes,
      TARGET_VRF_KEY: target.vrf,
      TARGET_OP_CERT: target.opcert,
      METRICS_PORT: String(this.metricsPort),
      GUARD_PORT: String(this.guardPort),
      NODE_METRICS_URL: `http://127.0.0.1:${this.#chosenPorts.node}/metrics`,
      ...env,
    };
  }

  start(): void {
    this.startSidecar();
    this.#loops.push(this.#runNode(), this.#probeNode());
  }

  startSidecar(): void {
    const [command = "", ...args] = this.#options.program;
    const launch = this.#options.launch ?? launchHere;
    const sidecar = launch({
      command,
      args: [...args, "run"],
      env: this.environment,
      logPath: this.logPath,
    });
    this.sidecar = sidecar;
    const startedAtMs = performance.now();
    this.#loops.push(sidecar.exited.then(async () => {
      if (this.sidecar === sidecar) this.sidecar = undefined;
      await this.#pause(this.#sidecarBackOff.nextMs(performance.now() - startedAtMs));
      if (this.restartSidecar && !this.#ended.signal.aborted && this.sidecar === undefined) {
        this.startSidecar();
      }
    }));
  }

  /** SIGTERM as at a pod's end: the sidecar first fences, then the node is ended. */
  async terminate(): Promise<void> {
    this.restartSidecar = false;
    this.#ended.abort();
    this.sidecar?.kill("SIGTERM");
    await this.sidecar?.exited;
    await this.vanish();
  }

  /** Everything of this pod ends at once, as with its machine. */
  async vanish(): Promise<void> {
    this.restartSidecar = false;
    this.#ended.abort();
    const processes = [this.sidecar, this.node];
    for (const process of processes) process?.kill("SIGKILL");
    await Promise.all(processes.map((process) => process?.exited));
    await Promise.all(this.#loops);
  }

  /** /status of the sidecar; undefined when it does not answer. */
  async status(): Promise<PodStatus | undefined> {
    try {
      const response = await fetch(`${this.url}/status`, { signal: AbortSignal.timeout(1_000) });
      return await response.json();
    } catch {
      return undefined; // dead, frozen or not up yet
    }
  }

  async #runNode(): Promise<void> {
    await this.#startupProbe();
    while (!this.#ended.signal.aborted) {
      const command = simulatedNodeCommand({
        ...this.#options.node,
        dir: this.dir,
        credentials: this.#target,
        metricsPort: this.#chosenPorts.node,
      });
      const launch = this.#options.launch ?? launchHere;
      const node = launch({ command: command.executable, args: command.args });
      this.node = node;
      const startedAtMs = performance.now();
      await node.exited;
      this.node = undefined;
      this.nodeRestarts += 1;
      await this.#pause(this.#nodeBackOff.nextMs(performance.now() - startedAtMs));
    }
  }

  async #startupProbe(): Promise<void> {
    while (!this.#ended.signal.aborted && !await this.#isStartedUp()) {
      await this.#pause(STARTUP_PERIOD_MS);
    }
  }

  #isStartedUp(): Promise<boolean> {
    return answers(`${this.url}/startup-status`, { timeoutMs: STARTUP_TIMEOUT_MS });
  }

  async #probeNode(): Promise<void> {
    const { periodMs, timeoutMs, failureThreshold, graceMs } = this.#options.liveness ?? LIVENESS;
    let failures = 0;
    while (!this.#ended.signal.aborted) {
      await this.#pause(periodMs);
      const probed = this.node;
      if (probed === undefined) continue;
      const url = `http://127.0.0.1:${this.guardPort}/node-live`;
      failures = await answers(url, { timeoutMs }) ? 0 : failures + 1;
      if (failures < failureThreshold || this.node !== probed) continue;
      failures = 0;
      probed.kill("SIGTERM");
      const timer = setTimeout(() => probed.kill("SIGKILL"), graceMs);
      await probed.exited;
      clearTimeout(timer);
    }
  }

  #pause(ms: number): Promise<void> {
    return sleep(ms, this.#ended.signal);
  }
}
