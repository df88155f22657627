// Owns the simulated permit file: what a restarted sidecar finds, by the rules of lib/guard/permit_file.ts.
// Never survives its pod, and is worth no more than the smaller of what two clocks leave of it.

import type { Pod } from "./pod.ts";

export class SimulatedPermitFile {
  #podUid = "";
  #endBootMs = 0;
  #endWallMs = 0;
  #nonces: readonly string[] = [];

  keep(pod: Pod, { leftMs, nonces }: { leftMs: number; nonces: readonly string[] }): void {
    if (pod.diskRefuses) {
      pod.diskRefusedAt = pod.world.agenda.now;
      return;
    }
    this.#podUid = pod.uid;
    const ends = leftMs > 0;
    this.#endBootMs = ends ? pod.host.bootMs() + leftMs : 0;
    this.#endWallMs = ends ? pod.host.wallMs() + leftMs : 0;
    this.#nonces = nonces;
  }

  found(pod: Pod): { leftMs: number; nonces: readonly string[] } {
    if (this.#podUid !== pod.uid) return { leftMs: 0, nonces: [] };
    return { leftMs: this.leftMs(pod), nonces: this.#nonces };
  }

  leftMs(pod: Pod): number {
    const { host } = pod;
    return Math.max(
      0,
      Math.min(this.#endBootMs - host.bootMs(), this.#endWallMs - host.wallMs()),
    );
  }

  lose(): void {
    this.#podUid = "";
    this.#endBootMs = 0;
  }
}
