// Owns the load bench: what one API server bears of many pools, and what each costs it.
// Never measures the beginning: leadership is settled before a window begins.

import type { RequestRecord } from "../../lib/kubernetes/api_request.ts";
import { sleep } from "../../lib/sleep.ts";
import { type RealApiServer } from "../support/apiserver.ts";
import { startClusterApi } from "../support/replicas.ts";
import { until } from "../support/until.ts";
import { percentile } from "./figures.ts";
import { LoadPool } from "./load_pool.ts";
import { readServer, type ServerReading } from "./load_server.ts";
import { cpuMs } from "./process_figures.ts";

const SETTLE_MS = 20_000;
const WINDOW_MS = 60_000;
/** Pools are made side by side, but not all at once: a server that throttles would be measured instead. */
const AT_ONCE = 4;
/**
 * Between two pools, as of machines that start one after the other. A thousand replicas that begin in
 * one moment are a storm of TLS handshakes, and on two cores mostly that is measured.
 */
const START_EVERY_MS = 150;
const START_DEADLINE_MS = 180_000;
/** Of the leaders, how many are lost in one moment, and then told to go in one moment. */
const MOVED_SHARE = 1 / 3;
const LAG_PROBE_MS = 100;

export interface LoadFigures {
  readonly pools: number;
  readonly windowS: number;
  readonly before: ServerReading;
  readonly after: ServerReading;
  /** Requests in the window by verb and resource. */
  readonly requests: Readonly<Record<string, number>>;
  /** Requests in the window that were answered by no 2xx. */
  readonly failures: Readonly<Record<string, number>>;
  readonly renewalMs: readonly number[];
  /** Of this process, whose one thread plays all replicas: its delay is in every latency. */
  readonly lagMs: readonly number[];
  readonly clientCpuMsPerS: number;
  /** Permits that began in the window: nobody asked for a move, so that each is one for want of time. */
  readonly moves: number;
  /** Pools with a leader at the very end, after all that was done to them. */
  readonly withLeader: number;
  /** From the loss of a leader, or from its being told to go, to another one's permit, in seconds. */
  readonly afterLossS: readonly number[];
  readonly afterShutdownS: readonly number[];
  /** Pools in which two held a permit at once, at any time. */
  readonly overlaps: number;
  readonly leaseDurationS: number;
}

export async function measureLoad(pools: number): Promise<LoadFigures> {
  await using server = await startClusterApi();
  const tally = new Tally();
  const all: LoadPool[] = [];
  try {
    for (let first = 0; first < pools; first += AT_ONCE) {
      const numbers = Array.from({ length: Math.min(AT_ONCE, pools - first) }, (_, i) => first + i);
      const onRequest = (one: RequestRecord) => tally.note(one);
      const made = numbers.map((number) => LoadPool.make({ server, number, onRequest }));
      all.push(...await Promise.all(made));
    }
    // Only when all are made: what is set up here would else have to wait for what runs already.
    for (const pool of all) {
      await pool.start();
      await sleep(START_EVERY_MS);
    }
    await until(`all ${pools} pools to have had a leader`, () => {
      return all.every(({ permits }) => permits.begun > 0);
    }, { timeoutMs: START_DEADLINE_MS, everyMs: 100 });
    await sleep(SETTLE_MS);
    const begunBefore = sumOf(all, ({ permits }) => permits.begun);
    const windowed = await measureWindow(server, tally);
    const moves = sumOf(all, ({ permits }) => permits.begun) - begunBefore;
    const moved = all.slice(0, Math.ceil(pools * MOVED_SHARE));
    const afterLossS = await untilMoved(moved, (pool) => pool.leader?.[Symbol.dispose]());
    const afterShutdownS = await untilMoved(moved, (pool) => pool.leader?.shutDown());
    const overlaps = all.filter(({ permits }) => permits.overlaps > 0).length;
    const withLeader = sumOf(all, ({ leader }) => leader === undefined ? 0 : 1);
    const leaseDurationS = (all[0]?.leaseDurationMs ?? 0) / 1_000;
    return {
      pools,
      ...windowed,
      moves,
      withLeader,
      afterLossS,
      afterShutdownS,
      overlaps,
      leaseDurationS,
    };
  } finally {
    for (const pool of all) pool[Symbol.dispose]();
  }
}

function sumOf(pools: readonly LoadPool[], of: (pool: LoadPool) => number): number {
  return pools.reduce((sum, pool) => sum + of(pool), 0);
}

async function measureWindow(server: RealApiServer, tally: Tally) {
  const lag = new Lag();
  const before = await readServer(server);
  const clientBefore = cpuMs(Deno.pid);
  tally.begin();
  await sleep(WINDOW_MS);
  const { requests, failures, renewalMs } = tally.end();
  const after = await readServer(server);
  const windowS = (after.atMs - before.atMs) / 1_000;
  const clientCpuMsPerS = (cpuMs(Deno.pid) - clientBefore) / windowS;
  return {
    windowS,
    before,
    after,
    requests,
    failures,
    renewalMs,
    clientCpuMsPerS,
    lagMs: lag.end(),
  };
}

/** Seconds from the moment it was done to all until the next permit of each; infinite for none in time. */
async function untilMoved(
  pools: readonly LoadPool[],
  act: (pool: LoadPool) => void,
): Promise<readonly number[]> {
  const actedAtMs = performance.now();
  for (const pool of pools) act(pool);
  const hasMoved = ({ permits }: LoadPool) => permits.begunAtMs > actedAtMs;
  const wait = { timeoutMs: START_DEADLINE_MS, everyMs: 50 };
  // What did not move in time is a figure, too: more than this machine can bear.
  await until("another leader in each of these pools", () => pools.every(hasMoved), wait)
    .catch(() => {});
  return pools.map((pool) =>
    hasMoved(pool) ? (pool.permits.begunAtMs - actedAtMs) / 1_000 : Infinity
  );
}

/** What the clients sent, and how long renewals took. */
class Tally {
  #running = false;
  #requests: Record<string, number> = {};
  #failures: Record<string, number> = {};
  #renewalMs: number[] = [];

  note({ verb, resource, code, ms }: RequestRecord): void {
    if (!this.#running) return;
    const key = `${verb} ${resource}`;
    this.#requests[key] = (this.#requests[key] ?? 0) + 1;
    if (key === "update leases") this.#renewalMs.push(ms);
    if (code.startsWith("2")) return;
    const failure = `${key}: ${code}`;
    this.#failures[failure] = (this.#failures[failure] ?? 0) + 1;
  }

  begin(): void {
    this.#running = true;
  }

  end(): Pick<LoadFigures, "requests" | "failures" | "renewalMs"> {
    this.#running = false;
    return { requests: this.#requests, failures: this.#failures, renewalMs: this.#renewalMs };
  }
}

/** How late timers of this process fire. */
class Lag {
  readonly #lateMs: number[] = [];
  readonly #timer: ReturnType<typeof setInterval>;

  constructor() {
    let dueMs = performance.now() + LAG_PROBE_MS;
    this.#timer = setInterval(() => {
      const nowMs = performance.now();
      this.#lateMs.push(Math.max(0, nowMs - dueMs));
      dueMs = nowMs + LAG_PROBE_MS;
    }, LAG_PROBE_MS);
  }

  end(): readonly number[] {
    clearInterval(this.#timer);
    return this.#lateMs;
  }
}

/** Such as `18 / 43`: median and 99th percentile. */
export function halfAndMost(values: readonly number[], digits = 0): string {
  if (values.length === 0) return "–";
  return `${percentile(values, 50).toFixed(digits)} / ${percentile(values, 99).toFixed(digits)}`;
}
