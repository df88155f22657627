// Owns what CardanoLeader says of this replica: words for people, codes for machines.
// Never words that change by themselves, such as seconds left: each change is a write.

import { wallTime } from "../core/time.ts";
import type { Finding, LeaderView } from "../kubernetes/leader_status.ts";
import { reasonWord } from "../reason.ts";
import { kesExpiring } from "./certificate_findings.ts";
import type { Snapshot } from "./snapshot.ts";

export function leaderView(
  snapshot: Snapshot,
  { generation }: { generation: number | undefined },
): LeaderView {
  const { pod, guard } = snapshot;
  const isHolder = holdsLease(snapshot);
  return {
    at: wallTime(Date.now()),
    generation,
    leaderPod: isHolder ? pod : "",
    forgingEnabled: guard?.forging === "forging",
    ...summary(snapshot),
    leaderElected: isHolder
      ? found("True", "LeaseHeld", `${pod} holds lease ${snapshot.lease.name}`)
      : found("False", "LeaseReleased", `${pod} gave lease ${snapshot.lease.name} up`),
    forgingConfirmed: forgingFinding(snapshot),
    credentialsValid: credentialsFinding(snapshot),
    nodeReady: nodeFinding(snapshot),
    kesExpiring: kesExpiring(snapshot),
  };
}

/** Leads, or keeps the lease until its node's stop is confirmed. */
export function holdsLease({ leads, lease }: Snapshot): boolean {
  return leads || lease.isOurs;
}

function summary(snapshot: Snapshot): Pick<LeaderView, "reason" | "message"> {
  const { leads, pod, guard, givingUp, tier } = snapshot;
  if (!holdsLease(snapshot)) return { reason: "Released", message: `${pod} gave leadership up` };
  if (!leads) {
    const reason = reasonWord(givingUp ?? guard?.unfit?.code ?? "hold_ended");
    return { reason, message: `${pod} keeps the lease until its node has stopped` };
  }
  if (guard?.forging === "forging") {
    return { reason: "Forging", message: `${pod} leads and its node forges` };
  }
  if (guard?.unfit !== undefined) {
    const { code } = guard.unfit;
    return { reason: reasonWord(code), message: `${pod} leads and its node may not forge` };
  }
  if (tier !== undefined && !tier.forgeLease.isHeld) {
    const message = tier.own?.reason ?? tier.nobodyForges ?? "the clusters are not known yet";
    return { reason: "ClusterWaits", message: `${pod} leads; ${message}` };
  }
  return { reason: "Starting", message: `${pod} leads and its node is about to forge` };
}

function forgingFinding({ guard }: Snapshot): Finding {
  if (guard?.forging !== "forging") {
    return guard?.forging === "stopped"
      ? found("False", "Stopped", "the node does not forge")
      : found("Unknown", "Unconfirmed", "what the node does is not confirmed");
  }
  return guard.verified
    ? found("True", "SeenInMetrics", "the node's own metrics show it")
    : found("True", "Unverified", "signalled and settled; the node's metrics cannot be read");
}

function credentialsFinding({ guard }: Snapshot): Finding {
  if (guard === undefined) return found("Unknown", "NotChecked", "not checked yet");
  const [rejected] = guard.rejectedSource;
  if (guard.credentials.kind === "invalid") {
    const [first] = guard.credentials.problems;
    if (first === undefined) return found("Unknown", "NotChecked", "not checked yet");
    return found("False", reasonWord(first.code), first.message);
  }
  return rejected === undefined
    ? found("True", "Valid", `certificate ${guard.credentials.certificateCounter} is valid`)
    : found("True", "NewerSetRejected", `the older set is kept: ${rejected.message}`);
}

function nodeFinding({ guard }: Snapshot): Finding {
  if (guard === undefined) return found("Unknown", "NotLooked", "not looked for yet");
  const { phase, startsNonProducing } = guard.node;
  switch (phase) {
    case "ready":
      return guard.unfit?.code === "node_silent"
        ? found("False", "NodeSilent", guard.unfit.message)
        : found("True", "Ready", "its socket accepts connections");
    case "unseen":
      // What was seen instead changes with every process that comes and goes: /status lists it.
      return found("False", "NodeNotFound", "no process was identified as the node, see /status");
    case "starting":
      return startsNonProducing === false
        ? found("False", "NodeStartsProducing", "add --start-as-non-producing-node")
        : found("False", "NodeStarting", "its socket does not accept connections yet");
    case "refusing":
      return found("False", "NodeRefusing", "its socket accepts no connections any more");
    case "gone":
      return found("False", "NodeGone", "its process ended");
  }
}

function found(status: Finding["status"], reason: string, message: string): Finding {
  return { status, reason, message };
}
