// Owns the making of an altered copy of lib/core, and how many seeds it takes to find it out.
// Never leaves a copy behind.

import { type Core, loadCore } from "./core.ts";
import type { Mutant } from "./mutants.ts";
import { runSeed } from "./run.ts";
import type { ViolationKind } from "./world.ts";

const CORE = new URL("../../lib/core/", import.meta.url);

export type Hunt =
  | { readonly kind: "caught"; readonly seeds: number; readonly by: ViolationKind }
  | { readonly kind: "survived"; readonly seeds: number };

/** Throws when a text to be replaced does not stand there exactly once: then the table is out of date. */
export function patched(mutant: Mutant): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const { file, find, put } of mutant.edits) {
    const text = texts.get(file) ?? Deno.readTextFileSync(new URL(file, CORE));
    const count = text.split(find).length - 1;
    if (count !== 1) {
      throw new Error(
        `Cannot apply mutant "${mutant.name}": ${file} holds its text ${count} times`,
      );
    }
    texts.set(file, text.replace(find, () => put));
  }
  return texts;
}

export async function withMutant<T>(
  mutant: Mutant,
  use: (core: Core) => T | Promise<T>,
): Promise<T> {
  const texts = patched(mutant);
  const folder = Deno.makeTempDirSync({ prefix: "forge-manager-mutant-" });
  try {
    for (const { name } of Deno.readDirSync(CORE)) {
      const text = texts.get(name) ?? Deno.readTextFileSync(new URL(name, CORE));
      Deno.writeTextFileSync(`${folder}/${name}`, text);
    }
    return await use(await loadCore(folder));
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** Runs seeds from the first on until one of them shows the mutant. */
export async function hunt(
  mutant: Mutant,
  { seedsMax, firstSeed = 1 }: { seedsMax: number; firstSeed?: number },
): Promise<Hunt> {
  return await withMutant(mutant, (core) => {
    for (let count = 1; count <= seedsMax; count++) {
      const { violation } = runSeed(firstSeed + count - 1, { core });
      if (violation !== undefined) return { kind: "caught", seeds: count, by: violation.kind };
    }
    return { kind: "survived", seeds: seedsMax };
  });
}
