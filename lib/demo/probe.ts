// Owns one HTTP probe as the kubelet asks it, and how the chart sets the node's liveness probe.
// Never tells why a probe failed: the kubelet does not ask.

export interface LivenessProbe {
  readonly periodMs: number;
  readonly timeoutMs: number;
  readonly failureThreshold: number;
  /** Between SIGTERM and SIGKILL. */
  readonly graceMs: number;
}

/** As the chart sets them for the node container's liveness probe. */
export const LIVENESS: LivenessProbe = {
  periodMs: 2_000,
  timeoutMs: 1_000,
  failureThreshold: 2,
  graceMs: 2_000,
};

/** Whether `url` answers well and in time; refused or silent are both a failed probe. */
export async function answers(url: string, { timeoutMs }: { timeoutMs: number }): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
