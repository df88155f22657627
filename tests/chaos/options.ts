// Owns the arguments of `deno task chaos`.
// Never starts anything.

export const USAGE = "Usage: deno task chaos [--minutes M] [--seed N] [--clusters] " +
  "[--report FILE] [--keep DIR]";

export interface ChaosOptions {
  readonly minutes: number;
  readonly seed: number;
  readonly clusters: boolean;
  /** Where the report goes, besides the terminal. */
  readonly report: string | undefined;
  /** Where records, logs and the journal go afterwards; without it only after a failure. */
  readonly keep: string | undefined;
}

/** The options, or what is wrong with the arguments. */
export function parseOptions(
  args: readonly string[],
  freshSeed: () => number,
): ChaosOptions | string {
  let minutes = 3;
  let seed: number | undefined;
  let clusters = false;
  let report: string | undefined;
  let keep: string | undefined;
  const rest = [...args];
  for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
    if (name === "--clusters") {
      clusters = true;
      continue;
    }
    const value = rest.shift() ?? "";
    if (name === "--minutes" && Number(value) >= 1) minutes = Number(value);
    else if (name === "--seed" && /^\d{1,9}$/.test(value)) seed = Number(value);
    else if (name === "--report" && value !== "") report = value;
    else if (name === "--keep" && value !== "") keep = value;
    else return `Cannot read "${name} ${value}". ${USAGE}`;
  }
  return { minutes, seed: seed ?? freshSeed(), clusters, report, keep };
}
