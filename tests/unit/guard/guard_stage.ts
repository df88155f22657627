// Owns a guard on a stage: real files, a node of its own name, and a manager that does what a test says.
// Never waits by time: a test awaits what it wants to see.

import { type Config, readConfig } from "../../../lib/config.ts";
import { wallTime } from "../../../lib/core/time.ts";
import { type DemoKeys, makeDemoKeys } from "../../../lib/demo/keys.ts";
import { freePort } from "../../../lib/demo/free_port.ts";
import {
  type SimulatedNodeOptions,
  type SimulatedNodeProcess,
  startSimulatedNode,
} from "../../../lib/demo/node_process.ts";
import { readRecord, type RecordEvent } from "../../../lib/demo/slot_record.ts";
import type { GuardReport, GuardToManager } from "../../../lib/door.ts";
import { carriedFrom, GuardClocks } from "../../../lib/guard/carried_permit.ts";
import { systemClocks } from "../../../lib/guard/clocks.ts";
import { Guard } from "../../../lib/guard/guard.ts";
import { PermitFile } from "../../../lib/guard/permit_file.ts";
import { createLog } from "../../../lib/log.ts";
import { until } from "../../support/until.ts";

const POD_UID = "uid-of-bp-0";

export class GuardStage implements AsyncDisposable {
  readonly dir = Deno.makeTempDirSync();
  readonly config: Config;
  readonly keys: DemoKeys;
  readonly lines: string[] = [];
  readonly told: GuardToManager[] = [];
  /** A manager's isolate in place of the test, where one takes part. */
  manager: ((message: GuardToManager) => void) | undefined;
  guard: Guard;
  node: SimulatedNodeProcess | undefined;
  /** Time in which this machine slept: boot time counts it, and timers do not. */
  sleptMs = 0;
  /** What befalls the guard once the permit file is written, before its next act. */
  onPermitKept = () => {};
  #stampId = 0;
  readonly #processName = `cn-${crypto.randomUUID().slice(0, 8)}`;
  readonly #nodeMetricsPort = freePort();

  private constructor(keys: DemoKeys, change: Partial<Config["lease"]>) {
    this.keys = keys;
    this.putSources(keys);
    this.config = this.#makeConfig(change);
    this.guard = this.#makeGuard();
  }

  static async make(change: Partial<Config["lease"]> = {}): Promise<GuardStage> {
    const keys = await makeDemoKeys({ network: "preview", now: wallTime(Date.now()) });
    const stage = new GuardStage(keys, change);
    await stage.guard.begin();
    return stage;
  }

  /** What the Secret holds from here on. */
  putSources(keys: Pick<DemoKeys, "kes" | "vrf" | "opcert">): void {
    const folder = `${this.dir}/secret`;
    Deno.mkdirSync(folder, { recursive: true });
    Deno.writeTextFileSync(`${folder}/kes.skey`, keys.kes);
    Deno.writeTextFileSync(`${folder}/vrf.skey`, keys.vrf);
    Deno.writeTextFileSync(`${folder}/node.cert`, keys.opcert);
  }

  startNode(options: Partial<SimulatedNodeOptions> = {}): void {
    this.node = startSimulatedNode({
      name: this.#processName,
      credentials: this.config.credentials.target,
      metricsPort: this.#nodeMetricsPort,
      ...options,
      dir: `${this.dir}/node`,
    });
  }

  /** The process ends without a word, and the kubelet starts another beside the same node. */
  async restartGuard(): Promise<void> {
    await this.guard.stop();
    this.guard = this.#makeGuard();
    await this.guard.begin();
  }

  /** What a manager does whose renewal succeeded at once. */
  grant({ holdMs = this.config.lease.renewDeadlineMs, fencedSecond }: {
    holdMs?: number;
    fencedSecond?: number;
  } = {}): void {
    const id = ++this.#stampId;
    const nonce = `nonce-${id}`;
    this.guard.receive({ kind: "stamp_request", id, nonce });
    const stamped = this.told.findLast((message) => message.kind === "stamp" && message.id === id);
    if (stamped?.kind !== "stamp") throw new Error("The guard gave no stamp");
    this.guard.receive({ kind: "grant", stamp: stamped.stamp, holdMs, nonce, fencedSecond });
  }

  get report(): GuardReport {
    return this.guard.report();
  }

  untilReport(what: string, isTrue: (report: GuardReport) => boolean): Promise<true> {
    return until(what, () => isTrue(this.report), { timeoutMs: 30_000 });
  }

  /** Fit to lead: the node is up and its stop confirmed. */
  untilFit(): Promise<true> {
    return this.untilReport("the guard to be fit", ({ unfit }) => unfit === undefined);
  }

  untilForging(): Promise<true> {
    return this.untilReport("the node to forge", ({ forging }) => forging === "forging");
  }

  /** Everything the node did, but for the lines that only say that it lives. */
  get nodeEvents(): readonly RecordEvent[] {
    return readRecord(this.node?.recordPath ?? "").map(({ event }) => event)
      .filter((event) => event !== "still_able" && event !== "forged");
  }

  get messages(): readonly string[] {
    return this.lines.map((line) => JSON.parse(line).message);
  }

  get installed(): readonly string[] {
    const { target } = this.config.credentials;
    return Object.values(target).filter((path) => {
      try {
        return Deno.statSync(path).isFile;
      } catch {
        return false; // absent
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.guard.stop();
    await this.node?.stop();
    Deno.removeSync(this.dir, { recursive: true });
  }

  #makeGuard(): Guard {
    const machine = systemClocks();
    const sources = { ...machine, bootMs: () => (machine.bootMs() ?? 0) + this.sleptMs };
    const clocks = new GuardClocks(sources);
    const folder = this.config.stateDir;
    const permitFile = new PermitFile({ folder, podUid: POD_UID, clocks: sources });
    const keep = permitFile.write.bind(permitFile);
    permitFile.write = (permit) => {
      const outcome = keep(permit);
      this.onPermitKept();
      return outcome;
    };
    const { renewDeadlineMs } = this.config.lease;
    return new Guard({
      config: this.config,
      log: createLog({
        level: "INFO",
        format: "json",
        sink: (line) => this.lines.push(line),
        now: () => wallTime(Date.now()),
      }),
      clocks,
      permitFile,
      carried: carriedFrom(permitFile.read(), {
        podUid: POD_UID,
        renewDeadlineMs,
        now: clocks.now(),
      }),
      tell: (message) => {
        this.told.push(message);
        this.manager?.(message);
      },
    });
  }

  #makeConfig(change: Partial<Config["lease"]>): Config {
    const { dir } = this;
    const reading = readConfig({
      POD_NAME: "bp-0",
      POD_UID,
      CARDANO_NETWORK: "preview",
      KUBERNETES_SERVICE_HOST: "127.0.0.1",
      CARDANO_NODE_PROCESS_NAME: this.#processName,
      NODE_SOCKET: `${dir}/node/node.socket`,
      NODE_METRICS_URL: `http://127.0.0.1:${this.#nodeMetricsPort}/metrics`,
      SOURCE_KES_KEY: `${dir}/secret/kes.skey`,
      SOURCE_VRF_KEY: `${dir}/secret/vrf.skey`,
      SOURCE_OP_CERT: `${dir}/secret/node.cert`,
      TARGET_KES_KEY: `${dir}/keys/kes.skey`,
      TARGET_VRF_KEY: `${dir}/keys/vrf.skey`,
      TARGET_OP_CERT: `${dir}/keys/node.cert`,
    });
    if (reading.kind !== "config") throw new Error(JSON.stringify(reading.problems));
    return { ...reading.config, lease: { ...reading.config.lease, ...change } };
  }
}
