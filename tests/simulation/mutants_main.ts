// Owns `deno task mutants`: each known bug, the rule that it breaks, and how many seeds it takes to find it.
// Never stops at one that survives: the table is the point.

import type { HuntOrder } from "./mutant_worker.ts";
import type { Mutant } from "./mutant.ts";
import { NAMED_BUGS } from "./named_bugs.ts";
import { ALL_MUTANTS, type Hunt } from "./mutation.ts";
import { markdownTable } from "../support/markdown_table.ts";
import { beginReport, headTable } from "../support/report_head.ts";
import { workOff } from "./workers.ts";

const USAGE = `Usage: deno task mutants [--seeds-max N] [--name PART] [--report FILE]
  --seeds-max N  gives a mutant up as survivor after so many (10000)
  --name PART    only those whose names hold it
  --report FILE  writes the table as Markdown`;

interface Options {
  readonly seedsMax: number;
  readonly part: string;
  readonly report: string | undefined;
}

function parse(args: readonly string[]): Options | undefined {
  let options: Options = { seedsMax: 10_000, part: "", report: undefined };
  for (let i = 0; i < args.length; i += 2) {
    const [name, value = ""] = [args[i], args[i + 1]];
    if (name === "--seeds-max" && /^[1-9]\d*$/.test(value)) {
      options = { ...options, seedsMax: +value };
    } else if (name === "--name") options = { ...options, part: value };
    else if (name === "--report" && value !== "") options = { ...options, report: value };
    else return undefined;
  }
  return options;
}

function row(mutant: Mutant, hunt: Hunt | undefined): string[] {
  const { name, rule, kind } = mutant;
  const found = hunt?.kind === "caught"
    ? [`${hunt.seeds}`, `${hunt.violation.kind}: ${hunt.violation.what.split("\n")[0]}`]
    : ["**SURVIVED**", `${hunt?.seeds ?? 0} seeds`];
  return [name, `${rule}`, kind, ...found];
}

async function main(args: readonly string[]): Promise<number> {
  const options = parse(args);
  if (options === undefined) {
    console.error(USAGE);
    return 2;
  }
  const mutants = ALL_MUTANTS.filter(({ name }) => name.includes(options.part));
  const head = await beginReport(["deno task mutants", ...args].join(" "));
  const hunts = new Map<string, Hunt>();
  const orders = mutants.map(({ name }): HuntOrder => ({ name, seedsMax: options.seedsMax }));
  await workOff<HuntOrder, Hunt>(new URL("./mutant_worker.ts", import.meta.url), {
    workers: navigator.hardwareConcurrency,
    next: () => orders.shift(),
    done: (hunt, { name }) => {
      hunts.set(name, hunt);
      const found = hunt.kind === "caught"
        ? `seed ${hunt.seed}, ${hunt.violation.kind}`
        : "SURVIVED";
      console.error(`${hunts.size} of ${mutants.length}: ${name}: ${found}`);
    },
  });
  const survivors = mutants.filter(({ name }) => hunts.get(name)?.kind !== "caught");
  const text = [
    "# Mutants",
    "",
    headTable(head),
    "",
    "Each is a known bug, put into a copy of `lib/core` or into the simulated guard's hands. Seeds are " +
    "run from 1 on until a simulated world shows it: `one` cluster, or `several`. The rule is that of " +
    "the safety argument; `policy` is who forges, and not whether two do.",
    "",
    markdownTable(
      ["mutant", "rule", "world", "seeds to detection", "what was seen"],
      mutants.map((mutant) => row(mutant, hunts.get(mutant.name))),
    ),
    "",
    "Bugs that a review would name first, and the mutants that stand for them:",
    "",
    markdownTable(
      ["bug", "mutant"],
      Object.entries(NAMED_BUGS).map(([bug, names]) => [
        bug,
        names.join("; "),
      ]),
    ),
    "",
  ].join("\n");
  console.log(text);
  if (options.report !== undefined) Deno.writeTextFileSync(options.report, text);
  console.log(`${mutants.length - survivors.length} mutants found, ${survivors.length} survived`);
  return survivors.length === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
