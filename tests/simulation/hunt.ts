// Owns `deno run tests/simulation/hunt.ts [SEEDS_MAX] [NAME]`: the table of mutants and seeds to detection.
// Never stops at one that survives: the table is the point.

import { MUTANTS } from "./mutants.ts";
import { hunt } from "./mutation.ts";

async function main([seeds = "400", name = ""]: readonly string[]): Promise<number> {
  let survivors = 0;
  for (const mutant of MUTANTS) {
    if (!mutant.name.includes(name)) continue;
    const result = await hunt(mutant, { seedsMax: Number(seeds) });
    if (result.kind === "survived") survivors++;
    const told = result.kind === "caught" ? `${result.seeds} (${result.by})` : "SURVIVED";
    console.log(`rule ${String(mutant.rule).padStart(2)}  ${mutant.name.padEnd(58)} ${told}`);
  }
  return survivors === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
