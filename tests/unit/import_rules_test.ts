// Owns the proof that the layers keep apart: who imports what, and who touches the world where.
// Never looks inside tests and tools, but for how each file opens.

import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);

interface Import {
  readonly from: string;
  /** A path below the root, or npm:name. */
  readonly to: string;
  /** False for `import type`, which leaves nothing behind at run time. */
  readonly atRunTime: boolean;
  readonly isLazy: boolean;
}

const sources = new Map(
  sourcePaths().map((path) => [path, Deno.readTextFileSync(`${ROOT.pathname}${path}`)]),
);
const imports = await readImports([...sources.keys()]);

function* filesUnder(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(`${ROOT.pathname}${folder}`)) {
    if (isDirectory) yield* filesUnder(`${folder}/${name}`);
    else if (name.endsWith(".ts")) yield `${folder}/${name}`;
  }
}

function sourcePaths(): string[] {
  return ["main.ts", ...filesUnder("lib")].toSorted();
}

/** Resolved by Deno itself, from a module that imports every file of the program. */
async function readImports(paths: readonly string[]): Promise<Import[]> {
  const everything = await Deno.makeTempFile({ suffix: ".ts" });
  const text = paths.map((path) => `import "${new URL(path, ROOT)}";`).join("\n");
  await Deno.writeTextFile(everything, text);
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", `--config=${ROOT.pathname}deno.json`, everything],
    stderr: "inherit",
  }).output();
  await Deno.remove(everything);
  assert(success);
  const graph = JSON.parse(new TextDecoder().decode(stdout)) as {
    modules: {
      specifier: string;
      dependencies?: {
        code?: { specifier?: string };
        type?: { specifier?: string };
        isDynamic?: boolean;
      }[];
    }[];
  };
  return graph.modules
    .filter(({ specifier }) => specifier.startsWith(ROOT.href))
    .flatMap(({ specifier, dependencies = [] }) =>
      dependencies.map(({ code, type, isDynamic = false }) => ({
        from: specifier.slice(ROOT.href.length),
        to: nameOf(code?.specifier ?? type?.specifier ?? ""),
        atRunTime: code !== undefined,
        isLazy: isDynamic,
      }))
    );
}

function nameOf(specifier: string): string {
  if (specifier.startsWith(ROOT.href)) return specifier.slice(ROOT.href.length);
  return specifier.replace(/^npm:\/?((?:@[^/@]+\/)?[^/@]+).*$/, "npm:$1");
}

function offenders(of: (one: Import) => boolean): string[] {
  return imports.filter(of).map(({ from, to }) => `${from} imports ${to}`);
}

/** Everything that is loaded when `start` is, lazily or not. */
function reachedFrom(start: string, { lazily }: { readonly lazily: boolean }): Set<string> {
  const reached = new Set([start]);
  for (const path of reached) {
    for (const { from, to, atRunTime, isLazy } of imports) {
      if (from === path && atRunTime && (lazily || !isLazy)) reached.add(to);
    }
  }
  return reached;
}

function packages(reached: ReadonlySet<string>): string[] {
  return [...reached].filter((name) => name.startsWith("npm:")).toSorted();
}

Deno.test("every file of the program is in the graph", () => {
  assertEquals(new Set(imports.map(({ from }) => from)).has("main.ts"), true);
  assert(imports.length > 100);
});

Deno.test("the program imports nothing of tests and tools", () => {
  assertEquals(offenders(({ to }) => inside(to, "tests/") || inside(to, "tools/")), []);
});

Deno.test("guard and manager load nothing of each other, and only the command line starts them", () => {
  const isolates = ["lib/guard/", "lib/manager/"];
  const ofIsolate = (path: string) => isolates.find((folder) => inside(path, folder));
  const strangers = offenders(({ from, to, atRunTime }) =>
    atRunTime && ofIsolate(to) !== undefined && ofIsolate(from) !== ofIsolate(to) &&
    !inside(from, "lib/cli/")
  );
  assertEquals(strangers, []);
});

Deno.test("the demo is loaded by its own commands only", () => {
  const others = offenders(({ from, to }) =>
    inside(to, "lib/demo/") && !inside(from, "lib/demo/") &&
    !["lib/cli/demo.ts", "lib/cli/simulated_node.ts"].includes(from)
  );
  assertEquals(others, []);
});

Deno.test("lib/core imports lib/core only, types among it", () => {
  assertEquals(
    offenders(({ from, to }) => inside(from, "lib/core/") && !inside(to, "lib/core/")),
    [],
  );
});

Deno.test("lib/credentials imports itself, lib/core and two packages without dependencies", () => {
  const allowed = ["lib/credentials/", "lib/core/", "npm:@noble/hashes", "npm:@scure/base"];
  assertEquals(
    offenders(({ from, to, atRunTime }) =>
      inside(from, "lib/credentials/") && atRunTime &&
      !allowed.some((start) => to.startsWith(start))
    ),
    [],
  );
});

Deno.test("the guard's isolate loads no package but @noble/hashes and @scure/base", () => {
  const reached = reachedFrom("lib/guard/run.ts", { lazily: true });
  assertEquals(packages(reached), ["npm:@noble/hashes", "npm:@scure/base"]);
});

Deno.test("a pod's manager loads no package but prom-client, and no code that reads keys", () => {
  const reached = reachedFrom("lib/manager/worker.ts", { lazily: false });
  assertEquals(packages(reached), ["npm:prom-client"]);
  assertEquals([...reached].filter((path) => inside(path, "lib/guard/")), []);
  assertEquals(
    [...reached].filter((path) => /credential_set|credentials\/(kes|vrf)/.test(path)),
    [],
  );
});

Deno.test("one file loads @kubernetes/client-node and one prom-client", () => {
  const importersOf = (name: string) =>
    imports.filter(({ to, atRunTime }) => to === name && atRunTime).map(({ from }) => from);
  assertEquals(importersOf("npm:@kubernetes/client-node"), ["lib/kubernetes/kubeconfig.ts"]);
  assertEquals(importersOf("npm:prom-client"), ["lib/http/metrics.ts"]);
});

Deno.test("a command's code is loaded only when the command is given", () => {
  const reached = reachedFrom("main.ts", { lazily: false });
  const early = [...reached].filter((path) => /^(npm:|lib\/(guard|demo|kubernetes)\/)/.test(path));
  // The settings' check of a pool id is loaded with them.
  assertEquals(early.toSorted(), ["npm:@noble/hashes", "npm:@scure/base"]);
});

Deno.test("only lib/config.ts reads the environment", () => {
  assertEquals(filesWith(/\b(Deno|process)\.env\b/), ["lib/config.ts"]);
});

Deno.test("lib/core reads no clock, draws nothing, prints nothing and waits for nothing", () => {
  const world =
    /\b(Date\b|Math\.random|performance\b|console\b|Deno\b|fetch\(|crypto\b|set(Timeout|Interval)|async\b|await\b|Promise\b|"node:)/;
  assertEquals(filesWith(world).filter((path) => inside(path, "lib/core/")), []);
});

Deno.test("each file opens by saying what it owns and what it never does", () => {
  const others = [...filesUnder("tests"), ...filesUnder("tools")]
    .filter((path) => !path.endsWith(".d.ts"))
    .map((path) => [path, Deno.readTextFileSync(`${ROOT.pathname}${path}`)] as const);
  const silent = [...sources, ...others].filter(([, text]) =>
    !/^\/\/ Owns [^\n]+\n(\/\/ [^\n]+\n)*?\/\/ Never /.test(text)
  );
  assertEquals(silent.map(([path]) => path), []);
});

function inside(path: string, folder: string): boolean {
  return path.startsWith(folder);
}

/** Files whose code, comments left out, matches. */
function filesWith(pattern: RegExp): string[] {
  const found = [...sources].filter(([, text]) => pattern.test(withoutComments(text)));
  return found.map(([path]) => path);
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/(^|\s)\/\/.*$/gm, "");
}
