// Owns `deno task simulate`: many seeds, their progress and a report; or one seed, told line by line.
// Never writes anywhere but to the terminal.

import { runClusters } from "./cluster_run.ts";
import { ALL_CLUSTER_FAULTS } from "./cluster_weather.ts";
import { type RunOptions, type RunResult, runSeed } from "./run.ts";
import { ALL_FAULTS } from "./weather.ts";

/** What is simulated: one cluster, or several and the API server on which they meet. */
interface Kind {
  readonly run: (seed: number, options: RunOptions) => RunResult;
  readonly faults: readonly { readonly name: string }[];
}

const ONE_CLUSTER: Kind = { run: runSeed, faults: ALL_FAULTS };
const SEVERAL_CLUSTERS: Kind = { run: runClusters, faults: ALL_CLUSTER_FAULTS };

interface Options {
  readonly kind: Kind;
  readonly from: number;
  readonly to: number;
  readonly hours: number;
  readonly replay: number | undefined;
}

function parse(given: readonly string[]): Options | string {
  const kind = given.includes("--clusters") ? SEVERAL_CLUSTERS : ONE_CLUSTER;
  const args = given.filter((one) => one !== "--clusters");
  let [from, to, hours, replay]: [number, number, number, number | undefined] = [
    1,
    500,
    0.25,
    undefined,
  ];
  for (let i = 0; i < args.length; i += 2) {
    const value = args[i + 1] ?? "";
    const range = /^(\d+)\.\.(\d+)$/.exec(value);
    if (args[i] === "--seeds" && range !== null) [from, to] = [Number(range[1]), Number(range[2])];
    else if (args[i] === "--hours" && Number(value) > 0) hours = Number(value);
    else if (args[i] === "--replay" && /^\d+$/.test(value)) replay = Number(value);
    else return "Usage: main.ts [--clusters] [--seeds A..B] [--hours H] [--replay SEED]";
  }
  return { kind, from, to, hours, replay };
}

class Report {
  readonly #kind: Kind;
  readonly #began = performance.now();
  readonly #faults = new Map<string, number>();
  readonly #apart = new Map<string, number>();
  readonly #recovered: number[] = [];
  readonly #gaps: number[] = [];
  readonly failures: RunResult[] = [];
  #seeds = 0;
  #simulatedMs = 0;
  #spells = 0;

  constructor(kind: Kind) {
    this.#kind = kind;
  }

  add(result: RunResult): void {
    this.#seeds++;
    this.#simulatedMs += result.simulatedMs;
    this.#spells += result.spells;
    for (const [name, count] of result.faults) add(this.#faults, name, count);
    for (const name of result.apart) add(this.#apart, name, 1);
    if (result.recoveredMs !== undefined) this.#recovered.push(result.recoveredMs);
    this.#gaps.push(...result.gapsMs);
    if (result.violation !== undefined) this.failures.push(result);
  }

  progress(options: Options): string {
    const seconds = (performance.now() - this.#began) / 1_000;
    const whole = options.to - options.from + 1;
    const left = seconds / this.#seeds * (whole - this.#seeds);
    return `${this.#seeds} of ${whole} seeds, ${(this.#simulatedMs / 3_600_000).toFixed(1)} h, ` +
      `${this.failures.length} failed, ${left.toFixed(0)} s left`;
  }

  print(): void {
    const seconds = (performance.now() - this.#began) / 1_000;
    const hours = this.#simulatedMs / 3_600_000;
    console.log(
      `\n${this.#seeds} seeds, ${hours.toFixed(1)} simulated hours in ${seconds.toFixed(1)} s: ${
        (hours / seconds).toFixed(1)
      } h/s; ${this.#spells} spells of forging`,
    );
    console.log(`Recovery after healing, s: ${percentiles(this.#recovered)}`);
    console.log(`From one forger to the next, s: ${percentiles(this.#gaps)}`);
    console.log("Set apart:", Object.fromEntries(this.#apart));
    console.log("Faults:", Object.fromEntries(this.#faults));
    const names = this.#kind.faults.map(({ name }) => name);
    const never = names.filter((name) => !this.#faults.has(name));
    if (never.length > 0) console.log("Never struck:", never.join(", "));
    for (const { seed, violation } of this.failures) {
      console.log(`FAILED seed ${seed}: ${violation?.kind}: ${violation?.what}`);
    }
  }
}

function add(counts: Map<string, number>, name: string, count: number): void {
  counts.set(name, (counts.get(name) ?? 0) + count);
}

function percentiles(values: number[]): string {
  if (values.length === 0) return "none";
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) =>
    ((sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0) / 1_000)
      .toFixed(1);
  return `p50 ${at(0.5)}, p90 ${at(0.9)}, p99 ${at(0.99)}, max ${at(1)}`;
}

function replay(seed: number, { kind, hours }: Options): number {
  const result = kind.run(seed, { hours, verbose: true });
  console.log(result.violation ?? "No violation", result.digest);
  return result.violation === undefined ? 0 : 1;
}

function main(args: readonly string[]): number {
  const options = parse(args);
  if (typeof options === "string") {
    console.error(options);
    return 2;
  }
  if (options.replay !== undefined) return replay(options.replay, options);
  const report = new Report(options.kind);
  let toldAt = performance.now();
  for (let seed = options.from; seed <= options.to; seed++) {
    report.add(options.kind.run(seed, { hours: options.hours }));
    if (performance.now() - toldAt < 2_000) continue;
    toldAt = performance.now();
    console.log(report.progress(options));
  }
  report.print();
  const [first] = report.failures;
  if (first === undefined) return 0;
  console.log(`\nThe end of seed ${first.seed} (the whole: --replay ${first.seed}):`);
  for (const line of first.story) console.log(line);
  return 1;
}

if (import.meta.main) Deno.exit(main(Deno.args));
