// Owns what the word after ```sh says: whether a block is run, where, and until when.
// Never runs one.

import type { Block } from "./markdown.ts";

/**
 * - ```` ```sh ```` runs on the stage of stage.ts, the blocks of a file one after the other
 * - ```` ```sh repo ```` needs the repository only, and runs with the unit tests, too
 * - ```` ```sh until: TEXT ```` goes on until ended: the test ends it when it printed TEXT
 * - ```` ```sh no-run: REASON ```` cannot run here; its syntax is checked
 */
export type Treatment =
  | { readonly kind: "stage" }
  | { readonly kind: "repo" }
  | { readonly kind: "until"; readonly text: string }
  | { readonly kind: "no_run"; readonly reason: string };

/** Undefined for a block that is none of commands. */
export function treatmentOf({ language, note, line }: Block): Treatment | undefined {
  if (/^(bash|shell|console|zsh)$/.test(language)) {
    throw new Error(`Line ${line}: a block of commands is \`\`\`sh, not \`\`\`${language}`);
  }
  if (language !== "sh") return undefined;
  if (note === "") return { kind: "stage" };
  if (note === "repo") return { kind: "repo" };
  const [, word, rest = ""] = /^(until|no-run): (\S.*)$/.exec(note) ?? [];
  if (word === "until") return { kind: "until", text: rest };
  if (word === "no-run") return { kind: "no_run", reason: rest };
  throw new Error(`Line ${line}: after \`\`\`sh comes repo, until: or no-run:, not "${note}"`);
}

/** Lines as the shell joins them, without comments. */
export function commandLines(text: string): readonly string[] {
  return text.replaceAll(/\\\n\s*/g, " ").split("\n")
    .map((line) => line.replace(/(^|\s)#.*$/, "").trim()).filter((line) => line !== "");
}

/** Arguments of each call of our own program that stands on a line by itself. */
export function ownCalls(text: string): readonly (readonly string[])[] {
  return commandLines(text).flatMap((line) => {
    const [, rest] = /^(?:\.\/dist\/)?cardano-forge-manager(?= |$)(.*)$/.exec(line) ?? [];
    const own = rest?.split(/ [|>&;]/)[0];
    return own === undefined ? [] : [wordsOf(own)];
  });
}

function wordsOf(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)]
    .map(([, double, single, bare]) => double ?? single ?? bare ?? "");
}
