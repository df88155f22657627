// Owns how the words after a command's name become flags and an operand, or the sentence that says no.
// Never guesses: what is unknown, given twice or without its value is refused.

export interface Flag {
  /** With its dashes. */
  readonly name: string;
  /** With its dash. */
  readonly short?: string;
  /** What follows it, for people; absent: nothing does. */
  readonly value?: string;
  readonly meaning: string;
  readonly isRequired?: true;
  /** Several commands take it: help tells it once. */
  readonly isCommon?: true;
  /** What the value must look like, and that in words. */
  readonly form?: { readonly pattern: RegExp; readonly allowed: string };
}

export interface ArgumentShape {
  /** What the arguments are for. */
  readonly name: string;
  readonly flags: readonly Flag[];
  /** One word without a dash that may be given, for people; absent: none may. */
  readonly operand?: string;
}

export interface Arguments {
  /** By the long name; a flag without a value has the empty text. */
  readonly flags: ReadonlyMap<string, string>;
  readonly operand: string | undefined;
}

export type ParsedArguments =
  | { readonly kind: "arguments"; readonly arguments: Arguments }
  | { readonly kind: "wrong"; readonly message: string };

export function parseArguments(args: readonly string[], shape: ArgumentShape): ParsedArguments {
  const flags = new Map<string, string>();
  let operand: string | undefined;
  for (let index = 0; index < args.length; index++) {
    const arg = args[index]!;
    const equals = arg.startsWith("--") ? arg.indexOf("=") : -1;
    const name = equals < 0 ? arg : arg.slice(0, equals);
    const flag = shape.flags.find((one) => name === one.name || name === one.short);
    if (flag === undefined) {
      if (arg.startsWith("-") || shape.operand === undefined) return unknown(arg, shape);
      if (operand !== undefined) {
        return wrong(`${shape.name} takes one ${shape.operand}, not "${operand}" and "${arg}"`);
      }
      operand = arg;
      continue;
    }
    if (flags.has(flag.name)) return wrong(`${flag.name} of ${shape.name} is given twice`);
    if (flag.value === undefined) {
      if (equals >= 0) return wrong(`${flag.name} of ${shape.name} takes no value`);
      flags.set(flag.name, "");
      continue;
    }
    const value = equals < 0 ? args[++index] : arg.slice(equals + 1);
    if (value === undefined || (equals < 0 && value.startsWith("-"))) {
      return wrong(`${flag.name} of ${shape.name} needs a value: ${flag.name} ${flag.value}`);
    }
    const { form } = flag;
    if (form !== undefined && !form.pattern.test(value)) {
      return wrong(`${flag.name} is ${JSON.stringify(value)}; allowed: ${form.allowed}`);
    }
    flags.set(flag.name, value);
  }
  const missing = shape.flags.find(({ name, isRequired }) => isRequired && !flags.has(name));
  if (missing !== undefined) {
    return wrong(`${shape.name} needs ${missing.name} ${missing.value}: ${missing.meaning}`);
  }
  return { kind: "arguments", arguments: { flags, operand } };
}

/** For arguments that were parsed before, by whoever chose the command. */
export function parsedArguments(args: readonly string[], shape: ArgumentShape): Arguments {
  const parsed = parseArguments(args, shape);
  if (parsed.kind === "wrong") throw new Error(`Cannot take arguments: ${parsed.message}`);
  return parsed.arguments;
}

function unknown(arg: string, { name, flags, operand }: ArgumentShape): ParsedArguments {
  const known = [...operand === undefined ? [] : [operand], ...flags.map((flag) => flag.name)];
  return wrong(
    `Unknown argument "${arg}" of ${name}; allowed are: ${known.join(", ") || "none"}`,
  );
}

function wrong(message: string): ParsedArguments {
  return { kind: "wrong", message };
}
