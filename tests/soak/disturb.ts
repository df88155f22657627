// Owns carrying a disturbance out, and what came of it in words.
// Never touches the veteran's process: one series must last as long as the soak.

import { wallTime } from "../../lib/core/time.ts";
import { type DemoKeys, makeDemoKeys } from "../../lib/demo/keys.ts";
import { NETWORK, type Replicas } from "../support/replicas.ts";
import type { Disturbance } from "./agenda.ts";

/** Lives through it all, and leads from time to time. */
export const VETERAN = "replica-0";
const DEADLINE_MS = 120_000;
/** A name that no pod has. */
const STRANGER = "moved-by-hand";

export class Disturber {
  readonly #replicas: Replicas;
  #keys: DemoKeys;
  /** Sidecars that we ended ourselves. */
  plannedRestarts = 0;

  constructor(replicas: Replicas) {
    this.#replicas = replicas;
    this.#keys = replicas.keys;
  }

  async disturb(what: Disturbance): Promise<string> {
    switch (what) {
      case "hand-over":
        return await this.#handOver();
      case "API server restart":
        await this.#replicas.server.restart();
        await this.#replicas.untilOneForges();
        return "API server ended and started again";
      case "connections cut":
        return this.#cutConnections();
      case "credential rotation":
        return await this.#rotate();
      case "tokens renewed":
        await Promise.all(this.#replicas.all.map((one) => one.restoreAccount()));
        return "service account tokens renewed";
    }
  }

  /** The veteran is deposed by an edit of the Lease, any other by SIGTERM of its sidecar. */
  async #handOver(): Promise<string> {
    const leader = await this.#replicas.untilOneForges();
    const others = this.#replicas.others(leader);
    if (leader.key !== VETERAN) {
      const ended = leader.pod.sidecar;
      ended?.kill("SIGTERM");
      this.plannedRestarts++;
      await ended?.exited;
      const next = await this.#replicas.untilOneForges(others, DEADLINE_MS);
      return `SIGTERM to the leader ${leader.key}; ${next.key} forges`;
    }
    await this.#replicas.patchLease({ spec: { holderIdentity: STRANGER } });
    await leader.untilNotForging();
    // Else it might be the first again when the wait is over.
    leader.network.setMode("hang");
    const next = await this.#replicas.untilOneForges(others, DEADLINE_MS);
    leader.network.setMode("ok");
    return `Lease of the leader ${leader.key} edited by hand; ${next.key} forges`;
  }

  #cutConnections(): string {
    for (const { network } of this.#replicas.all) network.cut();
    return "every connection to the API server cut, so that all watches begin anew";
  }

  async #rotate(): Promise<string> {
    const leader = await this.#replicas.untilOneForges();
    const sinceMs = Date.now();
    const now = wallTime(sinceMs);
    this.#keys = await makeDemoKeys({ network: NETWORK, now, previous: this.#keys });
    this.#replicas.secret.replace(this.#keys);
    const fields = { reason: "credentials_changed" };
    await leader.untilLogged("Node signalled", { sinceMs, fields, timeoutMs: DEADLINE_MS });
    await leader.untilForging();
    return `new credentials, counter ${this.#keys.certificateCounter}, in use by ${leader.key}`;
  }
}
