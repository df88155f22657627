// Owns which tests run by which task, beside which others, and the list of what was skipped and why.
// Never hides a skipped test: each is named at the end.

import { splitLines } from "../tests/support/lines.ts";

/** Tests that run one after the other in one process, beside the other lanes of their task. */
interface Lane {
  readonly paths: readonly string[];
  /** Asserts no times, and gives way to the lanes that do. */
  readonly isPatient: boolean;
}

/** Real processes and clocks, and nothing that has to be installed. */
const PROCESSES = filesOf(["demo", "guard", "manager_restart", "simulated_node"]);
/** Dozens of replicas at once, for minutes: longest first. */
const LONG = filesOf(["clusters", "api_outage", "sidecar_fault", "node_fault"]);
/** One API server each, and calls that may take their time. */
const PATIENT = filesOf(
  ["operator_commands", "forge_cluster", "check_config", "image", "metrics_lint"],
);
/** Also whatever is new. */
const SHORT = allOf("tests/integration").filter((path) =>
  ![PROCESSES, LONG, PATIENT].flat().includes(path)
);
const WITH_AND_WITHOUT = ["tests/contract", "tests/docs", "tests/chart"];
const TASKS: Readonly<Record<string, readonly Lane[]>> = {
  "test": [
    { paths: PROCESSES, isPatient: false },
    {
      paths: [
        ...["tests/unit", "tests/scenario", "tests/simulation", ...WITH_AND_WITHOUT],
        ...[...LONG, ...SHORT, ...PATIENT], // skipped, by name
      ],
      isPatient: true,
    },
  ],
  "test:integration": [
    { paths: LONG, isPatient: false },
    { paths: SHORT, isPatient: false },
    { paths: [...PATIENT, ...WITH_AND_WITHOUT], isPatient: true },
  ],
};
/** What `test` hides, so that it does the same everywhere: tests that need these skip themselves. */
const REAL_PROGRAMS = ["KUBEBUILDER_ASSETS", "FORGE_MANAGER_BINARY"];
const BINARY = new URL("../dist/cardano-forge-manager", import.meta.url).pathname;

/** A folder of tests/ to leave out; further arguments are for `deno test`. */
const WITHOUT = "--without=";

async function main(args: readonly string[]): Promise<number> {
  const [task = "test", ...given] = args;
  const rest = given.filter((arg) => !arg.startsWith(WITHOUT));
  const without = given.filter((arg) => arg.startsWith(WITHOUT))
    .map((arg) => `tests/${arg.slice(WITHOUT.length)}`);
  const env = Deno.env.toObject();
  if (task === "test") { for (const name of REAL_PROGRAMS) env[name] = ""; }
  else if (!env["KUBEBUILDER_ASSETS"]) {
    console.log("Skipped: test:integration, since KUBEBUILDER_ASSETS does not name a folder with");
    console.log("etcd and kube-apiserver (setup-envtest of Kubernetes gives one)");
    return 0;
  } else if (env["FORGE_MANAGER_BINARY"] === undefined && exists(BINARY)) {
    env["FORGE_MANAGER_BINARY"] = BINARY;
  }
  env["START_LOCK"] = Deno.makeTempFileSync({ prefix: "forge-start-" });
  const told = new Told();
  const results = await Promise.all((TASKS[task] ?? []).map(async ({ paths, isPatient }, index) => {
    const lane = { isPatient, paths: paths.filter((path) => !without.includes(path)) };
    const run = await runTests({ lane, args: rest, env, tell: (line) => told.line(index, line) });
    told.end(index);
    return run;
  }));
  Deno.removeSync(env["START_LOCK"]);
  const ignored = results.flatMap((run) => run.ignored);
  if (ignored.length > 0) {
    console.log(`\nSkipped ${reason(task)}:`);
    for (const name of ignored) console.log(`  ${name}`);
  }
  const isComplete = ignored.length === 0 || task === "test" || env["CI"] !== "true";
  return results.find(({ code }) => code !== 0)?.code ?? (isComplete ? 0 : 1);
}

/** Lines of lanes that run beside each other, told lane after lane. */
class Told {
  readonly #kept = new Map<number, string[]>();
  readonly #ended = new Set<number>();
  #lane = 0;

  line(lane: number, line: string): void {
    if (lane === this.#lane) console.log(line);
    else this.#kept.set(lane, [...this.#kept.get(lane) ?? [], line]);
  }

  end(lane: number): void {
    this.#ended.add(lane);
    while (this.#ended.has(this.#lane)) {
      this.#lane += 1;
      for (const line of this.#kept.get(this.#lane) ?? []) console.log(line);
    }
  }
}

function reason(task: string): string {
  return task === "test"
    ? "here, run by deno task test:integration"
    : "since what they need is absent";
}

async function runTests(
  { lane, args, env, tell }: {
    readonly lane: Lane;
    readonly args: readonly string[];
    readonly env: Record<string, string>;
    readonly tell: (line: string) => void;
  },
) {
  const command = [Deno.execPath(), "test", "--allow-all", "--permit-no-files", ...args];
  const [program = "", ...rest] = [
    ...lane.isPatient ? ["nice"] : [],
    ...command,
    ...lane.paths.filter(exists),
  ];
  const child = new Deno.Command(program, { args: rest, clearEnv: true, env, stdout: "piped" })
    .spawn();
  const ignored: string[] = [];
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(
    splitLines({ unfinished: "give" }),
  );
  for await (const line of lines) {
    tell(line);
    const name = /^(.*) \.\.\. .*ignored/.exec(line)?.[1];
    if (name !== undefined) ignored.push(name.trim());
  }
  return { code: (await child.status).code, ignored };
}

function filesOf(names: readonly string[]): readonly string[] {
  return names.map((name) => `tests/integration/${name}_test.ts`);
}

function allOf(folder: string): readonly string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => `${folder}/${name}`)
    .filter((path) => path.endsWith("_test.ts")).toSorted();
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false; // absent, which is the question
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
