// Owns the permit's end on disk, so that a restarted sidecar may let a forging node go on.
// Never starts a node, and counts for nothing when it is torn, foreign or from before a boot.

import type { ClockSources } from "./clocks.ts";
import { failureCode, type FileFailure, fileFailure } from "./file_failure.ts";

export const PERMIT_FILE_NAME = ".forge-manager-permit.json";

/** What was found of an earlier process of this pod. */
export interface FoundPermit {
  /**
   * At most this long may a forging node go on: cap it. Negative where its end is past and a stop was not
   * confirmed since; undefined when one was, and after a boot.
   */
  readonly leftMs: number | undefined;
  /** Of our last lease writes, newest last. They prove a lease ours only together with the podUid. */
  readonly nonces: readonly string[];
  readonly podUid: string;
}

interface Content {
  readonly bootId: string | undefined;
  readonly podUid: string;
  readonly endBootMs: number;
  readonly endWallMs: number;
  readonly nonces: readonly string[];
}

export type PermitFileOutcome = { readonly kind: "written" } | FileFailure;

const MAX_BYTES = 16 * 1024;
const MAX_NONCES = 16;
const MAX_TEXT = 128;

export interface PermitFileOptions {
  /** STATE_DIR. */
  readonly folder: string;
  readonly podUid: string;
  readonly clocks: ClockSources;
}

export class PermitFile {
  readonly #folder: string;
  readonly #path: string;
  readonly #podUid: string;
  readonly #clocks: ClockSources;
  /** What this process last meant to be on file. */
  #end: Pick<Content, "endBootMs" | "endWallMs"> = NEVER;
  #nonces: readonly string[] = [];

  constructor({ folder, podUid, clocks }: PermitFileOptions) {
    this.#folder = folder.replace(/\/+$/, "") || "/";
    this.#path = `${this.#folder}/${PERMIT_FILE_NAME}`;
    this.#podUid = podUid;
    this.#clocks = clocks;
  }

  /**
   * Undefined when there is no such file or nothing in it can be trusted. What is of this pod counts
   * as written by this process from here on, so that clearing one half keeps the other.
   */
  read(): FoundPermit | undefined {
    const found = foundPermit(this.#text(), this.#clocks);
    if (found?.podUid === this.#podUid) {
      this.#end = this.#endAfter(found.leftMs);
      this.#nonces = found.nonces;
    }
    return found;
  }

  /** Replaces what is on file. Nonces beyond the newest 16 are dropped. */
  write({ leftMs, nonces }: Pick<FoundPermit, "leftMs" | "nonces">): PermitFileOutcome {
    this.#end = this.#endAfter(leftMs);
    this.#nonces = nonces.slice(-MAX_NONCES);
    return this.#store();
  }

  /** Keeps the nonces and drops the permit. If it cannot be rewritten the file is removed. */
  clearPermit(): PermitFileOutcome {
    this.#end = NEVER;
    const outcome = this.#store();
    return outcome.kind === "failed" ? this.#unlink(outcome) : outcome;
  }

  /** Keeps the permit and drops the nonces. If it cannot be rewritten the file is removed. */
  forgetNonces(): PermitFileOutcome {
    this.#nonces = [];
    const outcome = this.#store();
    return outcome.kind === "failed" ? this.#unlink(outcome) : outcome;
  }

  #text(): string {
    try {
      if (Deno.statSync(this.#path).size > MAX_BYTES) return "";
      return Deno.readTextFileSync(this.#path);
    } catch {
      return ""; // absent or unreadable: then nothing is known, which is always safe
    }
  }

  #endAfter(leftMs: number | undefined): Pick<Content, "endBootMs" | "endWallMs"> {
    const bootMs = this.#clocks.bootMs();
    if (bootMs === undefined || leftMs === undefined) return NEVER;
    const endBootMs = Math.max(0, bootMs + leftMs);
    return { endBootMs, endWallMs: Math.max(0, this.#clocks.wallMs() + leftMs) };
  }

  #store(): PermitFileOutcome {
    const content: Content = {
      bootId: this.#clocks.bootId(),
      podUid: this.#podUid,
      ...this.#end,
      nonces: this.#nonces,
    };
    const staged = `${this.#path}.new`;
    try {
      this.#stage(staged, JSON.stringify(content));
      Deno.renameSync(staged, this.#path);
      return { kind: "written" };
    } catch (error) {
      return fileFailure("write", this.#path, error);
    }
  }

  /** Done with every renewal: what is nearly always in order is tried first. */
  #stage(path: string, text: string): void {
    const write = () => Deno.writeTextFileSync(path, text, { mode: 0o600, createNew: true });
    try {
      write();
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) {
        Deno.mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      } else if (error instanceof Deno.errors.AlreadyExists) {
        remove(path); // what a killed process left
      } else throw error;
      write();
    }
  }

  /** Half of a clearing is worse than none: without the file nothing is claimed. */
  #unlink(failure: FileFailure): PermitFileOutcome {
    try {
      remove(this.#path);
      return { kind: "written" };
    } catch {
      return failure; // the first failure tells more
    }
  }
}

const NEVER = { endBootMs: 0, endWallMs: 0 } as const;

/** Judges the text of a permit file by the clocks of now. */
export function foundPermit(
  text: string,
  clocks: Pick<ClockSources, "bootId" | "bootMs" | "wallMs">,
): FoundPermit | undefined {
  const content = parseContent(text);
  if (content === undefined) return undefined;
  const { podUid, nonces } = content;
  const bootId = clocks.bootId();
  const bootMs = clocks.bootMs();
  const isOfThisBoot = bootId !== undefined && bootId === content.bootId;
  if (!isOfThisBoot || bootMs === undefined || content.endBootMs === NEVER.endBootMs) {
    return { leftMs: undefined, podUid, nonces };
  }
  const { endBootMs, endWallMs } = content;
  return { leftMs: Math.min(endBootMs - bootMs, endWallMs - clocks.wallMs()), podUid, nonces };
}

function parseContent(text: string): Content | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined; // torn or not ours
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { bootId, podUid, endBootMs, endWallMs, nonces } = value as Record<string, unknown>;
  if (bootId !== undefined && !isShortText(bootId)) return undefined;
  if (!isShortText(podUid) || !isInstant(endBootMs) || !isInstant(endWallMs)) return undefined;
  if (!Array.isArray(nonces) || nonces.length > MAX_NONCES || !nonces.every(isShortText)) {
    return undefined;
  }
  return { bootId, podUid, endBootMs, endWallMs, nonces };
}

function isShortText(value: unknown): value is string {
  return typeof value === "string" && value.length > 0 && value.length <= MAX_TEXT;
}

function isInstant(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function remove(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (failureCode(error) !== "missing") throw error;
  }
}
