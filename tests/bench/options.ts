// Owns the arguments of `deno task bench`.
// Never starts anything.

export interface BenchOptions {
  /** Of those that there are; all, unless some are named. */
  readonly parts: readonly string[];
  readonly isQuick: boolean;
  /** Where the report goes, besides the table in the terminal. */
  readonly reportPath: string | undefined;
}

/** The options, or what is wrong with the arguments. */
export function parseOptions(
  args: readonly string[],
  known: readonly string[],
): BenchOptions | string {
  const usage =
    `Usage: deno task bench [PART...] [--quick] [--report FILE], or deno task bench load; ` +
    `the parts are ${known.join(", ")}`;
  const parts: string[] = [];
  let isQuick = false;
  let reportPath: string | undefined;
  const rest = [...args];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (known.includes(word)) parts.push(word);
    else if (word === "--quick") isQuick = true;
    else if (word === "--report" && rest.length > 0) reportPath = rest.shift();
    else return `Cannot use "${word}". ${usage}`;
  }
  return { parts: parts.length === 0 ? known : parts, isQuick, reportPath };
}
