// Owns what happened between two views of this replica, in the words of Events: what, why, what is next.
// Never tells the same twice: each notice is a change.

import { kesExpiring } from "./certificate_findings.ts";
import { clusterHappenings } from "./cluster_happenings.ts";
import { reasonWord } from "../reason.ts";
import type { Notice } from "./event_budget.ts";
import type { Snapshot } from "./snapshot.ts";

/** Why a replica may not lead, where that is worth a look; what a start or an end goes through is not. */
const TROUBLES: ReadonlySet<string> = new Set([
  "install_failed",
  "node_starts_producing",
  "node_gone",
  "node_refusing",
  "node_silent",
  "start_failed",
]);
/** Ends of leadership that somebody wanted. */
const WANTED_ENDS: ReadonlySet<string> = new Set(["pod_deleting", "shutdown", "shutting_down"]);

export class Happenings {
  /** S/2: until then a stop is expected not to be confirmed. */
  readonly #confirmMs: number;
  #before: Snapshot | undefined;
  #forged = false;
  #fencingSinceMs: number | undefined;
  #toldOfFence = false;

  constructor({ fenceTimeoutMs }: { readonly fenceTimeoutMs: number }) {
    this.#confirmMs = fenceTimeoutMs / 2;
  }

  /** `nowMs` is of a clock that only counts. */
  since(after: Snapshot, nowMs: number): readonly Notice[] {
    const before = this.#before;
    this.#before = after;
    return [
      ...deletion(before, after),
      ...leadership(before, after),
      ...this.#forging(after),
      ...this.#fence(after, nowMs),
      ...kills(before, after),
      ...fitness(before, after),
      ...credentials(before, after),
      ...clusterHappenings(before?.tier, after),
    ];
  }

  /** What is not known at the moment is no change. */
  #forging({ guard, pod, lease, givingUp }: Snapshot): Notice[] {
    const forges = guard?.forging === "forging";
    if (forges === this.#forged || (guard?.forging !== "stopped" && !forges)) return [];
    this.#forged = forges;
    if (forges) {
      const how = guard.verified ? "its metrics show it" : "signalled; its metrics cannot be read";
      const note = `The node of ${pod} forges: ${how}. It goes on while the lease is renewed.`;
      return both({ type: "Normal", reason: "ForgingConfirmed", action: "Forge", note });
    }
    const why = reasonWord(givingUp ?? guard?.unfit?.code ?? "permit_ended");
    const next = `whoever holds lease ${lease.name} may start in a later second`;
    const note = `The node of ${pod} has stopped forging (${why}), confirmed; ${next}.`;
    return both({ type: "Normal", reason: "ForgingStopped", action: "Fence", note });
  }

  #fence({ guard, pod }: Snapshot, nowMs: number): Notice[] {
    if (guard?.fencing !== true) {
      this.#fencingSinceMs = undefined;
      this.#toldOfFence = false;
      return [];
    }
    this.#fencingSinceMs ??= nowMs;
    if (this.#toldOfFence || nowMs - this.#fencingSinceMs < this.#confirmMs) return [];
    this.#toldOfFence = true;
    return [{
      about: "pod",
      type: "Warning",
      reason: "FenceUnconfirmed",
      action: "Fence",
      note: `The stop of the node of ${pod} was asked for and is not confirmed: the node is ` +
        "killed, and the lease is kept without a permit until it is gone.",
    }];
  }
}

function deletion(before: Snapshot | undefined, { ownPod, leads, pod }: Snapshot): Notice[] {
  if (!ownPod.isDeleting || before?.ownPod.isDeleting === true) return [];
  const led = leads || before?.leads === true;
  const note = led
    ? `${pod} is being deleted: its node is stopped and leadership released; it claims no more.`
    : `${pod} is being deleted: it claims nothing any more, and waits for its end.`;
  return [{ about: "pod", type: "Normal", reason: "PodDeleting", action: "Release", note }];
}

function leadership(before: Snapshot | undefined, after: Snapshot): Notice[] {
  const { leads, pod, lease, givingUp, guard } = after;
  if (leads === (before?.leads ?? false)) return [];
  if (leads) {
    const note = `${pod} holds lease ${lease.name} (transition ${lease.transitions}); ` +
      (after.tier === undefined
        ? "its node is about to forge."
        : "its node forges when this cluster holds the forge lease.");
    return both({ type: "Normal", reason: "LeaderElected", action: "Elect", note });
  }
  const code = givingUp ?? guard?.unfit?.code ?? (lease.isOurs ? "hold_ended" : "lease_lost");
  const type = WANTED_ENDS.has(code) ? "Normal" : "Warning";
  const note = `${pod} leads no more by lease ${lease.name} (${reasonWord(code)}); ` +
    "another replica takes over when the stop of its node is confirmed or the lease runs out.";
  return both({ type, reason: "LeadershipLost", action: "Release", note });
}

function kills(before: Snapshot | undefined, { guard, pod }: Snapshot): Notice[] {
  const count = guard?.kills ?? 0;
  if (before?.guard === undefined || count <= before.guard.kills) return [];
  const note = `The node of ${pod} did not confirm its stop in time and was killed by SIGKILL; ` +
    "its container is started again.";
  return [{ about: "pod", type: "Warning", reason: "NodeKilled", action: "Fence", note }];
}

function fitness(before: Snapshot | undefined, { guard, ownPod, pod }: Snapshot): Notice[] {
  const unfit = guard?.unfit;
  if (unfit === undefined || unfit.code === before?.guard?.unfit?.code) return [];
  if (ownPod.isDeleting || !TROUBLES.has(unfit.code)) return [];
  const note = `${pod} may not lead: ${unfit.message}. It may again when that has changed.`;
  const reason = reasonWord(unfit.code);
  return [{ about: "pod", type: "Warning", reason, action: "Check", note }];
}

function credentials(before: Snapshot | undefined, after: Snapshot): Notice[] {
  return [
    ...validity(before, after),
    ...rejection(before, after),
    ...expiry(before, after),
  ];
}

function validity(before: Snapshot | undefined, { guard, pod }: Snapshot): Notice[] {
  const [was, is] = [before?.guard?.credentials, guard?.credentials];
  const about = { about: "pod", action: "Check" } as const;
  if (is?.kind === "invalid") {
    const [first] = is.problems;
    const known = was?.kind === "invalid" ? was.problems[0]?.code : undefined;
    if (first === undefined || first.code === known) return [];
    const note = `The credentials of ${pod} cannot be used (${reasonWord(first.code)}): ` +
      `${first.message}. It cannot lead until a valid set is in the source folder.`;
    return [{ ...about, type: "Warning", reason: "CredentialsInvalid", note }];
  }
  if (is === undefined || was === undefined) return [];
  if (was.kind === "invalid") {
    // A first reading is no change.
    if (was.problems.length === 0) return [];
    const note = `The credentials of ${pod} are valid again: certificate ${is.certificateCounter}.`;
    return [{ ...about, type: "Normal", reason: "CredentialsValid", note }];
  }
  const isSame = was.certificateCounter === is.certificateCounter &&
    was.kesPeriodStart === is.kesPeriodStart;
  if (isSame) return [];
  const note = `${pod} uses new credentials: certificate ${is.certificateCounter} in place of ` +
    `${was.certificateCounter}; a forging node is stopped and started with them.`;
  return [{ ...about, type: "Normal", reason: "CredentialsChanged", note }];
}

function rejection(before: Snapshot | undefined, { guard, pod }: Snapshot): Notice[] {
  const [rejected] = guard?.rejectedSource ?? [];
  if (rejected === undefined || guard?.credentials.kind !== "valid") return [];
  if (before?.guard?.rejectedSource[0]?.code === rejected.code) return [];
  const note = `The newer credentials of ${pod} are not used (${reasonWord(rejected.code)}): ` +
    `${rejected.message}. The older set is kept.`;
  return [{ about: "pod", type: "Warning", reason: "NewerSetRejected", action: "Check", note }];
}

function expiry(before: Snapshot | undefined, after: Snapshot): Notice[] {
  const is = kesExpiring(after);
  const was = before === undefined ? undefined : kesExpiring(before);
  if (is.status !== "True" || is.reason === was?.reason) return [];
  const note = `${after.pod}: ${is.message}. Issue a new operational certificate and put it into ` +
    "the Secret; nothing needs a restart.";
  return [{ about: "pod", type: "Warning", reason: "KesExpiring", action: "Check", note }];
}

/** Of the pod, and of the resource that shows who leads. */
function both(notice: Omit<Notice, "about">): Notice[] {
  return [{ about: "pod", ...notice }, { about: "resource", ...notice }];
}
