// Owns finding and running helm, and the objects that a chart renders.
// Never without the real program: tests that need it are skipped by name.

import { loadAll } from "js-yaml";
import type { Json } from "./api_request.ts";
import { realProgram } from "./real_program.ts";

/** Its path; undefined: not installed, or hidden. */
export const HELM: string | undefined = realProgram("helm");

const root = new URL("../../", import.meta.url);
export const CRDS_CHART = new URL("chart/cardano-forge-crds", root).pathname;
export const NODE_CHART = new URL("chart/cardano-node", root).pathname;
export const EXAMPLES: readonly string[] = [...Deno.readDirSync(`${NODE_CHART}/examples`)]
  .map(({ name }) => name).sort();

/** The oldest that the charts support; helm cannot ask a server when it only renders. */
const KUBE_VERSION = "1.29.0";

export interface HelmAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Registers a test that needs helm, or says by name that it is skipped. */
export function helmTest(name: string, fn: () => Promise<void> | void): void {
  if (HELM === undefined) console.log(`skipped, helm is not installed, or hidden: ${name}`);
  Deno.test({ name, ignore: HELM === undefined, fn });
}

export async function helm(args: readonly string[]): Promise<HelmAnswer> {
  const command = new Deno.Command(HELM ?? "helm", { args: [...args], stdin: "null" });
  const { code, stdout, stderr } = await command.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** Runs it, fails unless it ends with 0, and gives what it printed. */
export async function helmDone(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await helm(args);
  if (code !== 0) throw new Error(`helm ${args.join(" ")} ended with ${code}: ${stderr}`);
  return stdout;
}

/** `helm template` of release "pool" in namespace "cardano", with further arguments. */
export function template(chart: string, args: readonly string[] = []): Promise<HelmAnswer> {
  const where = ["--namespace", "cardano", "--kube-version", KUBE_VERSION];
  return helm(["template", "pool", chart, ...where, ...args]);
}

export async function render(chart: string, args: readonly string[] = []): Promise<Json[]> {
  const { code, stdout, stderr } = await template(chart, args);
  if (code !== 0) throw new Error(`Cannot render ${chart} with ${args.join(" ")}: ${stderr}`);
  return objectsOf(stdout);
}

export function objectsOf(yaml: string): Json[] {
  return (loadAll(yaml) as Json[]).filter((object) => object !== null && object !== undefined);
}

export function exampleArgs(name: string): string[] {
  return ["--values", `${NODE_CHART}/examples/${name}`];
}

/** The one object of that kind and, where there are several, of that name. */
export function oneOf(objects: readonly Json[], kind: string, name?: string): Json {
  const found = objects.filter((object) =>
    object.kind === kind && (name === undefined || object.metadata.name === name)
  );
  if (found.length !== 1) {
    throw new Error(`Expected one ${kind} ${name ?? ""}, found ${found.length}`);
  }
  return found[0];
}

/** A container's environment; what the downward API gives is taken from `fields`. */
export function environmentOf(
  container: Json,
  fields: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(container.env.map((entry: Json) => {
    const path = entry.valueFrom?.fieldRef.fieldPath;
    return [entry.name, path === undefined ? entry.value : fields[path]];
  }));
}
