// Owns looking at the node: cheaply while nothing changes, in full when something may have.
// Never signals it, and never decides what a sighting means.

import type { NodeSighting } from "../core/node_life.ts";
import { addMs, isBefore, type Monotonic } from "../core/time.ts";
import { socketAccepts } from "./node_socket.ts";
import { findNode, type NodeIdentity, type NodeSearch, sightAgain } from "./process.ts";

const SOCKET_TIMEOUT_MS = 1_000;
/** A known good socket is tried again this often. */
const SOCKET_RECHECK_MS = 5_000;
/** A busy node may refuse once; one that stays away refuses this often in a row. */
const REFUSALS_MIN = 3;

export interface NodeWatchOptions {
  readonly processName: string;
  readonly socketPath: string;
  /** False: whatever runs counts as ready. */
  readonly socketCheck: boolean;
}

interface Found {
  readonly kind: "found";
  readonly identity: NodeIdentity;
  readonly startsNonProducing: boolean;
  /** Undefined: not readable at the moment. */
  readonly cpuTicks: number | undefined;
}

export class NodeWatch {
  readonly #options: NodeWatchOptions;
  #known: Found | undefined;
  #accepted = false;
  #refusals = 0;
  #triedAt: Monotonic | undefined;

  constructor(options: NodeWatchOptions) {
    this.#options = options;
  }

  async look(now: Monotonic): Promise<NodeSighting> {
    const seen = this.#again() ?? this.#search();
    if (seen.kind === "not_found") return seen;
    const { identity, startsNonProducing, cpuTicks } = seen;
    const accepts = await this.#accepts(now);
    return { kind: "running", identity, startsNonProducing, accepts, cpuTicks };
  }

  /** The known one, unless it is gone. */
  #again(): Found | undefined {
    const known = this.#known;
    if (known === undefined) return undefined;
    const sight = sightAgain(known.identity);
    if (sight.kind === "gone") return undefined;
    return { ...known, cpuTicks: sight.kind === "runs" ? sight.cpuTicks : undefined };
  }

  #search(): Found | Extract<NodeSearch, { kind: "not_found" }> {
    const search = findNode(this.#options);
    this.#accepted = false;
    this.#refusals = 0;
    this.#triedAt = undefined;
    this.#known = search.kind === "found" ? search : undefined;
    return search;
  }

  async #accepts(now: Monotonic): Promise<boolean> {
    if (!this.#options.socketCheck) return true;
    const settled = this.#accepted && this.#refusals === 0 && this.#triedAt !== undefined &&
      isBefore(now, addMs(this.#triedAt, SOCKET_RECHECK_MS));
    if (settled) return true;
    this.#triedAt = now;
    const answer = await socketAccepts(this.#options.socketPath, { timeoutMs: SOCKET_TIMEOUT_MS });
    if (answer === "accepts") {
      this.#accepted = true;
      this.#refusals = 0;
    } else if (answer !== "timed_out") {
      this.#refusals += 1;
    }
    return this.#accepted && this.#refusals < REFUSALS_MIN;
  }
}
