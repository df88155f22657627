// Owns the notes of a release: what CHANGELOG.md says of its version.
// Never makes notes for a tag that the program, the charts or the changelog do not know.

import { load } from "js-yaml";
import { VERSION } from "../lib/version.ts";

const ROOT = new URL("../", import.meta.url).pathname;
const CHARTS = ["cardano-forge-crds", "cardano-node"];

/** Text between the heading of `version` and the next one; undefined without such a heading. */
export function notesOf(version: string, changelog: string): string | undefined {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((text) => text.startsWith(`[${version}]`));
  return section?.slice(section.indexOf("\n")).trim();
}

/** Everything that does not agree with the tag. */
export function disagreements(
  tag: string,
  versions: Readonly<Record<string, string>>,
): readonly string[] {
  return Object.entries(versions)
    .filter(([, version]) => `v${version}` !== tag)
    .map(([what, version]) => `${what} says ${version}, the tag is ${tag}`);
}

function versionsHere(): Record<string, string> {
  const versions: Record<string, string> = { "lib/version.ts": VERSION };
  for (const chart of CHARTS) {
    const path = `chart/${chart}/Chart.yaml`;
    const { version, appVersion } = load(Deno.readTextFileSync(`${ROOT}${path}`)) as {
      version: string;
      appVersion: string;
    };
    versions[`version of ${path}`] = version;
    versions[`appVersion of ${path}`] = appVersion;
  }
  return versions;
}

function main([tag = ""]: readonly string[]): number {
  const notes = notesOf(tag.slice(1), Deno.readTextFileSync(`${ROOT}CHANGELOG.md`));
  const wrong = [
    ...disagreements(tag, versionsHere()),
    ...(notes === undefined ? [`CHANGELOG.md has no section [${tag.slice(1)}]`] : []),
  ];
  for (const line of wrong) console.error(line);
  if (wrong.length === 0) console.log(notes);
  return wrong.length === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(main(Deno.args));
