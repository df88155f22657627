// Owns how scenarios of two clusters are run: side by side on three API servers, each with a result of its own.
// Never lets one pass in which two nodes were able to forge at once, whatever else it expects.

import { assertEquals } from "@std/assert";
import {
  Clusters,
  type ClusterServers,
  type ClustersOptions,
  startClusterServers,
} from "./clusters.ts";
import { replicasTest } from "./manager_binary.ts";
import { describe } from "./scenarios.ts";
import { StartOrder } from "./start_order.ts";
import { Turnstile } from "./turnstile.ts";

export interface ClusterStage {
  readonly servers: ClusterServers;
  /** Starts both in a namespace of their own; waits until the favourite forges and both are ready. */
  start(options?: StageOptions): Promise<Clusters>;
  /** Only makes them. */
  make(options?: StageOptions): Promise<Clusters>;
  /** So that starts of several scenarios do not slow each other down. */
  oneAtATime<T>(work: () => Promise<T>): Promise<T>;
  /** A figure for the result line. */
  note(what: string, figure: number | string): void;
}

type StageOptions =
  & Omit<ClustersOptions, "servers" | "namespace">
  & Partial<Pick<ClustersOptions, "servers">>;

/** Named as facts. The longest come first. */
export type ClusterScenarios = Readonly<Record<string, (stage: ClusterStage) => Promise<void>>>;

const WORDS = Deno.env.get("SCENARIO") ?? "";
const UNCHECKED = { sanitizeOps: false, sanitizeResources: false, sanitizeExit: false };

/** Registers one test with a step for each scenario; each has four sidecars and four nodes. */
export function clustersTheme(
  name: string,
  scenarios: ClusterScenarios,
  { atOnce }: { readonly atOnce: number },
): void {
  const chosen = Object.entries(scenarios).filter(([fact]) => fact.includes(WORDS));
  if (chosen.length === 0) return;
  replicasTest(name, async (t) => {
    const starting = new StartOrder();
    await using servers = await starting.pass(startClusterServers);
    const running = new Turnstile(atOnce);
    await Promise.all(chosen.map(([fact, scenario], index) =>
      t.step({
        name: fact,
        ...UNCHECKED,
        fn: () =>
          running.pass(() =>
            runScenario({ fact, scenario, servers, starting, namespace: `c${index + 1}` })
          ),
      })
    ));
  });
}

async function runScenario(
  { fact, scenario, servers, starting, namespace }: {
    fact: string;
    scenario: (stage: ClusterStage) => Promise<void>;
    servers: ClusterServers;
    starting: StartOrder;
    namespace: string;
  },
): Promise<void> {
  await using made = new AsyncDisposableStack();
  const all: Clusters[] = [];
  const figures: string[] = [];
  const make = async (options: StageOptions = {}) => {
    const clusters = made.use(await Clusters.make({ servers, ...options, namespace }));
    all.push(clusters);
    return clusters;
  };
  try {
    await scenario({
      servers,
      make,
      start: async (options) => {
        const clusters = await make(options);
        await starting.pass(() => clusters.startInOrder());
        return clusters;
      },
      oneAtATime: (work) => starting.pass(work),
      note: (what, figure) => figures.push(`${what} ${figure}`),
    });
    for (const clusters of all) {
      const { overlapMs, slotsForgedTwice, slotsForged } = clusters.judge();
      figures.unshift(
        `overlap ${overlapMs} ms, ${slotsForgedTwice.length} of ${slotsForged} twice`,
      );
      assertEquals([overlapMs, slotsForgedTwice], [0, []]);
    }
    console.log(`${fact}: ${figures.join(", ")}`);
  } catch (error) {
    console.log(`${fact}: FAILED ${figures.join(", ")}\n${await tell(all)}`);
    throw error;
  }
}

/** What there is to see of clusters whose scenario failed. */
async function tell(all: readonly Clusters[]): Promise<string> {
  const texts = all.map(async ({ both, hub }) => {
    const lease = await hub.lease().catch(String);
    const parts = both.map(async (cluster) => {
      const status = await cluster.status().catch(String);
      return `${cluster.key}: ${JSON.stringify(status)}\n${describe(cluster.replicas)}`;
    });
    return [JSON.stringify(lease), ...await Promise.all(parts)].join("\n");
  });
  return (await Promise.all(texts)).join("\n");
}
