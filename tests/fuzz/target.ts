// Owns what a fuzz target is: a parser of outside input, examples of that input, and what must hold.
// Never asks for more than the parser promises: a target is its contract with whoever writes the input.

export interface FuzzTarget {
  /** Also the name of its folder in the corpus. */
  readonly name: string;
  /** What the properties say, in one line for the report. */
  readonly holds: string;
  /** Whole examples, from which inputs are made by changing them. */
  readonly seeds: readonly Uint8Array[];
  /** Pieces that mean something to the parser. */
  readonly words: readonly (string | Uint8Array)[];
  /** Whether inputs are also made by changing values inside seeds that are JSON. */
  readonly isJson?: boolean;
  /** Throws when a property does not hold. Whatever the parser throws is a failure too. */
  readonly check: (input: Uint8Array) => void | Promise<void>;
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** As Deno's file and stream readers do it: what is no UTF-8 becomes U+FFFD. */
export function text(input: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(input);
}

/** Undefined for what is no JSON. */
// deno-lint-ignore no-explicit-any -- properties look into values of any shape
export function json(input: string): any {
  try {
    return JSON.parse(input);
  } catch {
    return undefined; // which is the question
  }
}

/** The property `what` does not hold. */
export function broken(what: string, ...found: unknown[]): never {
  throw new Error([what, ...found.map((one) => JSON.stringify(one)?.slice(0, 400))].join(" "));
}
