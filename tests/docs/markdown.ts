// Owns the reading of a Markdown file: its fenced blocks, the anchors of its headings, its links.
// Never renders anything.

export interface Block {
  readonly line: number;
  /** First word after the fence. */
  readonly language: string;
  /** The rest of that line; GitHub shows nothing of it. */
  readonly note: string;
  readonly text: string;
}

export interface Link {
  readonly line: number;
  readonly target: string;
}

export interface Markdown {
  readonly blocks: readonly Block[];
  /** Texts of the headings, without their # signs. */
  readonly headings: readonly { readonly level: number; readonly text: string }[];
  /** As GitHub makes them of the headings. */
  readonly anchors: ReadonlySet<string>;
  readonly links: readonly Link[];
}

export function readMarkdown(text: string): Markdown {
  const blocks: Block[] = [];
  const headings: { level: number; text: string }[] = [];
  const links: Link[] = [];
  let open: { fence: string; indent: string; line: number; info: string; lines: string[] } | null =
    null;
  for (const [index, line] of text.split("\n").entries()) {
    if (open !== null) {
      if (line.trim() === open.fence) {
        blocks.push(blockOf(open));
        open = null;
      } else open.lines.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line);
      continue;
    }
    const [, indent, fence, info] = /^(\s*)(`{3,})(.*)$/.exec(line) ?? [];
    if (fence !== undefined) {
      open = { fence, indent: indent!, line: index + 1, info: info!.trim(), lines: [] };
      continue;
    }
    const heading = /^(#{1,6}) +(.*?)\s*$/.exec(line);
    if (heading !== null) headings.push({ level: heading[1]!.length, text: heading[2]! });
    for (const target of targetsIn(line)) links.push({ line: index + 1, target });
  }
  if (open !== null) throw new Error(`A block that begins in line ${open.line} does not end`);
  return { blocks, headings, anchors: anchorsOf(headings.map(({ text }) => text)), links };
}

function blockOf({ line, info, lines }: { line: number; info: string; lines: string[] }): Block {
  const [, language = "", note = ""] = /^(\S*)\s*(.*)$/.exec(info) ?? [];
  return { line, language, note, text: `${lines.join("\n")}\n` };
}

function targetsIn(line: string): string[] {
  const prose = line.replaceAll(/`[^`]*`/g, "code");
  const written = [...prose.matchAll(/\]\(([^)\s]+)\)/g)];
  const html = [...prose.matchAll(/\b(?:src|href)="([^"]+)"/g)];
  return [...written, ...html].map((match) => match[1]!);
}

function anchorsOf(headings: readonly string[]): ReadonlySet<string> {
  const seen = new Map<string, number>();
  return new Set(headings.map((heading) => {
    const words = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const slug = words.replaceAll(/[^\p{L}\p{N}\-_ ]/gu, "").replaceAll(" ", "-");
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  }));
}
