// Owns how the scenarios of one theme are run: side by side, each with replicas and a result of its own.
// Never lets one pass in which two nodes were able to forge at once, whatever else it expects.

import { assertEquals } from "@std/assert";
import type { ApiServerOptions, RealApiServer } from "./apiserver.ts";
import { replicasTest } from "./manager_binary.ts";
import { Replicas, type ReplicasOptions, startClusterApi } from "./replicas.ts";
import { StartOrder } from "./start_order.ts";
import { Turnstile } from "./turnstile.ts";
import { until } from "./until.ts";

export interface Stage {
  readonly server: RealApiServer;
  /** Starts replicas in a namespace of their own; waits until one forges and all know it. */
  start(options?: StageOptions): Promise<Replicas>;
  /** Only makes them. */
  make(options?: StageOptions): Promise<Replicas>;
  /** A figure for the result line, such as a gap. */
  note(what: string, figure: number | string): void;
}

/** Without a server of its own, a scenario uses its theme's. */
export type StageOptions =
  & Omit<ReplicasOptions, "server" | "namespace">
  & Partial<Pick<ReplicasOptions, "server">>;

/** Named as facts. */
export type Scenarios = Readonly<Record<string, (stage: Stage) => Promise<void>>>;

export interface ThemeOptions {
  /** At most so many at once. Default 4: each has three replicas and three nodes. */
  readonly atOnce?: number;
  readonly api?: ApiServerOptions;
}

/** SCENARIO=words runs only those whose names hold the words. */
const WORDS = Deno.env.get("SCENARIO") ?? "";
const UNCHECKED = { sanitizeOps: false, sanitizeResources: false, sanitizeExit: false };

/** Registers one test with a step for each scenario. */
export function theme(name: string, scenarios: Scenarios, options: ThemeOptions = {}): void {
  const chosen = Object.entries(scenarios).filter(([fact]) => fact.includes(WORDS));
  if (chosen.length === 0) return;
  replicasTest(name, async (t) => {
    const starting = new StartOrder();
    await using server = await starting.pass(() => startClusterApi(options.api));
    const running = new Turnstile(options.atOnce ?? 4);
    await Promise.all(chosen.map(([fact, scenario], index) =>
      t.step({
        name: fact,
        ...UNCHECKED,
        fn: () =>
          running.pass(() => runScenario({ fact, scenario, server, starting, number: index + 1 })),
      })
    ));
  });
}

async function runScenario(
  { fact, scenario, server, starting, number }: {
    fact: string;
    scenario: (stage: Stage) => Promise<void>;
    server: RealApiServer;
    starting: StartOrder;
    number: number;
  },
): Promise<void> {
  await using clusters = new AsyncDisposableStack();
  const made: Replicas[] = [];
  const figures: string[] = [];
  const add = async (options: StageOptions, begin: (o: ReplicasOptions) => Promise<Replicas>) => {
    const namespace = `s${number}-${made.length + 1}`;
    const replicas = clusters.use(await begin({ server, ...options, namespace }));
    made.push(replicas);
    return replicas;
  };
  try {
    await scenario({
      server,
      start: async (options = {}) => {
        const replicas = await starting.pass(() => add(options, Replicas.start));
        await replicas.untilRenewed();
        return replicas;
      },
      make: (options = {}) => add(options, Replicas.make),
      note: (what, figure) => figures.push(`${what} ${figure}`),
    });
    for (const replicas of made) {
      const { overlapMs, slotsForgedTwice, slotsForged } = replicas.judge();
      figures.unshift(
        `overlap ${overlapMs} ms, ${slotsForgedTwice.length} of ${slotsForged} twice`,
      );
      assertEquals([overlapMs, slotsForgedTwice], [0, []]);
    }
    console.log(`${fact}: ${figures.join(", ")}`);
  } catch (error) {
    console.log(`${fact}: FAILED ${figures.join(", ")}\n${made.map(describe).join("\n")}`);
    throw error;
  }
}

/** The length of a fault, or of the time in which nothing more may happen. */
export function untilPassed(ms: number, sinceMs: number): Promise<true> {
  const options = { timeoutMs: ms + 10_000, everyMs: 250 };
  return until(`${ms} ms to pass`, () => Date.now() >= sinceMs + ms, options);
}

/** For a scenario that failed: what each replica logged last, and what its node did. */
export function describe(replicas: Replicas): string {
  return replicas.all.map((replica) => replica.tell(60)).join("\n");
}
