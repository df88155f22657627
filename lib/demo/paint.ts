// Owns colours, and text fitted to columns of a terminal.
// Never colours where NO_COLOR or a pipe says no: the caller tells.

export type Style = "bold" | "dim" | "good" | "bad" | "busy" | "title";

const CODES: Readonly<Record<Style, number>> = {
  bold: 1,
  dim: 2,
  good: 32,
  bad: 31,
  busy: 33,
  title: 36,
};

export type Paint = (style: Style, text: string) => string;

export function paintWith({ colours }: { colours: boolean }): Paint {
  return (style, text) => colours ? `\x1b[${CODES[style]}m${text}\x1b[0m` : text;
}

/** Cut or filled up to exactly so many columns. */
export function fit(text: string, columns: number): string {
  return text.length <= columns ? text.padEnd(columns) : `${text.slice(0, columns - 1)}…`;
}

export function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > columns) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}

export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
