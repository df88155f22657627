// Owns `deno task simulate`: many seeds on all cores, their progress and a report; or one seed, line by line.
// Never writes anywhere but to the terminal and to the file it was given.

import { beginReport, headTable } from "../support/report_head.ts";
import { runCampaign } from "./campaign.ts";
import { type KindName, KINDS } from "./kinds.ts";
import { progress, reportOn, verdictLine } from "./report.ts";
import { shrinkStory } from "./shrink.ts";
import { Tally } from "./tally.ts";

interface Options {
  readonly runs: readonly { readonly kind: KindName; readonly from: number; readonly to: number }[];
  readonly hours: number;
  readonly replicas: number | undefined;
  readonly workers: number;
  readonly replay: number | undefined;
  readonly report: string | undefined;
}

const USAGE = `Usage: deno task simulate [--seeds A..B] [--cluster-seeds A..B] [--clusters]
  --seeds A..B          worlds of one cluster (1..2000); with --clusters, of several
  --cluster-seeds A..B  worlds of several clusters beside them
  --hours H             of faults in each world (0.25)
  --replicas N          in each world of one cluster, instead of two to five by chance
  --workers N           isolates that run seeds (one a core)
  --replay SEED         tells one world line by line
  --report FILE         writes the report as Markdown`;

function parse(args: readonly string[]): Options | string {
  let kind: KindName = "one";
  let seeds: readonly [number, number] | undefined;
  let clusterSeeds: readonly [number, number] | undefined;
  let options: Omit<Options, "runs"> = {
    hours: 0.25,
    replicas: undefined,
    workers: navigator.hardwareConcurrency,
    replay: undefined,
    report: undefined,
  };
  const left = [...args];
  for (let name = left.shift(); name !== undefined; name = left.shift()) {
    if (name === "--clusters") {
      kind = "several";
      continue;
    }
    const value = left.shift() ?? "";
    const range = /^(\d+)\.\.(\d+)$/.exec(value);
    const isCount = /^[1-9]\d*$/.test(value);
    if (name === "--seeds" && range !== null) seeds = [Number(range[1]), Number(range[2])];
    else if (name === "--cluster-seeds" && range !== null) {
      clusterSeeds = [Number(range[1]), Number(range[2])];
    } else if (name === "--hours" && Number(value) > 0) options = { ...options, hours: +value };
    else if (name === "--replicas" && isCount) options = { ...options, replicas: +value };
    else if (name === "--workers" && isCount) options = { ...options, workers: +value };
    else if (name === "--replay" && isCount) options = { ...options, replay: +value };
    else if (name === "--report" && value !== "") options = { ...options, report: value };
    else return `${USAGE}\n\nCannot use "${name} ${value}"`;
  }
  const [from, to] = seeds ?? [1, kind === "one" ? 2_000 : 200];
  const more = clusterSeeds === undefined
    ? []
    : [{ kind: "several" as const, from: clusterSeeds[0], to: clusterSeeds[1] }];
  return { ...options, runs: [{ kind, from, to }, ...more] };
}

function replay(seed: number, { runs: [run], hours, replicas }: Options): number {
  const { violation, digest } = KINDS[run?.kind ?? "one"].run(seed, {
    hours,
    replicas,
    verbose: true,
  });
  console.log(violation ?? "No violation", digest);
  return violation === undefined ? 0 : 1;
}

/** A bar that moves in a terminal; in a file a line now and then. */
function newTeller(): (line: string, isLast: boolean) => void {
  const isTerminal = Deno.stderr.isTerminal();
  let toldAt = performance.now();
  return (line, isLast) => {
    const now = performance.now();
    if (!isLast && now - toldAt < (isTerminal ? 200 : 10_000)) return;
    toldAt = now;
    const text = isTerminal ? `\r\x1b[K${line}${isLast ? "\n" : ""}` : `${line}\n`;
    Deno.stderr.writeSync(new TextEncoder().encode(text));
  };
}

async function main(args: readonly string[]): Promise<number> {
  const options = parse(args);
  if (typeof options === "string") {
    console.error(options);
    return 2;
  }
  if (options.replay !== undefined) return replay(options.replay, options);
  const head = await beginReport(["deno task simulate", ...args].join(" "));
  const parts: string[] = [];
  const lines: string[] = [];
  let failed = 0;
  for (const { kind, from, to } of options.runs) {
    const tally = new Tally();
    const tell = newTeller();
    const whole = to - from + 1;
    await runCampaign({ ...options, kind, from, to }, {
      tally,
      told: () => tell(progress(tally, whole), tally.seeds === whole),
    });
    failed += tally.failures.length;
    parts.push(reportOn(kind, tally));
    const [first] = tally.failures;
    if (first !== undefined) {
      const { hours, replicas } = options;
      parts.push("```", ...shrinkStory(kind, first.seed, { hours, replicas }), "```");
    }
    lines.push(verdictLine(kind, tally));
  }
  const text = `${["# Simulation", "", headTable(head), "", ...parts].join("\n").trimEnd()}\n`;
  console.log(text);
  if (options.report !== undefined) Deno.writeTextFileSync(options.report, text);
  for (const line of lines) console.log(line);
  return failed === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
