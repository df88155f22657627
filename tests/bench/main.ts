// Owns `deno task bench [PART…] [--quick] [--report FILE]`: what is measured in which order, and its table.
// Never fails because of a figure: a benchmark tells, tests judge.

import { Audit } from "../support/audit.ts";
import { managerBinary, whyNoReplicas } from "../support/manager_binary.ts";
import { startClusterApi } from "../support/replicas.ts";
import { beginReport } from "../support/report_head.ts";
import { measureClusters } from "./clusters.ts";
import { type Extent, QUICK, WHOLE } from "./extent.ts";
import { type Figure, figure, table } from "./figures.ts";
import { measureHandOvers, measureLosses } from "./hand_overs.ts";
import { loadMain } from "./load_main.ts";
import { parseOptions } from "./options.ts";
import { report, type Section } from "./report.ts";
import { measureStarts } from "./starts.ts";
import { measureKubeconfig, measureSteady } from "./steady.ts";

type Parts = Readonly<Record<string, () => Promise<readonly Figure[]>>>;

const ONE_CLUSTER = ["size", "starts", "steady", "kubeconfig", "hand-overs", "losses"] as const;

async function main(args: readonly string[]): Promise<number> {
  if (args[0] === "load") return await loadMain(args.slice(1));
  const options = parseOptions(args, [...ONE_CLUSTER, "clusters"]);
  if (typeof options === "string") {
    console.error(options);
    return 64;
  }
  const why = whyNoReplicas();
  if (why !== undefined) {
    console.log(`skipped: bench, since ${why}`);
    return 0;
  }
  const { parts, isQuick, reportPath } = options;
  const extent = isQuick ? QUICK : WHOLE;
  const command = ["deno task bench", ...args].join(" ");
  const head = await beginReport(command, { binary: managerBinary() });
  const sections: Section[] = [
    { title: "One cluster of three replicas", figures: await measureOneCluster(parts, extent) },
    {
      title: "Two clusters of two replicas, and a coordination API",
      figures: await measureChosen(parts, { clusters: () => measureClusters(extent) }),
    },
  ];
  console.log(table(sections.flatMap(({ figures }) => figures)));
  if (reportPath !== undefined) {
    await Deno.writeTextFile(reportPath, report({ head, sections, isQuick }));
  }
  return 0;
}

async function measureOneCluster(
  chosen: readonly string[],
  extent: Extent,
): Promise<readonly Figure[]> {
  if (!ONE_CLUSTER.some((name) => chosen.includes(name))) return [];
  const audit = await Audit.make();
  try {
    await using server = await startClusterApi({ extraFlags: audit.flags });
    const parts: Record<typeof ONE_CLUSTER[number], () => Promise<readonly Figure[]>> = {
      size: () => Promise.resolve([sizeFigure()]),
      starts: () => measureStarts(server, extent.starts),
      steady: () => measureSteady({ server, audit, windowMs: extent.steadyMs }),
      kubeconfig: () => measureKubeconfig({ server, windowMs: extent.kubeconfigMs }),
      "hand-overs": () => measureHandOvers(server, extent.handOvers),
      losses: () => measureLosses(server, extent.losses),
    };
    return await measureChosen(chosen, parts);
  } finally {
    await audit.remove();
  }
}

async function measureChosen(chosen: readonly string[], parts: Parts): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const [name, measure] of Object.entries(parts)) {
    if (!chosen.includes(name)) continue;
    console.error(`measuring: ${name}`);
    figures.push(...await measure());
  }
  return figures;
}

function sizeFigure(): Figure {
  const { size } = Deno.statSync(managerBinary() ?? "");
  return figure("size of the binary", `${(size / 1e6).toFixed(1)} MB`);
}

if (import.meta.main) Deno.exit(await main(Deno.args));
