// Owns managers as the guard and two APIs surround them: real drivers, an API server in this process,
// and a guard that does at once what it is told.
// Never waits a lease out: each begins as an earlier holder released it.

import type { Config } from "../../../lib/config.ts";
import { readConfig } from "../../../lib/config.ts";
import { readLease } from "../../../lib/core/lease_record.ts";
import { releasedLease, vacantLease } from "../../../lib/core/lease_writes.ts";
import { permitTime, wallTime } from "../../../lib/core/time.ts";
import {
  type EmulatedRequest,
  type Emulator,
  type EmulatorOptions,
  startEmulator,
} from "../../../lib/demo/emulator.ts";
import type { GuardReport, GuardToManager, ManagerToGuard } from "../../../lib/door.ts";
import type { ApiClient } from "../../../lib/kubernetes/client.ts";
import { createLog } from "../../../lib/log.ts";
import { Driver } from "../../../lib/manager/driver.ts";
import type { TierSnapshot } from "../../../lib/manager/tier_snapshot.ts";
import { until } from "../../support/until.ts";
import { report, VALID } from "../http/sample.ts";
import { clientFor } from "../kubernetes/servers.ts";

export const POOL_HEX = "0f292fcaa02b8b2f9b3c8f9fd8e0bb21abedb692a6d5058df3ef2735";
const CLUSTERS = "cardanoforgeclusters.cardano.io";
export const LEASES = "leases.coordination.k8s.io";
export const HUB = "hub";

function configOf(env: Record<string, string>): Config {
  const reading = readConfig({
    POD_NAME: "bp-0",
    POD_UID: crypto.randomUUID(),
    CARDANO_NETWORK: "preview",
    POOL_ID: "mine",
    KUBECONFIG: "/nowhere",
    ENABLE_CLUSTER_MANAGEMENT: "true",
    COORDINATION_KUBECONFIG: "/nowhere",
    COORDINATION_NAMESPACE: HUB,
    HEARTBEAT_INTERVAL: "1",
    ...env,
  });
  if (reading.kind === "wrong") throw new Error(JSON.stringify(reading.problems));
  return reading.config;
}

function stopped(): GuardReport {
  const credentials = { ...VALID, poolIdHex: POOL_HEX };
  const before = { epoch: 1, forging: "stopped", fencedSecond: 1, permitLeftMs: 0 } as const;
  return report({ ...before, files: "absent", credentials });
}

/** A stop takes longer than a request to an API near by, as it does with a real node. */
const STOP_MS = 50;

/** Starts its node at once, stops it a little later, and says so. */
class ObedientGuard implements Disposable {
  report = stopped();
  #serial = 1;
  #stopping: ReturnType<typeof setTimeout> | undefined;
  readonly #receive: (message: GuardToManager) => void;

  constructor(receive: (message: GuardToManager) => void) {
    this.#receive = receive;
  }

  say(change: Partial<GuardReport> = {}): void {
    this.report = { ...this.report, ...change };
    this.#receive({ kind: "report", report: this.report });
  }

  told(message: ManagerToGuard): void {
    const { epoch } = this.report;
    switch (message.kind) {
      case "stamp_request": {
        const stamp = { at: permitTime(performance.now()), epoch, serial: this.#serial++ };
        const { id } = message;
        return queueMicrotask(() =>
          this.#receive({ kind: "stamp", id, stamp, permitLeftMs: 5_000 })
        );
      }
      case "grant":
        if (this.report.forging === "forging") return;
        return queueMicrotask(() => this.say({ forging: "forging", fencedSecond: undefined }));
      case "revoke": {
        const wasForging = this.report.forging === "forging";
        queueMicrotask(() =>
          this.say({ epoch: epoch + 1, fencing: wasForging, fencedSecond: undefined })
        );
        clearTimeout(this.#stopping);
        this.#stopping = setTimeout(() => {
          const fencedSecond = Math.floor(Date.now() / 1_000);
          this.say({ fencing: false, forging: "stopped", fencedSecond });
        }, STOP_MS);
        return;
      }
      default:
        return;
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#stopping);
  }
}

/** The local leader of one cluster. */
class Leader implements Disposable {
  readonly config: Config;
  readonly driver: Driver;
  readonly guard: ObedientGuard;
  readonly log: Record<string, unknown>[] = [];
  readonly #clients: readonly ApiClient[];

  constructor(emulator: Emulator, env: Record<string, string>) {
    this.config = configOf(env);
    const log = createLog({
      level: "DEBUG",
      format: "json",
      sink: (line) => this.log.push(JSON.parse(line)),
      now: () => wallTime(Date.now()),
    });
    this.guard = new ObedientGuard((message) => this.driver.receive(message));
    this.driver = new Driver({
      config: this.config,
      log,
      start: { kind: "start", config: this.config, podUid: "uid", nonces: [], restarts: 0 },
      tell: (message) => this.guard.told(message),
    });
    this.#clients = [clientFor(emulator.url), clientFor(emulator.url)];
    this.driver.connect(this.#clients[0]!);
    this.driver.connectCoordination(this.#clients[1]!);
    this.guard.say();
  }

  get name(): string {
    return this.config.cluster!.name;
  }

  get tier(): TierSnapshot {
    return this.driver.snapshot().tier!;
  }

  logged(message: string): Record<string, unknown>[] {
    return this.log.filter((line) => line["message"] === message);
  }

  [Symbol.dispose](): void {
    this.driver.stop();
    this.guard[Symbol.dispose]();
    for (const client of this.#clients) client.close();
  }
}

export class Rig implements AsyncDisposable {
  readonly emulator: Emulator;
  readonly requests: EmulatedRequest[] = [];
  readonly #leaders: Leader[] = [];

  private constructor(emulator: Emulator, requests: EmulatedRequest[]) {
    this.emulator = emulator;
    this.requests = requests;
  }

  /** `intercept` answers in place of the server where it likes. */
  static async start(intercept: EmulatorOptions["onRequest"] = () => undefined): Promise<Rig> {
    const requests: EmulatedRequest[] = [];
    const emulator = await startEmulator({
      onRequest: (request) => {
        requests.push(request);
        return intercept(request);
      },
    });
    return new Rig(emulator, requests);
  }

  /** Each region has a namespace of its own for its local Lease. */
  lead(region: string, env: Record<string, string> = {}): Leader {
    const all = { NAMESPACE: region, CLUSTER_REGION: region, PREVIOUS_LEASE_NAMES: "", ...env };
    const { lease, cluster } = configOf(all);
    this.#putReleased(region, lease.name);
    this.#putReleased(HUB, cluster!.forgeLease.name);
    const leader = new Leader(this.emulator, all);
    this.#leaders.push(leader);
    return leader;
  }

  /** A CardanoForgeCluster as stored; undefined: there is none. */
  // deno-lint-ignore no-explicit-any -- tests reach into objects of any shape
  resource(name: string): any {
    return this.emulator.store.get({ collection: CLUSTERS, namespace: HUB, name })?.object;
  }

  async request(method: string, path: string, body?: unknown): Promise<void> {
    const contentType = method === "PATCH" ? "application/merge-patch+json" : "application/json";
    const headers = { "content-type": contentType };
    const init = body === undefined ? {} : { body: JSON.stringify(body), headers };
    const answer = await fetch(`${this.emulator.url}${path}`, { method, ...init });
    await answer.body?.cancel();
    if (!answer.ok) throw new Error(`${method} ${path} gave HTTP ${answer.status}`);
  }

  /** Path of a CardanoForgeCluster. */
  pathOf(name: string): string {
    return `/apis/cardano.io/v1/namespaces/${HUB}/cardanoforgeclusters/${name}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const leader of this.#leaders) leader[Symbol.dispose]();
    await this.emulator.stop();
  }

  #putReleased(namespace: string, name: string): void {
    const key = { collection: LEASES, namespace, name };
    const { store } = this.emulator;
    if (store.get(key) !== undefined) return;
    const uid = crypto.randomUUID();
    const vacant = vacantLease({
      namespace,
      name,
      poolId: POOL_HEX,
      durationSeconds: 5,
      transitions: 1,
    });
    const object = { ...vacant, metadata: { ...vacant.metadata, uid, resourceVersion: "1" } };
    const now = wallTime(Date.now());
    const released = releasedLease(readLease(object)!, {
      by: "an-earlier-pod",
      mark: { nonce: "n", now },
      fencedSecond: Math.floor(now / 1_000) - 5,
    });
    store.put(key, { object: released as never, owners: new Map() });
  }
}

/** Until the resource's status says so. */
export function untilStatus(
  rig: Rig,
  name: string,
  // deno-lint-ignore no-explicit-any -- as above
  says: (status: any) => boolean,
): Promise<unknown> {
  return until(`the status of ${name}`, () => {
    const status = rig.resource(name)?.status;
    return status !== undefined && says(status);
  });
}

export function conditionOf(
  // deno-lint-ignore no-explicit-any -- as above
  resource: any,
  type: string,
): { status: string; reason: string; message: string; lastTransitionTime: string } {
  return resource.status.conditions.find((one: { type: string }) => one.type === type);
}
