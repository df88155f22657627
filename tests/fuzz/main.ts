// Owns `deno task fuzz --minutes M --seed N --target NAME --report FILE`: every parser for a share of the time.
// Never ends well after a failure, and never waits for ever for an input that hangs.

import { markdownTable } from "../support/markdown_table.ts";
import { numberOption, textOption } from "../support/options.ts";
import { beginReport, headTable, type ReportHead } from "../support/report_head.ts";
import { corpusOf, type FuzzRun } from "./run.ts";
import type { FuzzTarget } from "./target.ts";
import { TARGETS } from "./targets.ts";
import type { Batch } from "./worker.ts";

const MINUTES = 10;
const RUNS_A_BATCH = 500;
/** A batch takes seconds. */
const HANGS_AFTER_MS = 300_000;

interface Tally {
  readonly target: FuzzTarget;
  runs: number;
  batches: number;
  ms: number;
}

async function main(args: readonly string[]): Promise<number> {
  const minutes = numberOption(args, "minutes") ?? MINUTES;
  const seed = numberOption(args, "seed") ?? Math.floor(Math.random() * 2 ** 30);
  const only = textOption(args, "target");
  const targets = TARGETS.filter(({ name }) => only === undefined || name === only);
  if (targets.length === 0) {
    console.error(
      `Unknown target "${only}"; they are ${TARGETS.map(({ name }) => name).join(", ")}`,
    );
    return 64;
  }
  console.log(`seed ${seed}, ${targets.length} targets, ${minutes} minutes`);
  const head = await beginReport(["deno task fuzz", ...args].join(" "));
  const tallies = targets.map((target): Tally => ({ target, runs: 0, batches: 0, ms: 0 }));
  const failure = await fuzzAll(tallies, { seed, untilMs: performance.now() + minutes * 60_000 });
  const cases = await Promise.all(targets.map(({ name }) => corpusOf(name)));
  const text = report(tallies, {
    cases: cases.map((all) => all.map(({ name }) => name).join(", ")),
    head,
    seed,
    failure,
  });
  const path = textOption(args, "report");
  if (path !== undefined) await Deno.writeTextFile(path, text);
  console.log(text);
  return failure === undefined ? 0 : 1;
}

/** The target with the least time so far goes next, until the time is over; answers what failed. */
async function fuzzAll(
  tallies: readonly Tally[],
  { seed, untilMs }: { readonly seed: number; readonly untilMs: number },
): Promise<string | undefined> {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  try {
    while (performance.now() < untilMs) {
      const next = tallies.reduce((least, one) => one.ms < least.ms ? one : least);
      const begunMs = performance.now();
      const batch = { target: next.target.name, seed: seed + next.batches, runs: RUNS_A_BATCH };
      const run = await inTime(worker, batch);
      next.ms += performance.now() - begunMs;
      next.batches++;
      next.runs += run?.runs ?? 0;
      if (run?.failure === undefined && run !== undefined) continue;
      return run === undefined ? await hung(batch) : await failed(batch, run);
    }
    return undefined;
  } finally {
    worker.terminate();
  }
}

/** Undefined when it does not end. */
async function inTime(worker: Worker, batch: Batch): Promise<FuzzRun | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<FuzzRun | undefined>();
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = (event) => {
    event.preventDefault();
    reject(new Error(`Cannot fuzz ${batch.target}: ${event.message}`));
  };
  const timer = setTimeout(() => resolve(undefined), HANGS_AFTER_MS);
  worker.postMessage(batch);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}

function hung({ target, seed }: Batch): string {
  return `${target} hangs with seed ${seed}`;
}

async function failed({ target, seed }: Batch, { failure }: FuzzRun): Promise<string> {
  const path = await Deno.makeTempFile({ prefix: `fuzz-${target}-` });
  await Deno.writeFile(path, failure!.input);
  console.error(`${target}, seed ${seed}: ${failure!.error}\ninput: ${path}`);
  return `${target} with seed ${seed}: ${failure!.error.split("\n")[0]}`;
}

function report(
  tallies: readonly Tally[],
  { cases, head, seed, failure }: {
    readonly cases: readonly string[];
    readonly head: ReportHead;
    readonly seed: number;
    readonly failure: string | undefined;
  },
): string {
  const runs = tallies.reduce((sum, one) => sum + one.runs, 0);
  const rows = tallies.map(({ target, runs, ms }, i) => [
    target.name,
    String(runs),
    (ms / 1_000).toFixed(0),
    cases[i] ?? "",
    target.holds,
  ]);
  return `# Fuzzing

Every parser of outside input on ${runs} inputs: changes of whole examples, byte by byte and value by
value, words in any order, and bytes. Each input must leave the parser without an exception that it
does not name, within seconds, and with its property. ${
    failure === undefined ? "All held." : `**Failed:** ${failure}.`
  }

${headTable(head, [["seed", `${seed}, plus 1 for each batch of ${RUNS_A_BATCH} inputs`]])}

Cases: inputs that once showed a fault, named after it, kept in \`tests/fuzz/corpus\` and tried first in each batch. A
smaller number of inputs is tried by \`deno task test\`.

${markdownTable(["parser", "inputs", "s", "cases", "what holds"], rows)}
`;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
