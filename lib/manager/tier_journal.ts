// Owns the log lines about the second tier, and the count of its moves.
// Never tells the same twice: each line is a change.

import type { Log } from "../log.ts";
import { reasonWord } from "../reason.ts";
import type { TierSnapshot } from "./tier_snapshot.ts";

export class TierJournal {
  readonly #log: Log;
  readonly #moves = new Map<string, number>();
  #wasActive = false;
  #held = false;
  #holder: string | undefined;
  #summary: string | undefined;
  #duplicateName = false;
  #otherPool: string | undefined;
  #isExhausted = false;

  constructor(log: Log) {
    this.#log = log;
  }

  get moves(): ReadonlyMap<string, number> {
    return this.#moves;
  }

  /** This cluster gives the forge lease up. */
  yields(to: string | undefined, reason: string): void {
    this.#count(reason);
    this.#log.info("Forge lease is given up", { to, reason: reasonWord(reason) });
  }

  /** This cluster claimed it: from another one that fell silent, it is a move nobody else counts. */
  claimed(own: string): void {
    if (this.#holder !== undefined && this.#holder !== "" && this.#holder !== own) {
      this.#count("holder_silent");
    }
  }

  note(tier: TierSnapshot | undefined): void {
    if (tier === undefined) return;
    this.#noteHold(tier);
    // What a former leadership saw is no news when the next one begins.
    if (!tier.active) {
      if (this.#wasActive) this.#forget();
      return;
    }
    this.#wasActive = true;
    const { name, holder, duplicateName, otherPool, isExhausted, transitions } = tier.forgeLease;
    if (holder !== (this.#holder ?? "") && holder !== tier.cluster) {
      if (holder === "") this.#log.info("Forge lease is vacant", { lease: name, transitions });
      else this.#log.info("Forge lease held by another cluster", { lease: name, holder });
    }
    this.#holder = holder;
    const { summary } = tier;
    if (summary !== undefined && summary !== this.#summary) {
      this.#log.info("Clusters compared", { outcome: summary });
    }
    this.#summary = summary;
    if (duplicateName && !this.#duplicateName) {
      this.#log.error("Forge lease is held under this cluster's name by another cluster", {
        lease: name,
        cluster: tier.cluster,
        next: "give each cluster a CLUSTER_REGION or CLUSTER_IDENTIFIER of its own",
      });
    }
    this.#duplicateName = duplicateName;
    if (otherPool !== undefined && otherPool !== this.#otherPool) {
      this.#log.error("Forge lease belongs to another pool: it is never claimed", {
        lease: name,
        poolId: otherPool,
        next: "give each pool a FORGE_LEASE_NAME of its own",
      });
    }
    this.#otherPool = otherPool;
    if (isExhausted && !this.#isExhausted) {
      this.#log.error(
        "Forge lease cannot be claimed any more: its leaseTransitions is at the maximum",
        {
          lease: name,
          next: "delete the Lease: it is made anew, and claimed after FORGE_LEASE_DURATION",
        },
      );
    }
    this.#isExhausted = isExhausted;
  }

  #noteHold({ forgeLease: { name, isHeld, transitions }, cluster, own }: TierSnapshot): void {
    if (isHeld && !this.#held) {
      this.#log.info("Forge lease acquired", { lease: name, cluster, transitions });
    } else if (!isHeld && this.#held) {
      const reason = reasonWord(own?.givingUp ?? "hold_ended");
      this.#log.info("Forge lease no longer held", { lease: name, cluster, reason });
    }
    this.#held = isHeld;
  }

  #forget(): void {
    this.#wasActive = false;
    this.#holder = undefined;
    this.#summary = undefined;
    this.#duplicateName = false;
    this.#otherPool = undefined;
    this.#isExhausted = false;
  }

  #count(reason: string): void {
    this.#moves.set(reason, (this.#moves.get(reason) ?? 0) + 1);
  }
}
