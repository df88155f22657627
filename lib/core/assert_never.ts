// Owns the end of every `switch` over `kind`.
// Never returns.

/** Makes a forgotten case a type error, and a value from outside the types an error that names it. */
export function assertNever(value: never): never {
  throw new TypeError(`Unexpected value ${JSON.stringify(value)}`);
}
