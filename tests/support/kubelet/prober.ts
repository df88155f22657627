// Owns one probe of one container: when it is asked, and when its answers add up to a verdict.
// Never ends a container itself: it tells who does.

import type { V1ContainerPort, V1Probe } from "@kubernetes/client-node";
import { sleep } from "../../../lib/sleep.ts";
import type { PodNetwork } from "./pod_network.ts";
import { POD_IP } from "./pod_network.ts";

/** Defaults of the API, which are in an object that the API server stored, but not in a rendered one. */
const DEFAULTS = { periodSeconds: 10, timeoutSeconds: 1, successThreshold: 1, failureThreshold: 3 };

export interface ProberOptions {
  readonly probe: V1Probe;
  readonly ports: readonly V1ContainerPort[];
  readonly network: PodNetwork;
  /** Ends with the container or the pod. */
  readonly signal: AbortSignal;
}

/** Asks until `onVerdict` says enough; the verdict is told at each change and each threshold reached. */
export async function runProbe(
  { probe, ports, network, signal }: ProberOptions,
  onVerdict: (verdict: "success" | "failure", note: string) => "go on" | "enough",
): Promise<void> {
  const { periodSeconds, timeoutSeconds, successThreshold, failureThreshold } = {
    ...DEFAULTS,
    ...probe,
  };
  const url = urlOf(probe, ports);
  await sleep((probe.initialDelaySeconds ?? 0) * 1_000, signal);
  let [successes, failures] = [0, 0];
  while (!signal.aborted) {
    const { isOk, note } = await network.probe(url, timeoutSeconds * 1_000);
    if (signal.aborted) return;
    [successes, failures] = isOk ? [successes + 1, 0] : [0, failures + 1];
    if (isOk && successes === successThreshold || !isOk && failures === failureThreshold) {
      if (onVerdict(isOk ? "success" : "failure", note) === "enough") return;
    }
    await sleep(periodSeconds * 1_000, signal);
  }
}

function urlOf({ httpGet }: V1Probe, ports: readonly V1ContainerPort[]): string {
  if (httpGet === undefined) throw new Error("Cannot probe: only httpGet is known here");
  const named = ports.find(({ name }) => name === httpGet.port);
  const port = named?.containerPort ?? httpGet.port;
  if (typeof port !== "number") throw new Error(`Cannot probe: no port is named ${httpGet.port}`);
  return `http://${httpGet.host ?? POD_IP}:${port}${httpGet.path ?? "/"}`;
}
