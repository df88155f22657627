// Owns one storm: faults strike by the plan, those that would meet badly are passed over, all are undone.
// Never leaves one behind: heal() waits until the last is undone.

import { sleep } from "../../lib/sleep.ts";
import { Claims } from "./claims.ts";
import { type Fault, type Heal, type Strike } from "./fault.ts";
import type { Journal, JournalEntry } from "./journal.ts";
import type { LeaseLog } from "./lease_log.ts";
import type { PlannedStrike } from "./schedule.ts";
import { type ChaosPod, type ChaosWorld, forgerOf, waysOf } from "./world.ts";

/** Renewals come every 3.75 s and take up to API_TIMEOUT: an older one is failing already. */
const FRESH_RENEWAL_MS = 5_800;

export interface StormOptions {
  readonly world: ChaosWorld;
  readonly faults: readonly Fault[];
  readonly journal: Journal;
  readonly leases: readonly LeaseLog[];
  readonly round: number;
}

export class Storm {
  readonly #options: StormOptions;
  readonly #claims = new Claims();
  readonly #isOver = new AbortController();
  readonly #running = new Set<Promise<void>>();

  constructor(options: StormOptions) {
    this.#options = options;
  }

  /** Until the last was injected, or the signal aborts. */
  async play(plan: readonly PlannedStrike[], stormMs: number, signal: AbortSignal): Promise<void> {
    const beganMs = performance.now();
    for (const planned of plan) {
      await sleep(planned.atMs - (performance.now() - beganMs), signal);
      if (signal.aborted) return;
      const strike = this.#strike(planned);
      this.#running.add(strike);
      strike.finally(() => this.#running.delete(strike)).catch(() => {});
    }
    await sleep(stormMs - (performance.now() - beganMs), signal);
  }

  /** Undoes all that goes on; what cannot be undone is an error of this tool, and told. */
  async heal(): Promise<void> {
    this.#isOver.abort();
    await Promise.all(this.#running);
  }

  async #strike(planned: PlannedStrike): Promise<void> {
    const { world, faults, journal, round } = this.#options;
    const fault = faults.find(({ name }) => name === planned.fault);
    if (fault === undefined) throw new RangeError(`There is no fault ${planned.fault}`);
    const pod = this.#target(planned);
    const strike: Strike = { world, pod, ...planned };
    const reason = this.#whyNot(fault, strike);
    if (reason !== undefined) return journal.pass(reason);
    const claims = fault.claims(strike);
    this.#claims.take(claims);
    const struck = podOf(claims, world);
    const onForger = struck?.replica.forges() ?? false;
    const fromMs = Date.now();
    const { apart } = fault;
    let entry: JournalEntry | undefined;
    try {
      const heal = await inject(fault, strike);
      if (heal === "absent") return journal.pass("there was nothing to strike");
      if (heal instanceof Error) {
        journal.note(`${fault.name} on ${pod.label} could not be injected: ${heal.message}`);
        return journal.pass("the API server did not answer");
      }
      const target = struck?.label ?? claims.join(", ");
      entry = { round, fault: fault.name, target, onForger, fromMs, ...(apart && { apart }) };
      journal.begin(entry);
      if (heal === undefined) return;
      await sleep(planned.durationMs, this.#isOver.signal);
      await undo(heal, fault.name);
      journal.end(entry);
    } finally {
      this.#claims.release(claims, performance.now());
    }
  }

  #target({ target }: PlannedStrike): ChaosPod {
    const { world } = this.#options;
    const share = target === "forger" ? 0 : target;
    const pod = target === "forger" ? forgerOf(world) : undefined;
    return pod ?? world.pods[Math.floor(share * world.pods.length)]!;
  }

  #whyNot(fault: Fault, strike: Strike): string | undefined {
    if (!this.#claims.areFree(fault.claims(strike))) return "another fault held its target";
    if (!fault.needsFreshRenewals) return undefined;
    if (!this.#claims.areSettled(waysOf(strike.pod), performance.now())) {
      return "it would have met a broken way (two faults, which the kubelet's time is not reckoned for)";
    }
    const ages = this.#options.leases.map((lease) => lease.ageMs(strike.pod) ?? 0);
    return Math.max(...ages) > FRESH_RENEWAL_MS
      ? "it would have met failing renewals (two faults, which the kubelet's time is not reckoned for)"
      : undefined;
  }
}

/** The one pod that these claims are of, if it is one. */
function podOf(claims: readonly string[], { pods }: ChaosWorld): ChaosPod | undefined {
  const struck = pods.filter(({ label }) => claims.some((name) => name.endsWith(` ${label}`)));
  return struck.length === 1 ? struck[0] : undefined;
}

/** What an API server that is away refuses is no error of the tool. */
async function inject(fault: Fault, strike: Strike): Promise<Heal | "absent" | Error | void> {
  try {
    return await fault.inject(strike);
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}

const UNDO_ATTEMPTS = 5;

async function undo(heal: Heal, name: string): Promise<void> {
  for (let attempt = 1;; attempt++) {
    try {
      return await heal();
    } catch (cause) {
      if (attempt === UNDO_ATTEMPTS) throw new Error(`Cannot undo ${name}`, { cause });
      await sleep(1_000);
    }
  }
}
