// Owns the bytes of one set of credential files while they are in memory.
// Never shows them: printed, logged, cloned or turned into JSON, a set is its name alone.

import { blake2b } from "@noble/hashes/blake2.js";
import type { CredentialSource, CredentialSources } from "../credentials/check.ts";
import type { CredentialFile } from "../door.ts";

export const CREDENTIAL_FILES: readonly CredentialFile[] = ["kes", "vrf", "opcert"];

/** Hides what it holds from everything that prints. */
class Concealed {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  toJSON(): string {
    return this.#name;
  }

  [Symbol.for("Deno.customInspect")](): string {
    return this.#name;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.#name;
  }
}

/** All three files as they were read together. */
export class CredentialSet extends Concealed {
  readonly kind = "complete";
  readonly #bytes: Readonly<Record<CredentialFile, Uint8Array>>;
  /** Equal for equal sets of this process; says nothing about the bytes to anybody outside it. */
  readonly fingerprint: string;

  constructor(bytes: Readonly<Record<CredentialFile, Uint8Array>>) {
    super("CredentialSet");
    this.#bytes = bytes;
    this.fingerprint = fingerprintOf(CREDENTIAL_FILES.map((file) => bytes[file]));
  }

  /** For writing the file and nothing else. */
  bytes(file: CredentialFile): Uint8Array {
    return this.#bytes[file];
  }

  /** For checking them. */
  toSources(): CredentialSources {
    return { ...this.#bytes };
  }
}

export type UnreadableFile = Exclude<CredentialSource, Uint8Array>;

/** What was read when at least one file could not be: enough to say everything that is wrong. */
export class IncompleteCredentials extends Concealed {
  readonly kind = "incomplete";
  readonly #sources: CredentialSources;
  readonly unreadable: Readonly<Partial<Record<CredentialFile, UnreadableFile>>>;

  constructor(sources: CredentialSources) {
    super("IncompleteCredentials");
    this.#sources = sources;
    const unreadable: Partial<Record<CredentialFile, UnreadableFile>> = {};
    for (const file of CREDENTIAL_FILES) {
      const source = sources[file];
      if (!(source instanceof Uint8Array)) unreadable[file] = source;
    }
    this.unreadable = unreadable;
  }

  toSources(): CredentialSources {
    return { ...this.#sources };
  }
}

export type CredentialReading = CredentialSet | IncompleteCredentials;

let salt: Uint8Array | undefined;

function fingerprintOf(parts: readonly Uint8Array[]): string {
  salt ??= crypto.getRandomValues(new Uint8Array(32));
  const hash = blake2b.create({ dkLen: 16, key: salt });
  for (const part of parts) {
    hash.update(new TextEncoder().encode(`${part.length}:`)).update(part);
  }
  return Array.from(hash.digest(), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
