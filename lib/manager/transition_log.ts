// Owns the log lines about the lease: who holds it, and when this replica began or ceased to lead.
// Never tells the same twice: each line is a change.

import type { Log } from "../log.ts";
import { reasonWord } from "../reason.ts";
import type { Snapshot } from "./snapshot.ts";

export class TransitionLog {
  readonly #log: Log;
  #led = false;
  #holder: string | undefined;
  #waited = false;
  #otherPool: string | undefined;
  #exhausted: readonly string[] = [];
  #olderManager = false;

  constructor(log: Log) {
    this.#log = log;
  }

  note({ pod, leads, givingUp, guard, lease }: Snapshot): void {
    if (leads && !this.#led) {
      this.#log.info("Lease acquired", { lease: lease.name, transitions: lease.transitions });
    } else if (this.#led && !leads) {
      const lost = lease.isOurs ? "hold_ended" : "lease_lost";
      const reason = reasonWord(givingUp ?? guard?.unfit?.code ?? lost);
      this.#log.info("Leadership ends", { lease: lease.name, reason });
    }
    this.#led = leads;
    const { name, holder, transitions, otherPool, olderManagerRenews } = lease;
    if (holder !== (this.#holder ?? "") && holder !== pod) {
      if (holder === "") this.#log.info("Lease is vacant", { lease: name, transitions });
      else this.#log.info("Lease held by another", { lease: name, holder, transitions });
    }
    this.#holder = holder;
    // Of a new lease nothing else tells why nobody leads yet.
    const waits = lease.isWaitedFor && holder === "";
    if (waits && !this.#waited) {
      this.#log.info("Lease is not claimed yet", { lease: name, found: lease.standing });
    }
    this.#waited = waits;
    if (otherPool !== undefined && otherPool !== this.#otherPool) {
      this.#log.error("Lease belongs to another pool: it is never claimed", {
        lease: name,
        poolId: otherPool,
        next: "give each pool a LEASE_NAME of its own",
      });
    }
    this.#otherPool = otherPool;
    for (const lock of lease.exhausted.filter((one) => !this.#exhausted.includes(one))) {
      this.#log.error("Lease cannot be claimed any more: its leaseTransitions is at the maximum", {
        lease: lock,
        next: "delete the Lease: it is made anew, and claimed after LEASE_DURATION",
      });
    }
    this.#exhausted = lease.exhausted;
    if (olderManagerRenews && !this.#olderManager) {
      this.#log.warning("Lease is renewed by an older manager, which may forge on without it", {
        lease: name,
        holder,
        next: "scale the older deployment to zero",
      });
    }
    this.#olderManager = olderManagerRenews;
  }
}
