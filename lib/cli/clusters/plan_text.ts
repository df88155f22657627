// Owns how a plan looks on a terminal, and the kubectl commands that would do the same.
// Never decides what is in it.

import { explain } from "../../core/policy.ts";
import { type ClusterEdit, patchOf } from "./edit.ts";
import { overrideWords } from "./plan_restore.ts";
import type { Plan } from "./plan.ts";
import type { Place } from "./place.ts";

export interface PlanTextOptions {
  /** Of what is planned, such as "Failover of POOL1 on mainnet". */
  readonly title: string;
  readonly place: Place;
  /** Where the clusters are, whoever said so. */
  readonly namespace: string;
}

export function planText(
  plan: Extract<Plan, { kind: "plan" }>,
  options: PlanTextOptions,
): string {
  const { edits, before, after, notes } = plan;
  if (edits.length === 0) {
    return [
      `${options.title}: nothing to change`,
      ...section("Order", explain(after)),
      ...section("Note", notes),
    ].join("\n");
  }
  const width = Math.max(...edits.map(({ label }) => label.length));
  return [
    `${options.title}:`,
    ...edits.map((edit) => `  ${edit.label.padEnd(width)}  ${editWords(edit)}`),
    ...section("Order now", explain(before)),
    ...section("Order then", explain(after)),
    ...section("Note", notes),
    ...section("The same by kubectl", edits.map((edit) => kubectlCommand(edit, options))),
  ].join("\n");
}

export function kubectlCommand(
  edit: ClusterEdit,
  { place, namespace }: Pick<PlanTextOptions, "place" | "namespace">,
): string {
  const { plural, group } = place.resource;
  return [
    "kubectl",
    `--kubeconfig=${quoted(place.kubeconfig)}`,
    ...place.context === undefined ? [] : [`--context=${quoted(place.context)}`],
    `--namespace=${namespace}`,
    "patch",
    `${plural}.${group}`,
    edit.name,
    "--type=merge",
    "-p",
    quoted(JSON.stringify(patchOf(edit))),
  ].join(" ");
}

function editWords({ says, override }: ClusterEdit): string {
  return override?.enabled === true ? `${says} (${overrideWords(override)})` : says;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)];
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
