// Owns the form of reason codes where people read them: log lines, conditions and metrics.
// Never makes up a code: each is one of the program's own, in other letters.

/** `kes_expired` → `KesExpired`, as the API wants the reason of a condition. */
export function reasonWord(code: string): string {
  return code.split("_").map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join("");
}
