// Owns the names of what a file system may refuse.
// Never throws: a refusal is an outcome, since keys must go on being guarded after it.

export type FileFailureCode = "no_space" | "read_only" | "denied" | "missing" | "other";

export interface FileFailure {
  readonly kind: "failed";
  readonly code: FileFailureCode;
  /** What was tried, on which path, and what was found; never contents. */
  readonly message: string;
}

const CODES: Readonly<Record<string, FileFailureCode>> = {
  ENOSPC: "no_space",
  EDQUOT: "no_space",
  EROFS: "read_only",
  EACCES: "denied",
  EPERM: "denied",
  ENOENT: "missing",
};

const FOUND: Readonly<Record<Exclude<FileFailureCode, "other">, string>> = {
  no_space: "no space left",
  read_only: "the file system is read-only",
  denied: "permission denied",
  missing: "no such file",
};

export function fileFailure(tried: string, path: string, error: unknown): FileFailure {
  const code = failureCode(error);
  return { kind: "failed", code, message: `Cannot ${tried} "${path}": ${foundBy(error)}` };
}

export function failureCode(error: unknown): FileFailureCode {
  return CODES[systemCode(error)] ?? "other";
}

/** What the system found, in its words where it has few: "permission denied", "EISDIR". */
export function foundBy(error: unknown): string {
  const code = failureCode(error);
  if (code !== "other") return FOUND[code];
  return systemCode(error) || (error instanceof Error ? error.message : String(error));
}

function systemCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
