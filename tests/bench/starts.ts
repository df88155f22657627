// Owns the time from starting the program to its first answers.
// Never with more than one replica at a time: what a start costs alone.

import { type RealApiServer } from "../support/apiserver.ts";
import { managerBinary } from "../support/manager_binary.ts";
import { Replicas } from "../support/replicas.ts";
import { type Figure, figure, spread } from "./figures.ts";

const POLL_MS = 2;
const DEADLINE_MS = 10_000;

export async function measureStarts(
  server: RealApiServer,
  runs: number,
): Promise<readonly Figure[]> {
  await using replicas = await Replicas.make({ server, namespace: "starts", replicas: [{}] });
  const { pod } = replicas.at(0);
  const health: number[] = [];
  const startup: number[] = [];
  for (let run = 0; run < runs; run++) {
    // As in a new pod: nothing is in place yet.
    await Deno.remove(`${pod.dir}/keys`, { recursive: true });
    await Deno.mkdir(`${pod.dir}/keys`);
    const begunMs = performance.now();
    const sidecar = new Deno.Command(managerBinary() ?? "", {
      clearEnv: true,
      env: pod.environment,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const [healthMs, startupMs] = await Promise.all([
      untilOk(`${pod.url}/health`, begunMs),
      untilOk(`${pod.url}/startup-status`, begunMs),
    ]);
    health.push(healthMs / 1_000);
    startup.push(startupMs / 1_000);
    sidecar.kill("SIGKILL");
    await sidecar.status;
  }
  return [
    figure(`start to /health (${runs} runs)`, spread(health, "s")),
    figure(`start to /startup-status 200 (${runs} runs)`, spread(startup, "s"), "0.3 s"),
  ];
}

/** How long after `begunMs` it answered 200 for the first time. */
async function untilOk(url: string, begunMs: number): Promise<number> {
  for (;;) {
    try {
      const response = await fetch(url);
      await response.body?.cancel();
      if (response.ok) return performance.now() - begunMs;
    } catch {
      // refused: not there yet
    }
    if (performance.now() - begunMs > DEADLINE_MS) throw new Error(`${url} gives no 200`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
