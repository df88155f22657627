// Owns how the demo runs this very program as a sidecar: from source by Deno, compiled by itself.
// Never fetches while replicas start: all they need is fetched before the first.

import type { Environment } from "../config.ts";
import { SETTINGS } from "../config/settings.ts";
import { type Launch, launchHere } from "./launcher.ts";

/** As in the compiled binary: /proc/<pid> is closed to a program without every permission. */
export const PERMISSION_FLAGS = [
  "--allow-read",
  "--allow-write",
  "--allow-net",
  "--allow-env",
  "--allow-run",
  "--allow-sys",
  "--allow-ffi",
  "--allow-import",
] as const;

const ROOT = new URL("../../", import.meta.url).pathname;
const ENTRY_POINTS = [
  `${ROOT}main.ts`,
  `${ROOT}lib/manager/worker.ts`,
  `${ROOT}lib/demo/simulated_node_main.ts`,
];
/** What would lead a sidecar to another API server than ours. */
const CLUSTER_VARIABLE = /^KUBERNETES_/;

/** The program and its leading arguments, before the name of a command. */
export function sidecarProgram(): readonly string[] {
  if (Deno.build.standalone) return [Deno.execPath()];
  return [
    Deno.execPath(),
    "run",
    "--quiet",
    "--cached-only",
    "--no-prompt",
    ...PERMISSION_FLAGS,
    "--unstable-worker-options",
    `--config=${ROOT}deno.json`,
    `${ROOT}main.ts`,
  ];
}

/** Fetches and translates what the processes need, once instead of in each; says what went wrong. */
export async function prepareProgram(
  { signal }: { signal: AbortSignal },
): Promise<{ readonly kind: "ready" } | { readonly kind: "failed"; readonly message: string }> {
  if (Deno.build.standalone) return { kind: "ready" };
  const { success, code } = await new Deno.Command(Deno.execPath(), {
    args: ["cache", `--config=${ROOT}deno.json`, ...ENTRY_POINTS],
    stdin: "null",
    stdout: "null",
    stderr: "inherit", // downloads and their failures are Deno's to tell
    signal,
  }).spawn().status;
  return success ? { kind: "ready" } : {
    kind: "failed",
    message: `Cannot fetch the packages that the replicas need: deno cache ended with code ${code}`,
  };
}

/** Starts processes that see our environment without any setting of the program in it. */
export function launchWithout(environment: Environment): Launch {
  const env = withoutSettings(environment);
  return (options) => launchHere({ ...options, env: { ...env, ...options.env }, clearEnv: true });
}

export function withoutSettings(environment: Environment): Record<string, string> {
  const settings: ReadonlySet<string> = new Set(SETTINGS.map(({ name }) => name));
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined || settings.has(name) || CLUSTER_VARIABLE.test(name)) continue;
    kept[name] = value;
  }
  return kept;
}
