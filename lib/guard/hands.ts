// Owns what the guard does to the world outside: key files, signals, the permit file; and their count.
// Never decides to, and never waits: each act is synchronous, and its outcome an event.

import type { Config } from "../config.ts";
import type { ForgingEvent } from "../core/forging_state.ts";
import type { NodeIdentity, SighupReason } from "../core/node_life.ts";
import type { CredentialFile, FileOperation, GuardReport } from "../door.ts";
import type { Log } from "../log.ts";
import type { CredentialSet } from "./credential_set.ts";
import {
  installCredentials,
  installedFiles,
  isInstalled,
  removeCredentials,
} from "./credentials.ts";
import type { FoundPermit, PermitFile } from "./permit_file.ts";
import { signal } from "./process.ts";

/** A checked set and its number, as the machine was told of it. */
export interface Offer {
  readonly set: CredentialSet;
  readonly generation: number;
}

export interface HandsOptions {
  readonly target: Config["credentials"]["target"];
  readonly permitFile: PermitFile;
  readonly log: Log;
}

type FilesEvent = Extract<ForgingEvent, { kind: "files" }>;
type SignalledEvent = Extract<ForgingEvent, { kind: "signalled" }>;

export class Hands {
  readonly #options: HandsOptions;
  readonly #signals = {
    enable_forging: 0,
    disable_forging: 0,
    startup_cleanup: 0,
    credentials_changed: 0,
  };
  readonly #fileOperations = {
    copy_kes: 0,
    copy_vrf: 0,
    copy_opcert: 0,
    remove_kes: 0,
    remove_vrf: 0,
    remove_opcert: 0,
  };
  #kills = 0;
  #problem: string | undefined;
  #inPlace: FilesEvent["inPlace"] | undefined;
  #permitProblem: string | undefined;

  constructor(options: HandsOptions) {
    this.#options = options;
  }

  get signals(): GuardReport["signals"] {
    return this.#signals;
  }

  get kills(): number {
    return this.#kills;
  }

  get fileOperations(): GuardReport["fileOperations"] {
    return this.#fileOperations;
  }

  /** What is there before anything was done. */
  look(offer: Offer | undefined): FilesEvent {
    const { target } = this.#options;
    const current = offer !== undefined && isInstalled(offer.set, target);
    return this.#filesEvent(current ? offer.generation : undefined, undefined);
  }

  install(offer: Offer | undefined): FilesEvent {
    if (offer === undefined) return this.#filesEvent(undefined, "no valid set of credentials");
    const { target } = this.#options;
    const outcome = installCredentials(offer.set, { target, count: this.#count });
    if (outcome.kind === "installed") return this.#filesEvent(offer.generation, undefined);
    return this.#filesEvent(undefined, outcome.message);
  }

  remove(): FilesEvent {
    const outcome = removeCredentials(this.#options.target, { count: this.#count });
    return this.#filesEvent(undefined, outcome.kind === "removed" ? undefined : outcome.message);
  }

  sighup(identity: NodeIdentity, reason: SighupReason): SignalledEvent {
    const outcome = this.#signal(identity, "SIGHUP");
    if (outcome === "signalled") this.#signals[reason] += 1;
    return { kind: "signalled", identity, reason, outcome };
  }

  sigkill(identity: NodeIdentity): SignalledEvent {
    const outcome = this.#signal(identity, "SIGKILL");
    if (outcome === "signalled") this.#kills += 1;
    return { kind: "signalled", identity, reason: undefined, outcome };
  }

  /** A permit that ended must not be left on file by a full disk. */
  keepPermit({ leftMs, nonces }: Pick<FoundPermit, "leftMs" | "nonces">): void {
    const { permitFile, log } = this.#options;
    const written = permitFile.write({ leftMs, nonces });
    const isOver = leftMs === undefined || leftMs <= 0;
    const outcome = isOver && written.kind === "failed" ? permitFile.clearPermit() : written;
    const problem = outcome.kind === "failed" ? outcome.message : undefined;
    if (problem !== undefined && problem !== this.#permitProblem) {
      log.warning("Cannot keep the permit file", { problem });
    }
    this.#permitProblem = problem;
  }

  readonly #count = (operation: FileOperation, file: CredentialFile): void => {
    this.#fileOperations[`${operation}_${file}`] += 1;
  };

  #filesEvent(generation: number | undefined, problem: string | undefined): FilesEvent {
    const { target, log } = this.#options;
    const inPlace = installedFiles(target);
    if (problem !== undefined && problem !== this.#problem) {
      log.error("Key files cannot be changed", { problem, inPlace });
    }
    this.#problem = problem;
    if (this.#inPlace !== undefined && inPlace !== this.#inPlace) {
      log.info("Key files changed", { inPlace, was: this.#inPlace });
    }
    this.#inPlace = inPlace;
    return { kind: "files", inPlace, generation, problem };
  }

  #signal(identity: NodeIdentity, name: "SIGHUP" | "SIGKILL"): SignalledEvent["outcome"] {
    try {
      return signal(identity, name);
    } catch (error) {
      this.#options.log.error("Cannot signal the node", { signal: name, error });
      return "denied";
    }
  }
}
