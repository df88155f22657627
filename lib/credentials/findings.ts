// Owns the wording of problems and warnings: what was tried, on which file, what was found.
// Never decides what is one.

import type { CredentialFile } from "../door.ts";
import type { CredentialProblem } from "./verdict.ts";

const NOUNS: Readonly<Record<CredentialFile, string>> = {
  kes: "KES key",
  vrf: "VRF key",
  opcert: "operational certificate",
};

const DEFAULT_PATHS: Readonly<Record<CredentialFile, string>> = {
  kes: "kes.skey",
  vrf: "vrf.skey",
  opcert: "node.cert",
};

/** Gathers problems, so that a reader finds all of them in one go. */
export class Findings {
  readonly problems: CredentialProblem[] = [];
  readonly warnings: string[] = [];
  readonly #paths: Readonly<Record<CredentialFile, string>>;

  constructor(paths: Readonly<Record<CredentialFile, string>> = DEFAULT_PATHS) {
    this.#paths = paths;
  }

  name(file: CredentialFile): string {
    return `${NOUNS[file]} "${this.#paths[file]}"`;
  }

  problem(file: CredentialFile, code: CredentialProblem["code"], found: string): void {
    const verb = code === "missing" || code === "unreadable" ? "read" : "use";
    this.problems.push({ file, code, message: `Cannot ${verb} ${this.name(file)}: ${found}` });
  }

  warn(file: CredentialFile, found: string): void {
    const name = this.name(file);
    this.warnings.push(`${name.charAt(0).toUpperCase()}${name.slice(1)}: ${found}`);
  }
}
