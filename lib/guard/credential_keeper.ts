// Owns the credential set in use: the newest valid one of the source folder, kept while newer ones are bad.
// Never lets an unchecked set near the node.

import type { Config } from "../config.ts";
import { checkCredentials } from "../credentials/check.ts";
import type { CredentialProblem, CredentialsVerdict } from "../credentials/verdict.ts";
import { addMs, isBefore, type Monotonic, type WallTime } from "../core/time.ts";
import type { Log, LogFields } from "../log.ts";
import { reasonWord } from "../reason.ts";
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
  /** Of the source folder as it is now. */
  #problems: readonly CredentialProblem[] = [];
  /** Of the certificate taken into use last, also when it is over by now: the chain goes no lower. */
  #counter: number | undefined;
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
    return this.#set === undefined ? [] : this.#problems;
  }

  /** Rises with every set taken into use. */
  get generation(): number {
    return this.#generation;
  }

  /** Whether a turn would look at anything now. */
  isDue(now: Monotonic): boolean {
    if (this.#checking) return false;
    return this.#polledAt === undefined || !isBefore(now, addMs(this.#polledAt, POLL_MS));
  }

  /** Looks for a change, or checks the set in use again, when either is due. True when it was checked. */
  async turn(now: KeeperInstant): Promise<boolean> {
    if (!this.isDue(now.monotonic)) return false;
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
      this.#reject([]);
      return await this.#recheckSet(reading, wall);
    }
    const verdict = await this.#check(reading.toSources(), { wall, lastCounter: this.#counter });
    if (verdict.kind === "valid" && reading.kind === "complete") {
      this.#set = reading;
      this.#verdict = verdict;
      this.#counter = verdict.certificateCounter;
      this.#reject([]);
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
    if (this.#set === undefined) this.#verdict = verdict;
    this.#reject(verdict.kind === "invalid" ? verdict.problems : []);
  }

  /** Time passes and disks come back: what was valid may be over, what was invalid may be well by now. */
  async #recheck(wall: WallTime): Promise<void> {
    if (this.#set !== undefined) await this.#recheckSet(this.#set, wall);
    if (this.#set === undefined || this.#problems.length > 0) await this.#takeSource(wall);
  }

  async #recheckSet(set: CredentialSet, wall: WallTime): Promise<void> {
    const before = this.#verdict.kind;
    const verdict = await this.#check(set.toSources(), { wall, lastCounter: undefined });
    this.#verdict = verdict;
    if (before === verdict.kind) return;
    if (verdict.kind === "valid") return this.#log.info("Credentials in use are valid again");
    this.#log.error("Credentials in use became invalid", described(verdict.problems));
  }

  /** Notes what is wrong with the set in the source folder; told once, until it is something else. */
  #reject(problems: readonly CredentialProblem[]): void {
    const isNew = textOf(problems) !== textOf(this.#problems);
    this.#problems = problems;
    if (!isNew || problems.length === 0) return;
    const kept = this.#set === undefined ? "none" : "the set in use";
    this.#log.error("Credentials invalid", { ...described(problems), kept });
  }

  #check(
    sources: Parameters<typeof checkCredentials>[0],
    { wall, lastCounter }: { wall: WallTime; lastCounter: number | undefined },
  ): Promise<CredentialsVerdict> {
    const { network, pool, credentials } = this.#config;
    return checkCredentials(sources, {
      network: network.name,
      genesis: network.genesis,
      poolId: pool.id,
      poolIdHex: pool.idHex,
      now: wall,
      lastCounter,
      paths: credentials.source,
    });
  }
}

function described(problems: readonly CredentialProblem[]): LogFields {
  return { reason: reasonWord(problems[0]?.code ?? "missing"), problems: textOf(problems) };
}

function textOf(problems: readonly CredentialProblem[]): string {
  return problems.map(({ message }) => message).join("; ");
}
