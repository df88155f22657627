// Owns dist/cardano-forge-manager: the bundle with Deno in one binary, and the permissions it starts with.
// Never grants one without its reason.

import { bundle } from "./bundle.ts";

const ROOT = new URL("../", import.meta.url).pathname;

/**
 * The guard's permissions. Deno opens /proc/<pid>/… only to a program that has every permission, so
 * each flag is here, and the manager's worker, which parses what the network sends, gets few of them.
 */
const PERMISSIONS: readonly { readonly flag: string; readonly reason: string }[] = [
  { flag: "--allow-read", reason: "the source files, the node's /proc entries, the permit file" },
  { flag: "--allow-write", reason: "the node's key files and the permit file" },
  {
    flag: "--allow-net",
    reason: "the node's socket and metrics, /node-live; the worker: API, HTTP",
  },
  { flag: "--allow-env", reason: "the settings" },
  { flag: "--allow-run", reason: "signals to the node, which Deno counts as running programs" },
  { flag: "--allow-sys", reason: "unused; without every permission /proc/<pid> is closed" },
  { flag: "--allow-ffi", reason: "unused; without every permission /proc/<pid> is closed" },
  { flag: "--allow-import", reason: "unused; without every permission /proc/<pid> is closed" },
];

const OTHER_FLAGS: readonly { readonly flag: string; readonly reason: string }[] = [
  { flag: "--no-prompt", reason: "a denied permission is an error, not a question to nobody" },
  { flag: "--no-code-cache", reason: "it would be written to /tmp and trusted from there" },
  { flag: "--no-config", reason: "the bundle is complete; deno.json would embed more" },
  { flag: "--no-lock", reason: "the bundle imports no package any more" },
  { flag: "--no-remote", reason: "and nothing from elsewhere" },
  { flag: "--unstable-worker-options", reason: "permissions of the worker" },
  {
    flag: "--v8-flags=--no-opt,--no-maglev,--no-sparkplug,--optimize-for-size",
    reason: "without just-in-time compilers 10 MB less stay resident, and their threads stand " +
      "still; nothing here computes for long. Of --lite-mode, which saves 2 MB more, each turn " +
      "costs a quarter more",
  },
];

/** `--target`, such as aarch64-unknown-linux-gnu, goes to `deno compile` as it is. */
async function compile(rest: readonly string[]): Promise<number> {
  const { entryPoint, files } = await bundle(ROOT);
  const output = `${ROOT}dist/cardano-forge-manager`;
  const flags = [...PERMISSIONS, ...OTHER_FLAGS].map(({ flag }) => flag);
  const includes = files.filter((file) => file !== entryPoint).map((file) => `--include=${file}`);
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["compile", "--quiet", ...flags, ...rest, ...includes, "--output", output, entryPoint],
    cwd: ROOT,
    // The compiler of some versions overflows its stack on larger graphs without this.
    env: { RUST_MIN_STACK: "67108864" },
  }).spawn().status;
  if (code !== 0) return code;
  if (!rest.some((one) => one.startsWith("--target")) && !await starts(output)) return 1;
  const mb = Deno.statSync(output).size / 1e6;
  console.log(`${output.slice(ROOT.length)}  ${mb.toFixed(1)} MB`);
  return 0;
}

/** A base binary of another version is taken without a word, and what comes of it cannot start. */
async function starts(program: string): Promise<boolean> {
  const { success, stderr } = await new Deno.Command(program, { args: ["version"] }).output();
  if (success) return true;
  const base = Deno.env.get("DENORT_BIN");
  const why = base === undefined
    ? new TextDecoder().decode(stderr).trim()
    : `DENORT_BIN names ${base}, which must be of Deno ${Deno.version.deno}; unset it to have it fetched`;
  console.error(`Cannot use ${program}, which does not start: ${why}`);
  return false;
}

if (import.meta.main) Deno.exit(await compile(Deno.args));
