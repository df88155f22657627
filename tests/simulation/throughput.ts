// Owns `deno task throughput [--report FILE]`: how many hours one core simulates in a second, and what takes its time.
// Never says that it is fast enough: tests judge, a benchmark tells.

import process from "node:process";
import { markdownTable } from "../support/markdown_table.ts";
import { beginReport, headTable } from "../support/report_head.ts";
import type { RunOptions } from "./course.ts";
import { type KindName, KINDS } from "./kinds.ts";
import { profileOf, shares } from "./profile.ts";
import { Tally } from "./tally.ts";

interface Worlds {
  readonly name: string;
  readonly kind: KindName;
  readonly seeds: number;
  readonly options: RunOptions;
}

const REFERENCE: Worlds = {
  name: "three replicas, an hour of faults in each",
  kind: "one",
  seeds: 300,
  options: { replicas: 3, hours: 1 },
};
const OTHERS: readonly Worlds[] = [
  {
    name: "three replicas, a quarter of an hour, as in campaigns",
    kind: "one",
    seeds: 1_000,
    options: { replicas: 3 },
  },
  {
    name: "three replicas, an hour without faults",
    kind: "one",
    seeds: 150,
    options: { replicas: 3, hours: 1, keepsOnly: new Set() },
  },
  { name: "two to five replicas, a quarter of an hour", kind: "one", seeds: 1_000, options: {} },
  { name: "several clusters, a quarter of an hour", kind: "several", seeds: 60, options: {} },
];
/** Of all worlds in turn: a virtual machine's core is not always as fast, and the worlds share its moods. */
const ROUNDS = 5;
/** Seeds run before, until the compiler has settled. */
const WARM_UP = 200;

const WHAT_WAS_DONE =
  `What was done to get there, each seen to gain and not to change what is found:

- What would find nothing new is left out of simulated time: ticks, looks and scrapes of an idle
  guard, probes that cannot fail, deadlines of requests whose answer is sure to be in time, renewals
  that a follower only counts from (\`quiet.ts\`, \`manager_isolate.ts\`, \`kubelet.ts\`, \`link.ts\`). In
  one world of a hundred all of it happens, and the mutants are found all the same.
- Timers that are set anew before they fire are moved and not booked again (\`isolate.ts\`).
- One step of a machine makes no lists and copies that it can do without: clocks in fields, a
  Lease's annotations merged in one pass, no step of a lease beside a request under way.
- The young generation is large and collected by the same thread: nothing but what a world keeps is
  ever copied (flags of the task in \`deno.json\`).

What is left is flat: no function takes a tenth. Sampling slows the run by a tenth or so, and counts
what the compiler inlined to the function that holds it.
`;

function measure({ kind, seeds, options }: Worlds): Tally {
  const { run } = KINDS[kind];
  for (let seed = 1; seed <= Math.min(WARM_UP, seeds); seed++) run(seed, options);
  const tally = new Tally();
  const before = process.cpuUsage();
  for (let seed = 1; seed <= seeds; seed++) tally.add(run(seed, options));
  const { user, system } = process.cpuUsage(before);
  tally.busyMs = (user + system) / 1_000;
  return tally;
}

/** `rounds` simulated the same, in times of their own. */
function row({ name, seeds }: Worlds, rounds: readonly Tally[]): string[] {
  const rates = rounds.map((one) => one.hoursPerCoreSecond).toSorted((a, b) => a - b);
  const tally = rounds[0]!;
  const faults = [...tally.faults.values()].reduce((sum, count) => sum + count, 0);
  return [
    name,
    `${seeds}`,
    tally.hours.toFixed(0),
    (faults / tally.hours).toFixed(0),
    rates[Math.floor(rates.length / 2)]!.toFixed(1),
    `${rates[0]!.toFixed(1)} – ${rates.at(-1)!.toFixed(1)}`,
  ];
}

async function main(args: readonly string[]): Promise<number> {
  const [option, path, ...more] = args;
  if (more.length > 0 || (option !== undefined && (option !== "--report" || !path))) {
    console.error("Usage: deno task throughput [--report FILE]");
    return 2;
  }
  const head = await beginReport(["deno task throughput", ...args].join(" "));
  const all = [REFERENCE, ...OTHERS].map((worlds) => ({ worlds, rounds: [] as Tally[] }));
  for (let round = 1; round <= ROUNDS; round++) {
    for (const { worlds, rounds } of all) {
      console.error(`measuring, round ${round} of ${ROUNDS}: ${worlds.name}`);
      rounds.push(measure(worlds));
    }
  }
  const rows = all.map(({ worlds, rounds }) => row(worlds, rounds));
  console.error("sampling");
  const { kind, seeds, options } = REFERENCE;
  const profile = await profileOf(() => {
    for (let seed = 1; seed <= seeds; seed++) KINDS[kind].run(seed, options);
  });
  const text = [
    "# Throughput of the simulation",
    "",
    headTable(head),
    "",
    "One isolate on one core, after it is warm; time is that of the processor, its compiler's and " +
    "collector's included. Of the time of a campaign on all cores `simulation.md` tells.",
    "",
    markdownTable(
      [
        "worlds",
        "seeds",
        "hours",
        "faults an hour",
        `hours a second of one core, median of ${ROUNDS}`,
        "least – most",
      ],
      rows,
    ),
    "",
    WHAT_WAS_DONE,
    `Samples of ${REFERENCE.name}, by file:`,
    "",
    markdownTable(["file", "share"], shares(profile, "file").slice(0, 20)),
    "",
    "By function:",
    "",
    markdownTable(["function", "share"], shares(profile, "function").slice(0, 20)),
    "",
  ].join("\n");
  console.log(text);
  if (path !== undefined) Deno.writeTextFileSync(path, text);
  return 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
