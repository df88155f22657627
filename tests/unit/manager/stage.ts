// Owns a driver on a stage: the emulated API before it, a guard that does as it is told behind it.
// Never waits by time: a test awaits what it wants to see.

import { type Config, readConfig } from "../../../lib/config.ts";
import type { LeaseObject } from "../../../lib/core/lease_object.ts";
import { ANNOTATION, readLease } from "../../../lib/core/lease_record.ts";
import { releasedLease, vacantLease } from "../../../lib/core/lease_writes.ts";
import { permitTime, wallTime } from "../../../lib/core/time.ts";
import { type Emulator, startEmulator } from "../../../lib/demo/emulator.ts";
import type { GuardReport, ManagerToGuard } from "../../../lib/door.ts";
import { ApiClient } from "../../../lib/kubernetes/client.ts";
import { createLog, type Log } from "../../../lib/log.ts";
import { Driver } from "../../../lib/manager/driver.ts";
import { report, VALID } from "../http/sample.ts";

export const NAMESPACE = "cardano";
const LEASE = "cardano-node-leader";
const clock = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };

export function config(podName: string, change: Partial<Config["lease"]> = {}): Config {
  const reading = readConfig({
    POD_NAME: podName,
    NAMESPACE,
    KUBERNETES_SERVICE_HOST: "127.0.0.1",
    CARDANO_NETWORK: "preview",
  });
  if (reading.kind !== "config") throw new Error(JSON.stringify(reading.problems));
  const lease = { ...reading.config.lease, renewIntervalMs: 50, ...change };
  return { ...reading.config, lease };
}

export function testLog(lines: string[] = []): Log {
  return createLog({
    level: "DEBUG",
    format: "json",
    sink: (line) => lines.push(line),
    now: () => wallTime(Date.now()),
  });
}

export function clientFor(url: string, requests: string[] = []): ApiClient {
  const tls = { caCerts: [] };
  return new ApiClient({
    access: {
      server: url,
      origin: "test",
      namespace: undefined,
      credentials: () => Promise.resolve({ headers: {}, tls }),
    },
    userAgent: "cardano-forge-manager/test",
    clock,
    onRequest: ({ verb, resource, code }) => requests.push(`${verb} ${resource} ${code}`),
  });
}

/** Forges as soon as a permit is granted, and has stopped as soon as it is revoked. */
export class Actor implements Disposable {
  readonly driver: Driver;
  readonly client: ApiClient;
  readonly told: ManagerToGuard[] = [];
  readonly requests: string[] = [];
  readonly lines: string[] = [];
  #report: GuardReport;
  #serial = 0;

  constructor(emulator: Emulator, { config, podUid }: { config: Config; podUid: string }) {
    this.#report = report({
      epoch: 1,
      forging: "stopped",
      files: "absent",
      fencedSecond: Math.floor(Date.now() / 1_000) - 1,
      credentials: VALID,
    });
    this.driver = new Driver({
      config,
      start: { kind: "start", config, podUid, nonces: [], restarts: 0 },
      log: testLog(this.lines),
      tell: (message) => {
        this.told.push(message);
        queueMicrotask(() => this.#act(message));
      },
    });
    this.client = clientFor(emulator.url, this.requests);
    this.driver.connect(this.client);
    this.report({});
  }

  /** What the guard finds from here on. */
  report(change: Partial<GuardReport>): void {
    this.#report = { ...this.#report, ...change };
    this.driver.receive({ kind: "report", report: this.#report });
  }

  get messages(): readonly string[] {
    return this.lines.map((line) => JSON.parse(line).message);
  }

  [Symbol.dispose](): void {
    this.driver.stop();
    this.client.close();
  }

  #act(message: ManagerToGuard): void {
    const { epoch } = this.#report;
    if (message.kind === "stamp_request") {
      const stamp = { at: permitTime(performance.now()), epoch, serial: ++this.#serial };
      this.driver.receive({ kind: "stamp", id: message.id, stamp, permitLeftMs: 0 });
    } else if (message.kind === "grant" && this.#report.forging !== "forging") {
      this.report({ forging: "forging", files: "installed", fencedSecond: undefined });
    } else if (message.kind === "revoke") {
      const fencedSecond = Math.floor(Date.now() / 1_000);
      this.report({ epoch: epoch + 1, forging: "stopped", files: "absent", fencedSecond });
    }
  }
}

/** An emulator whose Lease was released, so that the first claim need not wait. */
export async function releasedStage(poolId: string = VALID.poolIdHex): Promise<Emulator> {
  const emulator = await startEmulator();
  const name = LEASE;
  const vacant = vacantLease({
    name,
    namespace: NAMESPACE,
    poolId,
    durationSeconds: 15,
    transitions: 1,
  });
  const created = await send(emulator, "POST", "", vacant);
  const released = releasedLease(readLease(created)!, {
    by: "an-earlier-pod",
    mark: { nonce: "earlier", now: wallTime(Date.now()) },
    fencedSecond: Math.floor(Date.now() / 1_000) - 1,
  });
  await send(emulator, "PUT", `/${name}`, released);
  return emulator;
}

export function leaseIn(emulator: Emulator): LeaseObject | undefined {
  const key = { collection: "leases.coordination.k8s.io", namespace: NAMESPACE, name: LEASE };
  return emulator.store.get(key)?.object as LeaseObject | undefined;
}

export function holderIn(emulator: Emulator): string {
  return leaseIn(emulator)?.spec?.holderIdentity ?? "";
}

export function hasReceipt(emulator: Emulator): boolean {
  return leaseIn(emulator)?.metadata.annotations?.[ANNOTATION.receipt] !== undefined;
}

// deno-lint-ignore no-explicit-any -- tests reach into it
export function leaderStatusIn(emulator: Emulator): any {
  const key = {
    collection: "cardanoleaders.cardano.io",
    namespace: NAMESPACE,
    name: "cardano-leader",
  };
  return emulator.store.get(key)?.object.status;
}

async function send(
  emulator: Emulator,
  method: string,
  path: string,
  body: LeaseObject,
): Promise<LeaseObject> {
  const collection = `${emulator.url}/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases`;
  const response = await fetch(`${collection}${path}`, {
    method,
    body: JSON.stringify(body),
    headers: { "content-type": "application/json" },
  });
  if (!response.ok) throw new Error(`HTTP ${response.status}: ${await response.text()}`);
  return await response.json();
}
