// Owns the credential set in use: the newest valid one of the source folder, kept while newer ones are bad.
// Never lets an unchecked set near the node.

import type { Config } from "../config.ts";
import { checkCredentials } from "../credentials/check.ts";
import type { CredentialProblem, CredentialsVerdict } from "../credentials/verdict.ts";
import { addMs, isBefore, type Monotonic, type WallTime } from "../core/time.ts";
import type { Log } from "../log.ts";
import { readCredentials } from "./credentials.ts";
import type { CredentialSet } from "./credential_set.ts";
import { SourceWatch } from "./source_watch.ts";

/** Three stats each; Kubernetes itself takes up to a minute to bring a changed Secret. */
const POLL_MS = 2_000;
/** A set may expire while nothing changes. */
const RECHECK_MS = 60_000;

export interface KeeperInstant {
  readonly monotonic: Monotonic;
  readonly wall: WallTime;
}

export class CredentialKeeper {
  readonly #config: Config;
  readonly #log: Log;
  readonly #watch: SourceWatch;
  #set: CredentialSet | undefined;
  #verdict: CredentialsVerdict = { kind: "invalid", problems: [] };
  #rejected: readonly CredentialProblem[] = [];
  #generation = 0;
  #polledAt: Monotonic | undefined;
  #checkedAt: Monotonic | undefined;
  #checking = false;

  constructor(config: Config, log: Log) {
    this.#config = config;
    this.#log = log;
    this.#watch = new SourceWatch(config.credentials.source);
  }

  /** The set to install; undefined while there is none that is valid now. */
  get set(): CredentialSet | undefined {
    return this.#verdict.kind === "valid" ? this.#set : undefined;
  }

  get verdict(): CredentialsVerdict {
    return this.#verdict;
  }

  /** What is wrong with a newer set that is not used. */
  get rejected(): readonly CredentialProblem[] {
    return this.#rejected;
  }

  /** Rises with every set taken into use. */
  get generation(): number {
    return this.#generation;
  }

  /** Looks for a change, or checks the set in use again, when either is due. True when the verdict is new. */
  async turn(now: KeeperInstant): Promise<boolean> {
    if (this.#checking) return false;
    const pollDue = this.#polledAt === undefined ||
      !isBefore(now.monotonic, addMs(this.#polledAt, POLL_MS));
    if (!pollDue) return false;
    this.#polledAt = now.monotonic;
    const changed = this.#watch.poll() === "changed";
    const recheckDue = this.#checkedAt === undefined ||
      !isBefore(now.monotonic, addMs(this.#checkedAt, RECHECK_MS));
    if (!changed && !recheckDue) return false;
    this.#checkedAt = now.monotonic;
    this.#checking = true;
    try {
      if (changed) await this.#takeSource(now.wall);
      else await this.#recheck(now.wall);
      return true;
    } finally {
      this.#checking = false;
    }
  }

  async #takeSource(wall: WallTime): Promise<void> {
    const reading = readCredentials(this.#config.credentials.source);
    if (reading.kind === "complete" && reading.fingerprint === this.#set?.fingerprint) {
      this.#rejected = [];
      return await this.#recheck(wall);
    }
    const verdict = await this.#check(reading.toSources(), wall, this.#lastCounter());
    if (verdict.kind === "valid" && reading.kind === "complete") {
      this.#set = reading;
      this.#verdict = verdict;
      this.#rejected = [];
      this.#generation += 1;
      this.#log.info("Credentials valid", {
        poolId: verdict.poolId,
        certificateCounter: verdict.certificateCounter,
        kesPeriodStart: verdict.kesPeriodStart,
        kesPeriodEnd: verdict.kesPeriodEnd,
        expiresAt: verdict.expiresAt,
        warnings: verdict.warnings,
      });
      return;
    }
    const problems = verdict.kind === "invalid" ? verdict.problems : [];
    if (this.#set === undefined) {
      this.#verdict = verdict;
      this.#rejected = [];
    } else {
      this.#rejected = problems;
    }
    this.#log.error("Credentials invalid", {
      problems: problems.map(({ message }) => message),
      kept: this.#set === undefined ? "none" : "the set in use",
    });
  }

  async #recheck(wall: WallTime): Promise<void> {
    if (this.#set === undefined) {
      // A file that could not be read, or a certificate of the future, may be well by now.
      const reading = readCredentials(this.#config.credentials.source);
      if (reading.kind === "complete") return await this.#takeSource(wall);
      return;
    }
    const before = this.#verdict.kind;
    const verdict = await this.#check(this.#set.toSources(), wall, undefined);
    this.#verdict = verdict;
    if (before === "valid" && verdict.kind === "invalid") {
      this.#log.error("Credentials in use became invalid", {
        problems: verdict.problems.map(({ message }) => message),
      });
    }
  }

  #check(
    sources: Parameters<typeof checkCredentials>[0],
    wall: WallTime,
    lastCounter: number | undefined,
  ): Promise<CredentialsVerdict> {
    const { network, pool, credentials } = this.#config;
    return checkCredentials(sources, {
      network: network.name,
      poolId: pool.id,
      poolIdHex: pool.idHex,
      now: wall,
      lastCounter,
      paths: credentials.source,
    });
  }

  #lastCounter(): number | undefined {
    return this.#verdict.kind === "valid" ? this.#verdict.certificateCounter : undefined;
  }
}
