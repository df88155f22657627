// Owns which tests run by which task, and the list of what was skipped and why.
// Never hides a skipped test: each is named at the end.

import { splitLines } from "../tests/support/lines.ts";

/** Folders under tests/, and whether they run without anything but the registries. */
const SUITES = [
  { folder: "unit", tasks: ["test"] },
  { folder: "scenario", tasks: ["test"] },
  { folder: "simulation", tasks: ["test"] },
  { folder: "contract", tasks: ["test", "test:integration"] },
  { folder: "integration", tasks: ["test", "test:integration"] },
  { folder: "docs", tasks: ["test", "test:integration"] },
  { folder: "chart", tasks: ["test", "test:integration"] },
];
/** What `test` hides, so that it does the same everywhere: tests that need these skip themselves. */
const REAL_PROGRAMS = ["KUBEBUILDER_ASSETS", "FORGE_MANAGER_BINARY"];
const BINARY = new URL("../dist/cardano-forge-manager", import.meta.url).pathname;

async function main(args: readonly string[]): Promise<number> {
  const [task = "test", ...rest] = args;
  const env = Deno.env.toObject();
  if (task === "test") { for (const name of REAL_PROGRAMS) delete env[name]; }
  else if (!env["KUBEBUILDER_ASSETS"]) {
    console.log("Skipped: test:integration, since KUBEBUILDER_ASSETS does not name a folder with");
    console.log("etcd and kube-apiserver (setup-envtest of Kubernetes gives one)");
    return 0;
  } else if (env["FORGE_MANAGER_BINARY"] === undefined && exists(BINARY)) {
    env["FORGE_MANAGER_BINARY"] = BINARY;
  }
  const folders = SUITES.filter((suite) => suite.tasks.includes(task))
    .map((suite) => `tests/${suite.folder}`).filter(exists);
  const { code, ignored } = await runTests([...rest, ...folders], env);
  if (ignored.length > 0) {
    console.log(`\nSkipped ${reason(task)}:`);
    for (const name of ignored) console.log(`  ${name}`);
  }
  return code;
}

function reason(task: string): string {
  return task === "test"
    ? "here, run by deno task test:integration"
    : "since what they need is absent";
}

async function runTests(args: readonly string[], env: Record<string, string>) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "--allow-all", "--permit-no-files", ...args],
    clearEnv: true,
    env,
    stdout: "piped",
  }).spawn();
  const ignored: string[] = [];
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(
    splitLines({ unfinished: "give" }),
  );
  for await (const line of lines) {
    console.log(line);
    const name = /^(.*) \.\.\. .*ignored/.exec(line)?.[1];
    if (name !== undefined) ignored.push(name.trim());
  }
  return { code: (await child.status).code, ignored };
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
