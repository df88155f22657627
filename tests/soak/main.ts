// Owns `deno task soak --minutes M --report FILE`: runs a soak and writes what it found.
// Never passes a soak in which two forged, something grew, or a process ended by itself.

import { managerBinary, whyNoReplicas } from "../support/manager_binary.ts";
import { numberOption, textOption } from "../support/options.ts";
import { beginReport } from "../support/report_head.ts";
import { judgeSeries, seriesOf } from "./judgement.ts";
import { report } from "./report.ts";
import { soak } from "./soak.ts";

const MINUTES = 120;

async function main(args: readonly string[]): Promise<number> {
  const why = whyNoReplicas();
  if (why !== undefined) {
    console.log(`skipped: soak, since ${why}`);
    return 0;
  }
  const minutes = numberOption(args, "minutes") ?? MINUTES;
  const reportPath = textOption(args, "report");
  const csvPath = textOption(args, "samples") ?? await Deno.makeTempFile({ suffix: ".csv" });
  console.log(`samples: ${csvPath}`);
  // Of its own, so that a build meanwhile does not change what a restarted sidecar runs.
  const folder = await Deno.makeTempDir({ prefix: "forge-soak-" });
  const command = ["deno task soak", ...args].join(" ");
  const head = await beginReport(command, { binary: managerBinary() });
  try {
    await Deno.copyFile(managerBinary()!, `${folder}/cardano-forge-manager`);
    Deno.env.set("FORGE_MANAGER_BINARY", `${folder}/cardano-forge-manager`);
    const result = await soak({ minutes, csvPath, tell: (line) => console.log(line) });
    const steadiness = seriesOf(result.samples).map(judgeSeries);
    const { text, passed } = report({ head, result, steadiness });
    if (reportPath !== undefined) await Deno.writeTextFile(reportPath, text);
    console.log(text);
    return passed ? 0 : 1;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
