// Owns one replica over the pods that bear its name, and everything that can be done to it.
// Never decides what is done, or when.

import type { NetworkListener } from "./emulator.ts";
import type { LaunchedProcess } from "./launcher.ts";
import type { Pod } from "./pod.ts";
import { RecordTail } from "./record_tail.ts";
import type { RecordLine } from "./slot_record.ts";

/** Longer than a sidecar takes to fence and leave. */
const GRACE_MS = 5_000;

export interface ReplicaOptions {
  readonly name: string;
  /** Its own way to the API server. */
  readonly network: NetworkListener;
  /** A pod of this name that was not there before: `serial` counts from 1. */
  readonly makePod: (serial: number) => Pod;
}

export type PodLife = "absent" | "running" | "ending";

export class Replica {
  readonly name: string;
  readonly #options: ReplicaOptions;
  readonly #tails: RecordTail[] = [];
  #pod: Pod | undefined;
  #life: PodLife = "absent";
  #frozen: LaunchedProcess | undefined;

  constructor(options: ReplicaOptions) {
    this.name = options.name;
    this.#options = options;
  }

  get pod(): Pod | undefined {
    return this.#pod;
  }

  get life(): PodLife {
    return this.#life;
  }

  get isCutOff(): boolean {
    return this.#options.network.mode !== "ok";
  }

  get isFrozen(): boolean {
    return this.#frozen !== undefined && this.#frozen === this.#pod?.sidecar;
  }

  /** What its nodes wrote of themselves, over all its pods. */
  record(): readonly RecordLine[] {
    return this.#tails.flatMap((tail) => tail.lines());
  }

  /** A new pod, if there is none. */
  start(): void {
    if (this.#life !== "absent") return;
    this.#pod = this.#options.makePod(this.#tails.length + 1);
    this.#tails.push(new RecordTail(this.#pod.recordPath));
    this.#life = "running";
    this.#pod.start();
  }

  /** The pod is ended as by a rolling update: with notice, and by force where that is not heeded. */
  async terminate(): Promise<void> {
    const pod = this.#end();
    if (pod === undefined) return;
    const force = setTimeout(() => pod.sidecar?.kill("SIGKILL"), GRACE_MS);
    await pod.terminate();
    clearTimeout(force);
    this.#life = "absent";
  }

  /** Sidecar and node end in the same moment, as with their machine. */
  async vanish(): Promise<void> {
    const pod = this.#end();
    if (pod === undefined) return;
    await pod.vanish();
    this.#life = "absent";
  }

  killSidecar(): void {
    this.#pod?.sidecar?.kill("SIGKILL");
  }

  killNode(): void {
    this.#pod?.node?.kill("SIGKILL");
  }

  freeze(): void {
    this.#frozen = this.#pod?.sidecar;
    this.#frozen?.kill("SIGSTOP");
  }

  thaw(): void {
    this.#frozen?.kill("SIGCONT");
    this.#frozen = undefined;
  }

  /** Its requests are swallowed, and so is every answer. */
  cutOff(): void {
    this.#options.network.setMode("hang");
  }

  heal(): void {
    this.#options.network.setMode("ok");
  }

  /** At the end of the demo, whatever its pod is doing. */
  async stop(): Promise<void> {
    this.#life = "ending";
    await this.#pod?.vanish();
    for (const tail of this.#tails) tail.close();
  }

  #end(): Pod | undefined {
    if (this.#life !== "running") return undefined;
    this.#life = "ending";
    return this.#pod;
  }
}
