// Owns what one check says, and how it is printed.
// Never decides the exit code.

export interface Check {
  /** What should hold. */
  readonly name: string;
  readonly verdict: "ok" | "failed" | "warning" | "unknown";
  /** What was found, with what to do where that is clear. */
  readonly found: string;
}

export function ok(name: string, found: string): Check {
  return { name, verdict: "ok", found };
}

export function failed(name: string, found: string): Check {
  return { name, verdict: "failed", found };
}

/** Something is lost without it, and nothing that matters to the election. */
export function warning(name: string, found: string): Check {
  return { name, verdict: "warning", found };
}

/** What could not be found out; it fails nothing by itself. */
export function unknown(name: string, found: string): Check {
  return { name, verdict: "unknown", found };
}

export function checkLine({ name, verdict, found }: Check): string {
  return `  ${verdict.padEnd(9)}${name}: ${found}`;
}
