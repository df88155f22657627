// Owns one pod as rendered, run as the kubelet runs it: sidecars first, probes, restarts, its end.
// Never decides anything that the pod's spec does not say.

import type { V1Container, V1Pod, V1PodSpec } from "@kubernetes/client-node";
import type { LaunchedProcess } from "../../../lib/demo/launcher.ts";
import type { RealApiServer } from "../apiserver.ts";
import { PodNamespace } from "../namespaced_launcher.ts";
import { containerRun, type Image } from "./container_run.ts";
import { PodNetwork } from "./pod_network.ts";
import { sleep } from "../../../lib/sleep.ts";
import { runProbe } from "./prober.ts";
import { makeVolume, type VolumeSources } from "./volumes.ts";

/** Before a container is started again; the kubelet's first is 10 s, doubled each time. */
const RESTART_DELAY_MS = 1_000;

/** Fields carried out, and those of placing a pod, which is placed already. */
const KNOWN = new Set(
  ("containers initContainers volumes securityContext terminationGracePeriodSeconds hostname " +
    "nodeName serviceAccountName serviceAccount automountServiceAccountToken enableServiceLinks " +
    "shareProcessNamespace affinity topologySpreadConstraints tolerations nodeSelector " +
    "dnsPolicy schedulerName restartPolicy priority preemptionPolicy").split(" "),
);

export interface RenderedPodOptions {
  /** As the API server stored it, with its uid. */
  readonly pod: V1Pod;
  readonly dir: string;
  readonly server: RealApiServer;
  readonly images: (name: string) => Image;
  readonly sources: Omit<VolumeSources, "field">;
}

interface Running {
  readonly container: V1Container;
  process: LaunchedProcess | undefined;
  restarts: number;
  isReady: boolean;
  /** When its startup probe, if any, succeeded. */
  readonly started: PromiseWithResolvers<void>;
}

export class RenderedPod implements AsyncDisposable {
  readonly name: string;
  readonly dir: string;
  readonly #options: RenderedPodOptions;
  readonly #namespace: PodNamespace;
  readonly #network: PodNetwork;
  readonly #volumes = new Map<string, string>();
  readonly #running = new Map<string, Running>();
  readonly #ended = new AbortController();
  readonly #loops: Promise<void>[] = [];

  private constructor(options: RenderedPodOptions, namespace: PodNamespace, network: PodNetwork) {
    this.#options = options;
    this.#namespace = namespace;
    this.#network = network;
    this.name = options.pod.metadata?.name ?? "";
    this.dir = options.dir;
  }

  static async start(options: RenderedPodOptions): Promise<RenderedPod> {
    const { dir, server, pod: { spec } } = options;
    const unknown = Object.keys(spec ?? {}).filter((key) => !KNOWN.has(key));
    if (unknown.length > 0) throw new Error(`Cannot run a pod: ${unknown} is not known here`);
    if (spec?.shareProcessNamespace !== true || spec.automountServiceAccountToken !== false) {
      throw new Error(
        "Cannot run a pod: only shared processes and tokens by volume are known here",
      );
    }
    await Deno.mkdir(`${dir}/volumes`, { recursive: true });
    const namespace = await PodNamespace.start({ hasNetwork: true });
    const network = await PodNetwork.start(namespace, { dir, apiPort: server.port });
    const pod = new RenderedPod(options, namespace, network);
    for (const volume of spec?.volumes ?? []) {
      const folder = await makeVolume(volume, {
        folder: `${dir}/volumes`,
        fsGroup: spec?.securityContext?.fsGroup ?? 0,
        pod: namespace,
        sources: { ...options.sources, field: (path) => pod.#field(path) },
      });
      pod.#volumes.set(volume.name, folder);
    }
    pod.#loops.push(pod.#run());
    return pod;
  }

  /** Where a volume's files are on this machine. */
  volume(name: string): string {
    return `${this.dir}/volumes/${name}`;
  }

  process(container: string): LaunchedProcess | undefined {
    return this.#running.get(container)?.process;
  }

  restarts(container: string): number {
    return this.#running.get(container)?.restarts ?? 0;
  }

  isReady(container: string): boolean {
    return this.#running.get(container)?.isReady ?? false;
  }

  log(container: string): string {
    try {
      return Deno.readTextFileSync(`${this.dir}/${container}.log`);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return ""; // not started yet
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort();
    await this.#network.end();
    await this.#namespace.end();
    await Promise.all(this.#loops);
  }

  get #spec(): V1PodSpec {
    return this.#options.pod.spec ?? { containers: [] };
  }

  /** https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/ */
  async #run(): Promise<void> {
    for (const container of this.#spec.initContainers ?? []) {
      const running = this.#startContainer(container);
      if (container.restartPolicy === "Always") await this.#unlessEnded(running.started.promise);
      else await this.#unlessEnded(this.#untilDone(running));
      if (this.#ended.signal.aborted) return;
    }
    for (const container of this.#spec.containers) this.#startContainer(container);
  }

  #startContainer(container: V1Container): Running {
    const running: Running = {
      container,
      process: undefined,
      restarts: 0,
      isReady: false,
      started: Promise.withResolvers(),
    };
    this.#running.set(container.name, running);
    this.#loops.push(this.#keepRunning(running));
    return running;
  }

  async #keepRunning(running: Running): Promise<void> {
    const { container } = running;
    const isInit = this.#spec.initContainers?.includes(container) ?? false;
    while (!this.#ended.signal.aborted) {
      const run = new AbortController();
      const signal = AbortSignal.any([run.signal, this.#ended.signal]);
      running.process = this.#namespace.launch({
        ...containerRun(container, {
          pod: this.#spec,
          image: this.#options.images(container.image ?? ""),
          volumes: this.#volumes,
          field: (path) => this.#field(path),
        }),
        logPath: `${this.dir}/${container.name}.log`,
      });
      const probing = this.#probe(running, signal);
      const { code } = await running.process.exited;
      run.abort();
      await probing;
      running.process = undefined;
      running.isReady = false;
      if (isInit && container.restartPolicy !== "Always" && code === 0) return;
      await sleep(RESTART_DELAY_MS, this.#ended.signal);
      if (!this.#ended.signal.aborted) running.restarts += 1;
    }
  }

  async #untilDone(running: Running): Promise<void> {
    while (running.process !== undefined && (await running.process.exited).code !== 0) {
      await sleep(2 * RESTART_DELAY_MS, this.#ended.signal);
    }
  }

  /** The other probes wait for the startup probe. */
  async #probe(running: Running, signal: AbortSignal): Promise<void> {
    const { startupProbe, livenessProbe, readinessProbe, ports = [] } = running.container;
    const common = { ports, network: this.#network, signal };
    const kill = (probe: { terminationGracePeriodSeconds?: number }) => {
      void this.#kill(running, probe.terminationGracePeriodSeconds);
      return "enough" as const;
    };
    if (startupProbe !== undefined) {
      let hasStarted = false;
      await runProbe({ ...common, probe: startupProbe }, (verdict) => {
        hasStarted = verdict === "success";
        return hasStarted ? "enough" : kill(startupProbe);
      });
      if (!hasStarted) return;
    }
    running.started.resolve();
    await Promise.all([
      livenessProbe && runProbe({ ...common, probe: livenessProbe }, (verdict) => {
        return verdict === "success" ? "go on" : kill(livenessProbe);
      }),
      readinessProbe && runProbe({ ...common, probe: readinessProbe }, (verdict) => {
        running.isReady = verdict === "success";
        return "go on";
      }),
    ]);
  }

  async #kill(running: Running, graceSeconds: number | undefined): Promise<void> {
    const { process } = running;
    if (process === undefined) return;
    process.kill("SIGTERM");
    const seconds = graceSeconds ?? this.#spec.terminationGracePeriodSeconds ?? 30;
    const timer = setTimeout(() => process.kill("SIGKILL"), seconds * 1_000);
    await process.exited;
    clearTimeout(timer);
  }

  #field(path: string): string {
    const { metadata } = this.#options.pod;
    const fields: Readonly<Record<string, string | undefined>> = {
      "metadata.name": metadata?.name,
      "metadata.namespace": metadata?.namespace,
      "metadata.uid": metadata?.uid,
    };
    const value = fields[path];
    if (value === undefined) throw new Error(`Cannot give ${path} of a pod: not known here`);
    return value;
  }

  async #unlessEnded(promise: Promise<void>): Promise<void> {
    const ended = Promise.withResolvers<void>();
    const end = () => ended.resolve();
    this.#ended.signal.addEventListener("abort", end, { once: true });
    await Promise.race([promise, ended.promise]);
    this.#ended.signal.removeEventListener("abort", end);
  }
}
