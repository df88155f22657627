// Owns the simulated permit file: what a restarted sidecar finds, by the rules of lib/guard/permit_file.ts.
// Never survives its pod, and is worth no more than the smaller of what two clocks leave of it.

import type { FoundPermit } from "../../lib/guard/permit_file.ts";
import type { Pod } from "./pod.ts";

export class SimulatedPermitFile {
  #podUid = "";
  #endBootMs = 0;
  #endWallMs = 0;
  #nonces: readonly string[] = [];

  keep(pod: Pod, { leftMs, nonces }: Pick<FoundPermit, "leftMs" | "nonces">): void {
    if (pod.diskRefuses) {
      pod.diskRefusedAt = pod.world.agenda.now;
      return;
    }
    this.#podUid = pod.uid;
    this.#endBootMs = leftMs === undefined ? 0 : pod.host.bootMs() + leftMs;
    this.#endWallMs = leftMs === undefined ? 0 : pod.host.wallMs() + leftMs;
    this.#nonces = nonces;
  }

  found(pod: Pod): FoundPermit | undefined {
    if (this.#podUid !== pod.uid) return undefined;
    const { host } = pod;
    const left = Math.min(this.#endBootMs - host.bootMs(), this.#endWallMs - host.wallMs());
    const leftMs = this.#endBootMs === 0 ? undefined : left;
    return { leftMs, nonces: this.#nonces, podUid: pod.uid };
  }

  /** Whether a restarted sidecar would let a forging node go on. */
  permits(pod: Pod): boolean {
    return (this.found(pod)?.leftMs ?? 0) > 0;
  }

  lose(): void {
    this.#podUid = "";
    this.#endBootMs = 0;
  }
}
