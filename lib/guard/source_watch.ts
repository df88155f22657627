// Owns noticing that a set of files may have changed.
// Never reads them, and has no timer: the guard asks when it turns.

import type { CredentialPaths } from "../config.ts";
import { CREDENTIAL_FILES } from "./credential_set.ts";
import { failureCode } from "./file_failure.ts";

/**
 * Three stats a poll. Kubernetes replaces a Secret by swapping a symbolic link above the files, so
 * it is the file behind the path that is compared, by identity and not only by its times.
 */
export class SourceWatch {
  readonly #paths: CredentialPaths;
  #seen: string | undefined;

  constructor(paths: CredentialPaths) {
    this.#paths = paths;
  }

  /** "changed" at the first poll too. Read the files after it: a later change shows in the next poll. */
  poll(): "changed" | "unchanged" {
    const now = CREDENTIAL_FILES.map((file) => signatureOf(this.#paths[file])).join(" ");
    if (now === this.#seen) return "unchanged";
    this.#seen = now;
    return "changed";
  }
}

function signatureOf(path: string): string {
  try {
    const { dev, ino, size, mtime, ctime } = Deno.statSync(path);
    return [dev, ino, size, mtime?.getTime(), ctime?.getTime()].join("/");
  } catch (error) {
    return failureCode(error);
  }
}
