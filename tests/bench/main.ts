// Owns `deno task bench`: what is measured in which order, and the table of it all.
// Never fails because of a figure: a benchmark tells, tests judge.

import { managerBinary, whyNoReplicas } from "../support/manager_binary.ts";
import { startClusterApi } from "../support/replicas.ts";
import { Audit } from "../support/audit.ts";
import { measureClusters } from "./clusters_main.ts";
import { type Figure, figure, table } from "./figures.ts";
import { measureHandOvers, measureLosses } from "./hand_overs.ts";
import { measureStarts } from "./starts.ts";
import { loadMain } from "./load_main.ts";
import { measureKubeconfig, measureSteady } from "./steady.ts";

const WINDOW_MS = 60_000;

async function main(chosen: readonly string[]): Promise<number> {
  if (chosen[0] === "load") return await loadMain(chosen.slice(1));
  const why = whyNoReplicas();
  if (why !== undefined) {
    console.log(`skipped: bench, since ${why}`);
    return 0;
  }
  const audit = await Audit.make();
  try {
    await using server = await startClusterApi({ extraFlags: audit.flags });
    const parts: Readonly<Record<string, () => Promise<readonly Figure[]>>> = {
      size: () => Promise.resolve([sizeFigure()]),
      starts: () => measureStarts(server),
      steady: () => measureSteady({ server, audit, windowMs: WINDOW_MS }),
      kubeconfig: () => measureKubeconfig({ server, windowMs: WINDOW_MS / 4 }),
      "hand-overs": () => measureHandOvers(server),
      losses: () => measureLosses(server),
      clusters: () => measureClusters(),
    };
    const unknown = chosen.find((name) => parts[name] === undefined);
    if (unknown !== undefined) {
      console.error(`Unknown part "${unknown}"; the parts are ${Object.keys(parts).join(", ")}`);
      return 64;
    }
    const figures: Figure[] = [];
    for (const [name, measure] of Object.entries(parts)) {
      if (chosen.length > 0 && !chosen.includes(name)) continue;
      console.error(`measuring: ${name}`);
      figures.push(...await measure());
    }
    console.log(table(figures));
    return 0;
  } finally {
    await audit.remove();
  }
}

function sizeFigure(): Figure {
  const { size } = Deno.statSync(managerBinary() ?? "");
  return figure("size of the binary", `${(size / 1e6).toFixed(1)} MB`);
}

if (import.meta.main) Deno.exit(await main(Deno.args));
