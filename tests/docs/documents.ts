// Owns which files are documentation.
// Never looks into folders that are built or fetched.

import { type Markdown, readMarkdown } from "./markdown.ts";

export const ROOT = new URL("../../", import.meta.url).pathname;
const FOLDERS = ["docs", "lib", "chart"];

export interface Document extends Markdown {
  /** Below the root. */
  readonly path: string;
}

export function readDocuments(): readonly Document[] {
  const paths = [
    ...namesIn("").filter((name) => name.endsWith(".md")),
    ...FOLDERS.flatMap((folder) => [...markdownUnder(folder)]),
  ];
  return paths.toSorted().map(readDocument);
}

function readDocument(path: string): Document {
  try {
    return { path, ...readMarkdown(Deno.readTextFileSync(`${ROOT}${path}`)) };
  } catch (cause) {
    throw new Error(`Cannot read ${path}`, { cause });
  }
}

function* markdownUnder(folder: string): Generator<string> {
  for (const name of namesIn(folder)) {
    const path = `${folder}/${name}`;
    if (Deno.statSync(`${ROOT}${path}`).isDirectory) yield* markdownUnder(path);
    else if (name.endsWith(".md")) yield path;
  }
}

function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(`${ROOT}${folder}`)].map(({ name }) => name);
}

/** Whether a file or folder of the repository is there. */
export function isThere(path: string): boolean {
  try {
    Deno.statSync(`${ROOT}${path}`);
    return true;
  } catch {
    return false; // which is the question
  }
}
