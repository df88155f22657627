// Owns `deno run tests/simulation/clusters_hunt.ts [NAME]`: the table of mutants and seeds to detection.
// Never stops at one that survives: the table is the point.

import { CLUSTER_MUTANTS } from "./cluster_mutants.ts";
import { huntCluster } from "./cluster_mutation.ts";

async function main([name = ""]: readonly string[]): Promise<number> {
  let survivors = 0;
  for (const mutant of CLUSTER_MUTANTS) {
    if (!mutant.name.includes(name)) continue;
    const hunt = await huntCluster(mutant);
    const found = hunt.kind === "caught" ? `seed ${hunt.seed}, ${hunt.by}` : "SURVIVED";
    console.log(
      `${mutant.endangers.padEnd(7)} ${mutant.name.padEnd(48)} of ${
        String(mutant.seeds).padStart(4)
      }: ${found}`,
    );
    if (hunt.kind === "survived") survivors++;
  }
  return survivors === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
