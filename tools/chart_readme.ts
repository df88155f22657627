// Owns the tables of values in the charts' READMEs, read from the comments of their values.yaml.
// Never lets them differ: `deno task tables` writes them, a test compares them.

import { load } from "js-yaml";
import { replaceBetween } from "./between.ts";

/** Folders of the charts, as URLs ending in a slash. */
export const CHARTS: readonly URL[] = ["cardano-forge-crds", "cardano-node"]
  .map((name) => new URL(`../chart/${name}/`, import.meta.url));

export interface DescribedValue {
  /** From the top, with dots. */
  readonly key: string;
  readonly value: unknown;
  readonly meaning: string;
}

/** README.md of a chart as it should be. */
export function withValues(readme: string, values: string): string {
  return replaceBetween(readme, {
    begin: "<!-- values: written by `deno task tables` -->\n",
    end: "<!-- end of values -->",
    content: table(describedValues(values)),
  });
}

/** Every key below a comment that begins with `# -- `, in the file's order. */
export function describedValues(text: string): readonly DescribedValue[] {
  const values = load(text);
  const path: { readonly indent: number; readonly key: string }[] = [];
  const described: DescribedValue[] = [];
  let meaning: string | undefined;
  for (const line of text.split("\n")) {
    const comment = /^ *# -- (.*)$/.exec(line)?.[1];
    if (comment !== undefined) meaning = comment.trim();
    const [, spaces, key] = /^( *)([A-Za-z][\w-]*):/.exec(line) ?? [];
    if (spaces === undefined || key === undefined) continue;
    while ((path.at(-1)?.indent ?? -1) >= spaces.length) path.pop();
    path.push({ indent: spaces.length, key });
    if (meaning === undefined) continue;
    const keys = path.map((step) => step.key);
    described.push({ key: keys.join("."), value: valueAt(values, keys), meaning });
    meaning = undefined;
  }
  return described;
}

function valueAt(values: unknown, keys: readonly string[]): unknown {
  let at = values;
  for (const key of keys) at = (at as Record<string, unknown>)[key];
  return at;
}

function table(described: readonly DescribedValue[]): string {
  const rows = described.map(({ key, value, meaning }) =>
    `| ${key} | \`${JSON.stringify(value)}\` | ${meaning.replaceAll("|", "\\|")} |`
  );
  return ["| value | default | meaning |", "| --- | --- | --- |", ...rows, ""].join("\n");
}

if (import.meta.main) {
  for (const chart of CHARTS) {
    const readme = new URL("README.md", chart);
    const values = Deno.readTextFileSync(new URL("values.yaml", chart));
    Deno.writeTextFileSync(readme, withValues(Deno.readTextFileSync(readme), values));
  }
}
