// Owns reading `--name value` of the tools for long runs.
// Never guesses: a value that is no number ends the tool.

export function textOption(args: readonly string[], name: string): string | undefined {
  const at = args.indexOf(`--${name}`);
  return at === -1 ? undefined : args[at + 1];
}

export function numberOption(args: readonly string[], name: string): number | undefined {
  const text = textOption(args, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text === "" || !Number.isFinite(value) || value < 0) {
    throw new RangeError(`Cannot use --${name} ${text}: a number from 0 on is needed`);
  }
  return value;
}
