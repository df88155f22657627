// Owns where the compiled program is, and which tests need it.
// Never builds it: `deno task compile` does.

import { haveRealApiServer } from "./apiserver.ts";
import { canMakeNamespaces } from "./namespaced_launcher.ts";

const BUILT = new URL("../../dist/cardano-forge-manager", import.meta.url).pathname;

/** Undefined where it was not built. */
export function managerBinary(): string | undefined {
  const path = Deno.env.get("FORGE_MANAGER_BINARY") ?? BUILT;
  try {
    return Deno.statSync(path).isFile ? path : undefined;
  } catch {
    return undefined; // not built, which is the question
  }
}

/** Why replicas cannot be run here; undefined when they can. */
export function whyNoReplicas(): string | undefined {
  if (!haveRealApiServer) return "KUBEBUILDER_ASSETS is not set";
  if (managerBinary() === undefined) return "the program is not compiled (deno task compile)";
  return canMakeNamespaces() ? undefined : "PID namespaces cannot be made here";
}

/** Registers a test that runs the compiled program in pods, or says by name why it is skipped. */
export function replicasTest(name: string, fn: (t: Deno.TestContext) => Promise<void>): void {
  const why = whyNoReplicas();
  if (why !== undefined) console.log(`skipped, ${why}: ${name}`);
  // What a step leaves open is looked for when all of them are done, since they run side by side.
  Deno.test({ name, ignore: why !== undefined, fn });
}
