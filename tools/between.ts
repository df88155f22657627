// Owns replacing what a tool wrote into a document, between two marks.
// Never changes anything outside of them.

export function replaceBetween(
  text: string,
  { begin, end, content }: {
    readonly begin: string;
    readonly end: string;
    readonly content: string;
  },
): string {
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`The document lacks the mark ${begin.trim()}`);
  return `${text.slice(0, from)}${begin}\n${content}\n${text.slice(to)}`;
}
