// Owns running one target: its corpus and its seeds first, then inputs made of a number.
// Never goes on after a failure: the smallest input that shows it is what counts.

import fc from "fast-check";
import { inputsOf } from "./mutate.ts";
import type { FuzzTarget } from "./target.ts";

const CORPUS = new URL("./corpus/", import.meta.url);
/** Far more than any input of 64 KB may cost, also where eight programs share two processors. */
const INPUT_MS_MAX = 5_000;

export interface FuzzRun {
  readonly target: string;
  readonly runs: number;
  readonly corpus: number;
  readonly seed: number;
  /** Undefined: all properties held. */
  readonly failure: { readonly input: Uint8Array; readonly error: string } | undefined;
}

export interface FuzzOptions {
  readonly seed: number;
  readonly runs: number;
}

export async function fuzz(target: FuzzTarget, { seed, runs }: FuzzOptions): Promise<FuzzRun> {
  const cases = await corpusOf(target.name);
  const seeds = target.seeds.map((input, i) => ({ name: `seed ${i}`, input }));
  for (const { name, input } of [...cases, ...seeds]) {
    const error = await tried(target, input);
    if (error !== undefined) {
      const failure = { input, error: `${name}: ${error}` };
      return { target: target.name, runs: 0, corpus: cases.length, seed, failure };
    }
  }
  const property = fc.asyncProperty(inputsOf(target), async (input) => {
    const error = await tried(target, input);
    if (error !== undefined) throw new Error(error);
  });
  const result = await fc.check(property, { seed, numRuns: runs });
  const failure = result.counterexample === null
    ? undefined
    : { input: result.counterexample[0], error: String(result.errorInstance) };
  return { target: target.name, runs: result.numRuns, corpus: cases.length, seed, failure };
}

async function tried({ check }: FuzzTarget, input: Uint8Array): Promise<string | undefined> {
  const begunMs = performance.now();
  try {
    await check(input);
  } catch (error) {
    return error instanceof Error ? error.stack ?? error.message : String(error);
  }
  const tookMs = performance.now() - begunMs;
  return tookMs > INPUT_MS_MAX ? `took ${tookMs.toFixed(0)} ms` : undefined;
}

/** Inputs that once showed a fault, by the names of their files. */
export async function corpusOf(
  target: string,
): Promise<readonly { readonly name: string; readonly input: Uint8Array }[]> {
  const folder = new URL(`${target}/`, CORPUS);
  const names: string[] = [];
  try {
    for await (const { name, isFile } of Deno.readDir(folder)) if (isFile) names.push(name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return []; // it never failed yet
    throw error;
  }
  return await Promise.all(
    names.toSorted().map(async (name) => ({
      name,
      input: await Deno.readFile(new URL(name, folder)),
    })),
  );
}
