// Owns the making of an altered copy of lib/core, and how many seeds it takes to find it out.
// Never leaves a copy behind.

import { type ClusterMutant, isOfKind } from "./cluster_mutants.ts";
import { runClusters } from "./cluster_run.ts";
import { type Core, loadCore } from "./core.ts";
import type { ViolationKind } from "./world.ts";

const CORE = new URL("../../lib/core/", import.meta.url);

export type ClusterHunt =
  | { readonly kind: "caught"; readonly seed: number; readonly by: ViolationKind }
  | { readonly kind: "survived"; readonly seeds: number };

/** Throws when a text to be replaced does not stand there exactly once: then the table is out of date. */
export function patchedCore({ name, edits }: ClusterMutant): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const { file, find, put } of edits) {
    const text = texts.get(file) ?? Deno.readTextFileSync(new URL(file, CORE));
    const count = text.split(find).length - 1;
    if (count !== 1) {
      throw new Error(`Cannot apply mutant "${name}": ${file} holds its text ${count} times`);
    }
    texts.set(file, text.replace(find, () => put));
  }
  return texts;
}

async function withMutant<T>(mutant: ClusterMutant, use: (core: Core) => T): Promise<T> {
  const texts = patchedCore(mutant);
  const folder = Deno.makeTempDirSync({ prefix: "forge-manager-mutant-" });
  try {
    for (const { name } of Deno.readDirSync(CORE)) {
      const text = texts.get(name) ?? Deno.readTextFileSync(new URL(name, CORE));
      Deno.writeTextFileSync(`${folder}/${name}`, text);
    }
    return use(await loadCore(folder));
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** Runs seeds from 1 on until one of them shows the mutant by what it endangers. */
export function huntCluster(
  mutant: ClusterMutant,
  { seedsMax = mutant.seeds, fromSeed = 1 } = {},
): Promise<ClusterHunt> {
  return withMutant(mutant, (core): ClusterHunt => {
    for (let seed = fromSeed; seed < fromSeed + seedsMax; seed++) {
      const { violation } = runClusters(seed, { core });
      if (violation !== undefined && isOfKind(mutant, violation.kind)) {
        return { kind: "caught", seed, by: violation.kind };
      }
    }
    return { kind: "survived", seeds: seedsMax };
  });
}
