// Owns the proof that the metrics, settings and log lines that the documentation names are the program's.
// Never says whether what is told of them is true.

import { assertEquals } from "@std/assert";
import { SETTINGS } from "../../lib/config/settings.ts";
import { ApiMetrics } from "../../lib/http/api_metrics.ts";
import { Metrics } from "../../lib/http/metrics.ts";
import { readDocuments, ROOT } from "./documents.ts";

/** Variables that building and testing read, not the program. */
const OF_TOOLS = ["KUBEBUILDER_ASSETS", "DENORT_BIN"];
const METRICS = new Set(
  new Metrics(new ApiMetrics()).describe().map(({ name }) => name.replace(/_bucket$/, "")),
);
const documents = readDocuments()
  .filter(({ path }) => path.startsWith("docs/") || path === "README.md");

for (const document of documents) {
  const text = Deno.readTextFileSync(`${ROOT}${document.path}`);

  Deno.test(`${document.path} names metrics and settings that exist`, () => {
    const metrics = [...text.matchAll(/\bcardano_(?!node_metrics)[a-z_]*[a-z]\b/g)]
      .map(([name]) => name.replace(/_bucket$/, "")).filter((name) => !METRICS.has(name));
    const names = new Set<string>([...SETTINGS.map(({ name }) => name), ...OF_TOOLS]);
    const settings = [...text.matchAll(/(?<![\w.])[A-Z]{2,}(?:_[A-Z]+)+\b/g)]
      .map(([name]) => name).filter((name) => !names.has(name));
    assertEquals({ metrics: unique(metrics), settings: unique(settings) }, {
      metrics: [],
      settings: [],
    });
  });

  Deno.test(`${document.path} quotes lines that the program writes`, () => {
    assertEquals(unique(quotes(text)).filter((quote) => !isWritten(quote)), []);
  });
}

Deno.test("docs/security.md names the permissions that the program is compiled with", () => {
  const flagsIn = (path: string) =>
    unique([...Deno.readTextFileSync(`${ROOT}${path}`).matchAll(/--allow-[a-z]+/g)].map(String));
  assertEquals(flagsIn("docs/security.md"), flagsIn("tools/compile.ts"));
});

/** Lines of a log, and sentences in code marks: a capital, then words; or words with … where something is left out. */
function quotes(text: string): string[] {
  const logged = [...text.matchAll(/^(?:INFO|WARNING|ERROR) +(.*?)(?: {2,}|$)/gm)]
    .map((match) => match[1]!);
  const outside = text.replaceAll(/^\s*```[\s\S]*?^\s*```$/gm, "");
  const quoted = [...outside.matchAll(/`([^`]+)`/g)]
    .map((match) => match[1]!.replaceAll(/\s+/g, " "));
  return logged.concat(quoted).filter((code) =>
    /^[A-Z][a-z]+ [a-z]/.test(code) || /^(its|no|has|the|is|it) [a-z]/.test(code)
  );
}

const source = [...sourcesUnder("lib")].map((path) => Deno.readTextFileSync(path)).join("\n")
  // As one text what the formatter breaks in two.
  .replaceAll(/[`"] \+\s+[`"]/g, "").replaceAll(/\s+/g, " ");

/** Each part between what changes: …, a number, N, X. */
function isWritten(quote: string): boolean {
  const parts = quote.split(/"…"|…|\bN\b|\b\d+\b|\bX\b/).map((part) => part.trim())
    .filter((part) => part.length > 2);
  return parts.every((part) => source.includes(part) || isComposed(part));
}

/** Of two pieces that the source has apart. */
function isComposed(part: string): boolean {
  const words = part.split(" ");
  return words.some((_, count) => {
    const pieces = [words.slice(0, count).join(" "), words.slice(count).join(" ")];
    return pieces.every((piece) => piece.length > 5 && source.includes(piece));
  });
}

function* sourcesUnder(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(`${ROOT}${folder}`)) {
    if (isDirectory) yield* sourcesUnder(`${folder}/${name}`);
    else if (name.endsWith(".ts")) yield `${ROOT}${folder}/${name}`;
  }
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)].toSorted();
}
